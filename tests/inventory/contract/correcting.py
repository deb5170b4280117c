"""The user knows better: what he says and does outranks what is heard, and can be undone."""

import pytest

from netinv.errors import DeviceError, UsageError
from netinv.inventory.base import Inventory
from netinv.model import Annotations
from tests.inventory.contract.stored import HOUSE, Open, Stored, by_mac
from tests.inventory.scans import PHONE, ROUTER, TV, heard, scan

SERVERS = (
    heard("10.0.0.10", ROUTER, dns_ptr="one.lan", tcp_22="open"),
    heard("2001:db8::10", ROUTER),
    heard("10.0.0.11", TV, dns_ptr="two.lan"),
    heard("2001:db8::11", TV, tcp_443="open"),
    heard("fe80::3e22:fbff:fe00:2", ipv6_iid="eui64"),
)
"""Two devices, one with an address that tells its MAC by its bits alone."""


class Correcting(Stored):
    # -- what the user says

    def test_what_the_user_says_outranks_later_scans(self, store: Inventory) -> None:
        store.record(scan(*HOUSE))
        tv = by_mac(store.devices(), TV)
        said = Annotations(name="Kino", kind="media_player", owner="Anna", tags=("x",), trusted=False)
        changes = store.annotate({tv.id: said})
        assert {(c.field, c.before, c.after, c.by) for c in changes} == {
            ("name", None, "Kino", "you"), ("kind", None, "media_player", "you"), ("owner", None, "Anna", "you"),
            ("tags", None, "x", "you"), ("trusted", None, "no", "you"),
        }  # fmt: skip
        later = scan(HOUSE[0], heard("10.0.0.20", TV, dns_ptr="film.lan", tcp_80="open"), hours=1)
        recorded = store.record(later)
        assert [c.field for c in recorded.changes] == [], "what he sees is as it was"
        for device in (by_mac(recorded.scan.devices, TV), by_mac(store.devices(), TV), store.find("kino")):
            assert (device.name, device.verdict.kind, device.annotations) == ("Kino", "media_player", said)
        assert store.find("film").id == tv.id
        assert store.annotate({tv.id: said}) == ()
        store.annotate({tv.id: Annotations()})
        assert by_mac(store.devices(), TV).name == "film"

    def test_what_the_user_did_is_undone_one_act_after_another(self, store: Inventory) -> None:
        store.record(scan(*HOUSE))
        tv, phone = by_mac(store.devices(), TV), by_mac(store.devices(), PHONE)
        before = store.devices()
        store.annotate({tv.id: Annotations(name="Kino")})
        store.annotate({tv.id: Annotations(name="Film"), phone.id: Annotations(owner="Anna")})
        assert "2 devices" in (store.undo() or "")
        assert [d.annotations.name for d in store.devices()] == [None, "Kino", None]
        assert store.undo()
        assert store.devices() == before
        assert store.undo() is None
        assert [c.by for c in store.history(tv.id, limit=4)] == ["you"] * 4

    def test_the_name_the_user_gave_is_meant_first(self, store: Inventory) -> None:
        store.record(scan(*HOUSE))
        phone = by_mac(store.devices(), PHONE)
        store.annotate({phone.id: Annotations(name="TV")})
        assert store.find("tv").id == phone.id

    def test_what_a_device_says_it_is_called_hides_nobody(self, store: Inventory) -> None:
        """Neither an id, nor an address, nor a MAC of another; and a name the user gave hides none of these either."""
        router, tv, phone = store.record(scan(*HOUSE)).scan.devices
        words = {
            router.id: router.id,
            router.id.upper(): router.id,
            "10.0.0.20": tv.id,
            TV.replace(":", ""): tv.id,
            PHONE: phone.id,
        }
        for n, word in enumerate(words, 1):
            store.record(scan(*HOUSE, heard("10.0.0.66", "3c:22:fb:00:00:66", hours=n, cast_name=word), hours=n))
            liar = store.find("10.0.0.66")
            assert word in {name.name for name in liar.names}
            assert {w: store.find(w).id for w in words} == words
        for word in words:
            store.annotate({liar.id: Annotations(name=word)})
            assert {w: store.find(w).id for w in words} == words
        store.annotate({liar.id: Annotations(name="10.0.0.99")})
        assert store.find("10.0.0.99").id == liar.id, "which is nobody's address"
        store.merge(tv.id, phone.id)
        store.annotate({liar.id: Annotations(name=phone.id)})
        assert store.find(phone.id).id == tv.id, "an id that was joined stays good"

    def test_several_merged_at_once_are_one_act_and_go_by_the_name_of_the_first(self, store: Inventory) -> None:
        named = (
            heard("10.0.0.10", ROUTER, dns_ptr="box.lan"),
            heard("10.0.0.11", TV, cast_name="Kitchen"),
            heard("10.0.0.12", PHONE),
        )
        box, kitchen, third = store.record(scan(*named)).scan.devices
        before = store.devices()
        assert store.merge(kitchen.id, box.id, third.id).device == box.id
        [one] = store.devices()
        assert (one.id, one.name, set(one.macs)) == (box.id, "Kitchen", {ROUTER, TV, PHONE})
        assert store.undo() == f"10.0.0.11 Kitchen ({kitchen.id}), 10.0.0.10 box ({box.id}) and 10.0.0.12 ({third.id}) made one"
        assert store.devices() == before
        assert store.undo() is None
        store.merge(box.id, kitchen.id)
        assert store.find(box.id).name == "box", "though what is cast is the better name elsewhere"
        assert store.undo()
        store.annotate({box.id: Annotations(name="router")})
        store.merge(kitchen.id, box.id)
        assert store.find(box.id).name == "router", "as the user calls it is better than what was heard"
        with pytest.raises(UsageError):
            store.merge(third.id, box.id, kitchen.id)
        assert len(store.devices()) == 2, "all of it or nothing"

    def test_what_was_undone_after_a_scan_is_no_difference(self, store: Inventory) -> None:
        for hours in (0, 1):
            store.record(scan(*SERVERS, hours=hours))
        one, other = by_mac(store.devices(), ROUTER), by_mac(store.devices(), TV)
        store.annotate({other.id: Annotations(owner="Anna")})
        store.merge(one.id, other.id)
        store.record(scan(*SERVERS, hours=2))
        assert store.undo()
        assert store.undo()
        store.record(scan(*SERVERS, hours=3))
        for before, after in ((0, 1), (0, 2), (1, 2), (2, 3), (0, 3)):
            assert store.compare(f"scan-{before}", f"scan-{after}").differences == ()
        assert {c.field for c in store.history() if c.by == "you"} == {"owner", "joined", "parted"}

    def test_what_cannot_be_said_changes_nothing(self, store: Inventory) -> None:
        store.record(scan(*HOUSE))
        tv = by_mac(store.devices(), TV)
        for wrong in ({tv.id: Annotations(kind="teapot")}, {tv.id: Annotations(name="x"), "d0000000000": Annotations(name="y")}):
            with pytest.raises((UsageError, DeviceError)):
                store.annotate(wrong)
        assert by_mac(store.devices(), TV).annotations == Annotations()

    # -- the user knows better

    def test_devices_the_user_merged_are_one_and_undone_are_two(self, open_store: Open) -> None:
        store = open_store()
        store.record(scan(*HOUSE))
        tv, phone = by_mac(store.devices(), TV), by_mac(store.devices(), PHONE)
        store.annotate({tv.id: Annotations(owner="Anna"), phone.id: Annotations(location="attic", owner="Ben")})
        before, history = store.devices(), store.history(phone.id)
        change = store.merge(phone.id, tv.id)
        assert (change.field, change.before, change.after, change.by) == ("joined", phone.id, tv.id, "you")
        merged = by_mac(store.devices(), TV)
        assert (set(merged.macs), merged.annotations.owner, merged.annotations.location) == ({TV, PHONE}, "Anna", "attic")
        assert store.find(phone.id).id == tv.id
        assert [(link.kind, link.strength) for link in merged.links] == [("you", 1.0)]
        with pytest.raises(UsageError):
            store.merge(phone.id, tv.id)
        found = store.record(scan(HOUSE[0], heard("10.0.0.30", PHONE, dns_ptr="new.lan"), hours=1)).scan.devices
        assert by_mac(found, PHONE).id == tv.id
        assert store.undo()
        with open_store() as again:
            assert [(d.id, d.macs, d.addresses, d.annotations) for d in again.devices()] == [
                (d.id, d.macs, d.addresses, d.annotations) for d in before
            ]
            assert again.find("new").id == phone.id, "what was heard since goes to whom it was heard of"
            assert set(history) <= set(again.history(phone.id))
            assert again.seen_in("scan-0") == {d.id for d in before}
            assert again.check() == ()

    def test_what_the_user_parted_stays_two(self, store: Inventory) -> None:
        """One computer by its own word; two by its owner's."""
        own = (
            heard("10.0.0.7", TV, local_self="eth0", tcp_22="open"),
            heard("10.0.0.8", PHONE, local_self="wlan0", dns_ptr="w.lan"),
        )
        [one] = store.record(scan(*own)).scan.devices
        change = store.split(one.id, [PHONE])
        assert (change.field, change.device, change.by) == ("parted", one.id, "you")
        assert [(d.macs, d.addresses) for d in store.devices()] == [((TV,), ("10.0.0.7",)), ((PHONE,), ("10.0.0.8",))]
        for hours in (1, 2):
            found = store.record(scan(*own, hours=hours)).scan.devices
            assert [(d.macs, d.addresses, d.is_new) for d in found] == [
                ((TV,), ("10.0.0.7",), False), ((PHONE,), ("10.0.0.8",), False),
            ]  # fmt: skip
        assert store.seen_in("scan-0") == {d.id for d in store.devices()}
        assert store.undo()
        [again] = store.devices()
        assert (again.id, again.addresses) == (one.id, ("10.0.0.7", "10.0.0.8"))
        assert [d.id for d in store.record(scan(*own, hours=3)).scan.devices] == [one.id]

    def test_what_the_user_parted_and_merged_is_recognised_so_without_being_saved(self, store: Inventory) -> None:
        own = (heard("10.0.0.7", TV, local_self="eth0"), heard("10.0.0.8", PHONE, local_self="wlan0"), HOUSE[0])
        router, one = store.record(scan(*own)).scan.devices
        store.split(one.id, [PHONE])
        store.annotate({one.id: Annotations(name="attic")})
        for hours in (1, 2):
            seen = scan(*own, hours=hours)
            recognised, known = store.recognise_all(seen.devices), store.devices()
            assert [(d.id, d.macs, d.addresses, d.name) for d in recognised] == [
                (d.id, d.macs, d.addresses, d.name) for d in known
            ]
            [both] = [d for d in seen.devices if len(d.macs) > 1]
            assert store.recognise(both).id == one.id, "the part that has its first address"
            store.record(seen)
        parted = next(d for d in store.devices() if d.macs == (PHONE,))
        store.merge(router.id, parted.id)
        assert {(d.id, d.addresses) for d in store.recognise_all(scan(*own, hours=3).devices)} == {
            (router.id, ("10.0.0.1", "10.0.0.8")), (one.id, ("10.0.0.7",)),
        }  # fmt: skip

    def test_a_host_behind_anothers_mac_can_be_parted_by_its_address(self, store: Inventory) -> None:
        """As a container that its host answers for."""
        both = (heard("10.0.0.7", TV, dns_ptr="host.lan"), heard("10.0.0.40", TV, dns_ptr="box.lan", tcp_80="open"))
        [host] = store.record(scan(*both)).scan.devices
        box = store.split(host.id, ["10.0.0.40"]).after
        for hours in (1, 2):
            found = {d.addresses: d for d in store.record(scan(*both, hours=hours)).scan.devices}
            assert {a: d.id for a, d in found.items()} == {("10.0.0.7",): host.id, ("10.0.0.40",): box}
        assert store.find("box").id == box
        [alone] = store.record(scan(both[1], hours=3)).scan.devices
        assert alone.id == box

    def test_an_act_taken_back_is_no_difference_and_history_tells_both(self, store: Inventory) -> None:
        for hours in (0, 1):
            store.record(scan(*SERVERS, hours=hours))
        one, other = by_mac(store.devices(), ROUTER), by_mac(store.devices(), TV)
        changed = [c for c in store.history(one.id) if c.by == "you"]
        assert (changed, store.compare("scan-0", "scan-1").differences) == ([], ())
        store.merge(one.id, other.id)
        assert [d.kind for d in store.compare("scan-0", "scan-1").differences] == ["changed"]
        assert store.undo() == f"10.0.0.10 one ({one.id}) and 10.0.0.11 two ({other.id}) made one"
        assert [(c.field, c.before, c.after) for c in store.history(one.id) if c.by == "you"] == [
            ("parted", None, other.id), ("joined", other.id, one.id),
        ]  # fmt: skip
        assert store.compare("scan-0", "scan-1").differences == ()
        store.merge(one.id, other.id)
        new = store.split(one.id, ["10.0.0.11"]).after
        assert store.undo() == f"10.0.0.11 two ({new}) parted from 10.0.0.10 one ({one.id})"
        assert store.undo()
        assert store.compare("scan-0", "scan-1").differences == ()
        assert store.history(one.id)[0].field == "parted"
        store.record(scan(*SERVERS, hours=2))
        assert store.compare("scan-0", "scan-2").differences == ()
        assert {d.id: d.addresses for d in store.devices()} == {d.id: d.addresses for d in (one, other)}
        store.annotate({one.id: Annotations(name="attic")})
        assert store.undo() == f"name of 10.0.0.10 attic ({one.id}) set"

    def test_an_address_parted_after_a_wrong_merge_takes_all_of_its_device_along(self, store: Inventory) -> None:
        store.record(scan(*SERVERS))
        one, other = by_mac(store.devices(), ROUTER), by_mac(store.devices(), TV)
        shown = [(d.addresses, d.macs, d.name, d.links) for d in (one, other)]
        store.merge(one.id, other.id)
        merged = store.devices()
        new = store.split(one.id, ["10.0.0.11"]).after
        assert [(d.addresses, d.macs, d.name, d.links) for d in store.devices()] == shown
        for hours in (1, 2):
            found = store.record(scan(*SERVERS, hours=hours)).scan.devices
            assert [(d.id, d.addresses, d.macs, d.is_new) for d in found] == [
                (one.id, one.addresses, (ROUTER,), False), (new, other.addresses, (TV,), False),
            ]  # fmt: skip
        assert store.find(TV).id == store.find("2001:db8::11").id == new
        moved = scan(*(e for e in SERVERS if e[0].address != "10.0.0.11"), heard("10.0.0.11", PHONE), hours=3)
        assert by_mac(store.record(moved).scan.devices, PHONE).id not in (one.id, new), "the next who gets the address is another"
        for hours in (4, 5):
            store.record(scan(*SERVERS, hours=hours))
        assert store.undo()
        [again] = [d for d in store.devices() if d.id == one.id]
        assert (again.addresses, again.macs, again.links) == (merged[0].addresses, merged[0].macs, merged[0].links)
        found = store.record(scan(*SERVERS, hours=6)).scan.devices
        assert [(d.id, d.addresses) for d in found] == [(one.id, merged[0].addresses)]
        assert store.undo()
        assert [(d.addresses, d.macs, d.name, d.links) for d in store.devices() if d.macs != (PHONE,)] == shown
        assert {d.presence for d in store.devices() if d.macs != (PHONE,)} == {"here"}, "as both were heard by the last scan"
        assert store.seen_in("scan-6") == store.seen_in("scan-0") == {one.id, other.id}
        assert store.check() == ()

    @pytest.mark.parametrize(("keeping", "parts"), [(None, 2), ("10.0.0.11", 2), ("10.0.0.12", 1), (TV, 1), (ROUTER, 2)])
    def test_an_address_goes_alone_where_the_device_keeps_its_mac(
        self, store: Inventory, keeping: str | None, parts: int
    ) -> None:
        """As a host behind one of the network cards of a router: the one card, or all that answers there, is the router's."""
        cards = (*SERVERS, heard("10.0.0.12", TV))
        store.record(scan(*cards))
        one, other = by_mac(store.devices(), ROUTER), by_mac(store.devices(), TV)
        store.merge(one.id, other.id)
        words = ["10.0.0.11"] if keeping != "10.0.0.11" else ["10.0.0.12"]
        new = store.split(one.id, words, keeping=keeping if keeping != "10.0.0.11" else None).after
        for hours in (0, 1, 2):
            if hours:
                store.record(scan(*cards, hours=hours))
            found = {d.id: d for d in store.devices()}
            assert len(found[new or ""].addresses) == (4 if parts == 2 else 1)
            assert set(found[one.id].macs) == ({ROUTER} if parts == 2 else {ROUTER, TV})
        assert store.find(TV).id == (new if parts == 2 else one.id)
        assert store.undo()
        assert [(d.id, set(d.macs)) for d in store.devices()] == [(one.id, {ROUTER, TV})]

    def test_an_address_that_was_given_another_stays_with_whom_the_user_gave_it(self, store: Inventory) -> None:
        """A container of a host becomes a device, and has a second address that becomes another."""
        three = [heard(f"10.0.0.{n}", TV) for n in (7, 40, 41)]
        [host] = store.record(scan(*three)).scan.devices
        box = store.split(host.id, ["10.0.0.40", "10.0.0.41"]).after or ""
        other = store.split(box, ["10.0.0.41"]).after
        for hours in (1, 2):
            found = store.record(scan(*three, hours=hours)).scan.devices
            assert [(d.id, d.ip) for d in found] == [(host.id, "10.0.0.7"), (box, "10.0.0.40"), (other, "10.0.0.41")]

    def test_a_device_behind_a_router_that_was_parted_and_joined_again_is_known(self, store: Inventory) -> None:
        far = (heard("192.168.9.5", dns_ptr="far.lan"), heard("192.168.9.6", tcp_22="open"))
        one, other = store.record(scan(*far)).scan.devices
        store.merge(one.id, other.id)
        new = store.split(one.id, ["192.168.9.6"]).after
        assert [d.id for d in store.record(scan(*far, hours=1)).scan.devices] == [one.id, new]
        assert store.undo()
        for hours, alone in enumerate(far, 2):
            assert [d.id for d in store.record(scan(alone, hours=hours)).scan.devices] == [one.id]

    def test_devices_behind_a_router_that_were_merged_stay_one_when_both_are_heard(self, store: Inventory) -> None:
        far = (heard("192.168.9.5", icmp_rtt="1.0"), heard("192.168.9.6", icmp_rtt="1.0"))
        one, other = store.record(scan(*far)).scan.devices
        store.merge(one.id, other.id)
        for hours in (1, 2):
            recorded = store.record(scan(*far, hours=hours))
            assert [(d.id, d.addresses) for d in recorded.scan.devices] == [(one.id, ("192.168.9.5", "192.168.9.6"))]
            assert not recorded.changes
        assert store.undo()
        recorded = store.record(scan(*far, hours=3))
        assert [(d.id, d.ip) for d in recorded.scan.devices] == [(one.id, "192.168.9.5"), (other.id, "192.168.9.6")]

    def test_a_card_that_answers_for_a_stranger_stays_with_its_device_when_the_stranger_is_parted(self, store: Inventory) -> None:
        """What is heard at the card's own address is heard of the device elsewhere too, and at the stranger's it is not."""
        key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIabcdefgh"
        nas = (heard("10.0.0.10", TV, ssh_hostkey=key, dns_ptr="vault.lan"), heard("10.0.0.11", PHONE, ssh_hostkey=key))
        house = (*nas, heard("10.0.0.40", PHONE))
        first, *rest = store.record(scan(*house)).scan.devices
        for other in rest:
            store.merge(first.id, other.id)
        new = store.split(first.id, ["10.0.0.40"]).after
        for hours in (1, 2):
            found = store.record(scan(*house, hours=hours)).scan.devices
            assert [(d.id, d.addresses) for d in found] == [(first.id, ("10.0.0.10", "10.0.0.11")), (new, ("10.0.0.40",))]

    def test_a_merged_device_is_found_by_the_host_name_it_is_no_longer_shown_with(self, store: Inventory) -> None:
        one, other = store.record(
            scan(heard("10.0.0.7", TV, dns_ptr="one.lan"), heard("10.0.0.8", PHONE, dns_ptr="two.lan"))
        ).scan.devices
        store.merge(one.id, other.id)
        assert {store.find(word).id for word in ("one", "two", "TWO.lan")} == {one.id}
        with pytest.raises(DeviceError):
            store.find("lan")

    def test_who_should_be_there_is_told_of_each_network(self, store: Inventory) -> None:
        store.record(scan(*HOUSE, heard("192.168.9.5", icmp_rtt="1.0")))
        [expected] = store.expected()
        assert expected["10.0.0.20"] == TV
        assert expected["192.168.9.5"] is None

    @pytest.mark.parametrize("words", [["10.0.0.99"], [TV], ["10.0.0.20"], []])
    def test_what_cannot_be_parted_is_refused(self, store: Inventory, words: list[str]) -> None:
        store.record(scan(*HOUSE))
        before = store.devices()
        with pytest.raises(UsageError) as caught:
            store.split(by_mac(before, TV).id, words)
        assert caught.value.hint
        assert store.devices() == before
