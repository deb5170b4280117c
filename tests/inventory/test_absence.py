"""Whom a scan asked so that silence means something: by IPv4, by IPv6, and whom it did not ask at all."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

import netinv
from netinv.inventory.history import asking
from netinv.inventory.store import open_inventory
from netinv.lab.memory import MemoryNetwork
from netinv.model import Device, Evidence
from tests.inventory.scans import ROUTER, TV, heard, scan

NODE = "fe80::3e22:fbff:fe00:2"
ROUTER_HERE = heard("10.0.0.1", ROUTER, route_gateway="eth0")


def node(**facts: str) -> list[Evidence]:
    """A device that speaks IPv6 only."""
    return heard(NODE, TV, 0, **{"ipv6_iid": "eui64", **facts})


def presence(
    folder: Path, device: Iterable[Evidence], *, method: str = "arp+icmpv6", targets: str = "10.0.0.0/24", silences: int = 2
) -> tuple[Device, list[str]]:
    """Heard in twenty scans of all means, and then asked by these means, and silent; with whom `compare` calls silent."""
    with open_inventory(folder / "i.db") as store:
        for hours in range(20):
            store.record(replace(scan(ROUTER_HERE, device, hours=hours), method="arp+icmp+icmpv6"))
        for hours in range(20, 20 + silences):
            store.record(replace(scan(ROUTER_HERE, hours=hours, targets=targets), method=method))
        compared = store.compare("scan-19", f"scan-{19 + silences}").silent
        return next(d for d in store.devices() if d.macs == (TV,)), [d.presence for d in compared]


def test_a_node_of_ipv6_alone_that_leaves_is_gone_by_the_second_scan(tmp_path: Path) -> None:
    found, _ = presence(tmp_path, node(icmpv6_rtt="1.5"))
    assert found.presence == "gone"


def test_scans_of_a_link_miss_the_one_that_speaks_ipv6_alone(tmp_path: Path) -> None:
    """From the question on the wire to the inventory, on the virtual LAN."""
    gone = ("2001:db8::40", "fe80::5054:ff:fe1c:6be8")
    with open_inventory(tmp_path / "i.db") as store:
        for silent in ((), (), (), gone, gone):
            store.record(netinv.scan("10.77.0.0/24", presence=True, network=MemoryNetwork(silent=silent)))
        assert [(d.ip, d.presence) for d in store.devices() if d.presence != "here"] == [("2001:db8::40", "gone")]


def test_its_first_silence_may_be_sleep(tmp_path: Path) -> None:
    found, compared = presence(tmp_path, node(icmpv6_rtt="1.5"), silences=1)
    assert (found.presence, compared) == ("asleep", ["asleep"])


@pytest.mark.parametrize(
    ("method", "targets"),
    [
        ("arp+icmp", "10.0.0.0/24"),
        ("arp+icmpv6", "10.0.0.0/25"),
        ("arp+icmpv6", "10.0.0.0/24 except 10.0.0.7"),
        ("arp+icmpv6", "10.0.0.5"),
        ("listen", "10.0.0.0/24"),
    ],
)
def test_a_scan_that_does_not_ask_all_nodes_of_the_link_does_not_miss_it(tmp_path: Path, method: str, targets: str) -> None:
    found, compared = presence(tmp_path, node(icmpv6_rtt="1.5"), method=method, targets=targets, silences=5)
    assert found.presence != "gone"
    assert compared == ["unasked"]


def test_who_never_answered_an_echo_is_not_missed_for_its_silence(tmp_path: Path) -> None:
    found, compared = presence(tmp_path, node(), silences=5)
    assert (found.presence, compared) == ("unasked", ["unasked"])


def test_a_device_of_both_kinds_of_address_is_asked_by_either(tmp_path: Path) -> None:
    both = heard("10.0.0.20", TV) + node(icmpv6_rtt="1.5")
    assert presence(tmp_path, both, method="arp+icmp")[0].presence == "gone"
    (tmp_path / "i.db").unlink()
    assert presence(tmp_path, both, method="icmpv6")[0].presence == "gone"


def test_a_link_is_covered_where_one_of_its_networks_is_asked_whole() -> None:
    def covers(targets: str, networks: str) -> bool:
        return asking("local", targets, False, ()).covers_link(networks)

    assert covers("10.0.0.0/23", "10.0.0.0/24")
    assert covers("10.1.0.0/24", "10.0.0.0/24, 10.1.0.0/24")
    assert not covers("10.0.0.0/25", "10.0.0.0/24")
    assert not covers("10.0.0.0/24 except 10.0.0.3-9", "10.0.0.0/24")
    assert not covers("printer.lan", "10.0.0.0/24")
    assert not covers("10.0.0.0/24", "")
    assert not asking("local", "10.0.0.0/24", True, ()).covers_link("10.0.0.0/24"), "it was cut short"


def test_who_came_lately_and_left_is_gone_by_the_second_scan_in_a_house_where_nobody_sleeps(tmp_path: Path) -> None:
    house = [heard(f"10.0.0.{n}", f"3c:22:fb:00:01:{n:02x}") for n in range(2, 12)]
    lately = heard("10.0.0.99", TV)
    with open_inventory(tmp_path / "i.db") as store:
        for hours in range(6):
            store.record(scan(*house, hours=hours))
        store.record(scan(*house, lately, hours=6))
        assert not store.record(scan(*house, hours=7)).changes
        assert [(c.field, c.after) for c in store.record(scan(*house, hours=8)).changes] == [("presence", "gone")]


def test_where_half_of_them_sleep_who_came_lately_is_waited_for(tmp_path: Path) -> None:
    house = [heard(f"10.0.0.{n}", f"3c:22:fb:00:01:{n:02x}") for n in range(2, 12)]
    with open_inventory(tmp_path / "i.db") as store:
        for hours in range(10):
            store.record(scan(*house[hours % 2 :: 2], hours=hours))
        store.record(scan(*house, heard("10.0.0.99", TV), hours=10))
        for hours in (11, 12, 13):
            assert not [c for c in store.record(scan(*house[hours % 2 :: 2], hours=hours)).changes if c.field == "presence"]


@pytest.mark.parametrize(("scans", "presence"), [(3, "asleep"), (19, "asleep"), (21, "gone")])
def test_who_had_to_be_asked_again_within_the_last_twenty_scans_may_sleep(tmp_path: Path, scans: int, presence: str) -> None:
    """In a house where nobody sleeps; so many scans after it had to be, most of which do not ask it, it falls silent."""
    house = [heard(f"10.0.0.{n}", f"3c:22:fb:00:01:{n:02x}") for n in range(2, 12)]
    lately = heard("10.0.0.99", TV)
    with open_inventory(tmp_path / "i.db") as store:
        for hours in range(6):
            store.record(scan(*house, hours=hours))
        store.record(scan(*house, lately, heard("10.0.0.99", arp_attempt="3"), hours=6))
        for hours in (7, 8):
            store.record(scan(*house, lately, hours=hours))
        for hours in range(9, 6 + scans):
            store.record(scan(*house, hours=hours, targets="10.0.0.1-50"))
        for hours in (90, 91):
            store.record(scan(*house, hours=hours))
        assert next(d for d in store.devices() if d.macs == (TV,)).presence == presence
