"""A device with other addresses is known by what else it says, and by nothing that is not its own."""

import pytest

from netinv.inventory.base import Inventory
from netinv.model import Link
from tests.inventory.contract.stored import Stored
from tests.inventory.scans import PHONE, ROUTER, TV, heard, scan


class Relinking(Stored):
    # -- the same device with other addresses

    def test_a_made_up_mac_is_linked_to_the_one_before_by_a_name_of_its_own(self, store: Inventory) -> None:
        again = "da:a1:19:00:00:99"
        [first] = store.record(scan(heard("10.0.0.30", PHONE, mdns_hostname="Annas-iPhone.local"))).scan.devices
        recorded = store.record(scan(heard("10.0.0.77", again, mdns_hostname="Annas-iPhone.local"), hours=1))
        [known] = recorded.scan.devices
        assert (known.id, known.is_new, known.macs) == (first.id, False, (again,))
        assert known.links == (Link(again, PHONE, "name", "annas-iphone", 0.92),)
        assert store.devices() == (known,)
        assert store.find(PHONE).id == store.find(again).id == first.id
        assert {c.field for c in recorded.changes} == {"addresses", "macs"}

    @pytest.mark.parametrize("address", ["10.0.0.31", "10.0.0.77"])
    def test_a_name_known_of_a_registered_mac_too_links_made_up_ones(self, store: Inventory, address: str) -> None:
        """A laptop told to make up its MAC address, named by the router's DNS alone: the first is new, all others are it."""
        name = {"dns_ptr": "LAPTOP-R4VH08SN.lan"}
        store.record(scan(heard("10.0.0.31", TV, **name)))
        [first] = store.record(scan(heard(address, PHONE, **name), hours=1)).scan.devices
        assert first.is_new
        for n in range(2, 5):
            [known] = store.record(scan(heard(address, f"da:a1:19:00:00:9{n}", **name), hours=n)).scan.devices
            assert (known.id, known.is_new) == (first.id, False)
        assert len(store.devices()) == 2

    def test_a_name_two_made_up_macs_had_links_nobody(self, store: Inventory) -> None:
        names = {"dns_ptr": "LAPTOP-R4VH08SN.lan"}
        both = heard("10.0.0.31", PHONE, **names), heard("10.0.0.32", "da:a1:19:00:00:98", **names)
        store.record(scan(heard("10.0.0.30", TV, **names), *both))
        assert store.record(scan(heard("10.0.0.33", "da:a1:19:00:00:99", **names), hours=1)).scan.devices[0].is_new

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ((PHONE, {"dhcp_hostname": "iPhone"}), ("da:a1:19:00:00:99", {"dhcp_hostname": "iPhone"})),
            ((TV, {"mdns_hostname": "Annas-iPhone.local"}), ("da:a1:19:00:00:99", {"mdns_hostname": "Annas-iPhone.local"})),
            (
                (PHONE, {"ssh_hostkey": "SHA256:aaaa", "dns_ptr": "a-one.lan"}),
                ("da:a1:19:00:00:99", {"ssh_hostkey": "SHA256:aaaa", "dns_ptr": "b-two.lan"}),
            ),
            ((TV, {"tls_fingerprint": "of the maker"}), ("3c:22:fb:00:00:99", {"tls_fingerprint": "of the maker"})),
            (("00:00:5e:00:01:07", {"ssh_hostkey": "SHA256:aaaa"}), ("3c:22:fb:00:00:99", {"ssh_hostkey": "SHA256:aaaa"})),
        ],
        ids=["a name many have", "a registered MAC", "copies of one image", "a maker's certificate", "a virtual router"],
    )  # fmt: skip
    def test_what_is_not_ones_own_links_nobody(
        self, store: Inventory, before: tuple[str, dict[str, str]], after: tuple[str, dict[str, str]]
    ) -> None:
        store.record(scan(heard("10.0.0.30", before[0], **before[1])))
        [other] = store.record(scan(heard("10.0.0.77", after[0], **after[1]), hours=1)).scan.devices
        assert other.is_new
        assert len(store.devices()) == 2

    def test_who_is_there_already_is_not_who_comes(self, store: Inventory) -> None:
        """Two telephones of one name at once."""
        store.record(scan(heard("10.0.0.30", PHONE, dhcp_hostname="Annas-iPhone")))
        other = heard("10.0.0.31", "da:a1:19:00:00:99", dhcp_hostname="Annas-iPhone")
        store.record(scan(other, heard("10.0.0.30", PHONE, dhcp_hostname="Annas-iPhone"), hours=1))
        assert len(store.devices()) == 2
        third = heard("10.0.0.32", "da:a1:19:00:00:98", dhcp_hostname="Annas-iPhone")
        assert store.record(scan(third, hours=2)).scan.devices[0].is_new, "either might be meant"

    def test_two_network_cards_of_one_computer_are_one_device(self, store: Inventory) -> None:
        said = {"ssh_hostkey": "SHA256:abcd", "mdns_hostname": "annas-laptop.local"}
        store.record(scan(heard("10.0.0.7", TV, **said), heard("10.0.0.8", PHONE, **said)))
        [laptop] = store.devices()
        assert laptop.macs == (TV, PHONE)
        assert [link.kind for link in laptop.links] == ["ssh.hostkey"]

    def test_a_device_that_says_who_it_is_later_is_joined_then(self, store: Inventory) -> None:
        """A quick scan heard its new MAC alone."""
        said = {"mdns_hostname": "Annas-iPhone.local"}
        [first] = store.record(scan(heard("10.0.0.30", PHONE, **said))).scan.devices
        [second] = store.record(scan(heard("10.0.0.77", "da:a1:19:00:00:99"), hours=1)).scan.devices
        assert second.is_new
        recorded = store.record(scan(heard("10.0.0.77", "da:a1:19:00:00:99", **said), hours=2))
        assert ("joined", second.id, first.id) in {(c.field, c.before, c.after) for c in recorded.changes}
        assert [d.id for d in store.devices()] == [first.id]

    def test_hosts_behind_a_proxy_lend_it_no_traces(self, store: Inventory) -> None:
        proxy = [heard(f"10.0.0.{n}", ROUTER, ssh_hostkey=f"SHA256:key{n}") for n in range(10, 30)]
        store.record(scan(*proxy))
        store.record(scan(*proxy, heard("10.0.0.200", TV, ssh_hostkey="SHA256:key11"), hours=1))
        assert len(store.devices()) == 2
