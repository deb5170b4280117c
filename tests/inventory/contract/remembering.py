"""What is saved is known again, as one device, and remembered."""

from dataclasses import replace

from netinv.inventory.base import Inventory
from netinv.model import Finding
from tests.inventory.contract.stored import HOUSE, Open, Stored, by_mac
from tests.inventory.scans import OFFICE, PHONE, ROUTER, TV, at, heard, scan


class Remembering(Stored):
    def test_what_is_saved_is_there_when_it_is_opened_again(self, open_store: Open) -> None:
        with open_store() as store:
            saved = store.record(scan(*HOUSE))
        with open_store() as store:
            assert store.devices() == saved.scan.devices

    def test_the_first_scan_comes_back_as_it_was(self, store: Inventory) -> None:
        found = scan(*HOUSE)
        saved = store.record(found).scan
        assert {d.network for d in saved.devices} == {"10.0.0.0/24"}
        assert replace(saved, devices=tuple(replace(d, network="", sensor="") for d in saved.devices)) == found

    def test_a_new_inventory_is_empty(self, store: Inventory) -> None:
        assert store.devices() == ()
        assert store.scans() == ()
        assert store.check() == ()

    def test_a_device_keeps_its_id_and_its_first_moment(self, store: Inventory) -> None:
        first = by_mac(store.record(scan(*HOUSE)).scan.devices, TV)
        again = by_mac(store.record(scan(heard("10.0.0.77", TV), hours=3)).scan.devices, TV)
        assert (again.id, again.first_seen, again.last_seen) == (first.id, at(0), at(3))

    def test_new_is_who_no_scan_saw_before(self, store: Inventory) -> None:
        assert all(d.is_new for d in store.record(scan(*HOUSE)).scan.devices)
        second = store.record(scan(*HOUSE, heard("10.0.0.40", "3c:22:fb:00:00:04"), hours=1)).scan.devices
        assert [d.ip for d in second if d.is_new] == ["10.0.0.40"]
        assert [d.ip for d in store.devices() if d.is_new] == ["10.0.0.40"]
        store.record(scan(*HOUSE, hours=2))
        assert not any(d.is_new for d in store.devices())

    def test_new_is_judged_apart_for_each_network(self, store: Inventory) -> None:
        store.record(scan(heard("10.0.0.1", ROUTER, route_gateway="eth0"), heard("10.0.0.30", PHONE)))
        office = heard("192.168.7.1", "3c:22:fb:00:07:01", route_gateway="eth0")
        store.record(scan(office, hours=1, interface=OFFICE, targets="192.168.7.0/24"))
        assert all(d.is_new for d in store.devices())

    def test_changes_are_told_once(self, store: Inventory) -> None:
        assert [c.field for c in store.record(scan(*HOUSE)).changes] == ["device"] * 3
        assert store.record(scan(*HOUSE, hours=1)).changes == ()
        moved = scan(*HOUSE[:2], heard("10.0.0.31", PHONE), hours=2)
        assert [(c.field, c.before, c.after) for c in store.record(moved).changes] == [("addresses", "10.0.0.30", "10.0.0.31")]
        assert store.record(replace(moved, id="again")).changes == ()

    def test_a_scan_saved_twice_is_saved_once(self, store: Inventory) -> None:
        found = scan(*HOUSE)
        first, second = store.record(found), store.record(found)
        assert second.scan.devices == first.scan.devices
        assert second.changes == ()
        assert len(store.scans()) == 1

    def test_a_scan_that_found_nobody_is_a_scan(self, store: Inventory) -> None:
        assert store.record(scan()).scan.devices == ()
        assert [s.found for s in store.scans()] == [0]

    def test_two_devices_in_conflict_share_an_address(self, store: Inventory) -> None:
        store.record(scan(heard("10.0.0.5", TV), heard("10.0.0.5", PHONE)))
        assert [d.ip for d in store.devices()] == ["10.0.0.5", "10.0.0.5"]

    def test_a_device_of_two_macs_is_known_by_either_and_not_parted_again(self, store: Inventory) -> None:
        own = (heard("10.0.0.7", TV, local_self="eth0"), heard("10.0.0.8", PHONE, local_self="wlan0"))
        [first] = store.record(scan(*own)).scan.devices
        [seen_by_another] = store.record(
            scan(heard("10.0.0.7", TV), heard("10.0.0.8", PHONE), hours=1, sensor="attic")
        ).scan.devices
        assert seen_by_another.id == first.id
        [wireless] = store.record(scan(heard("10.0.0.8", PHONE), hours=2)).scan.devices
        assert wireless.id == first.id

    def test_two_devices_that_turn_out_to_be_one_are_joined_in_the_older(self, open_store: Open) -> None:
        """As the scanning machine by wire, then by wireless, then by both."""
        wire, wireless = heard("10.0.0.7", TV, local_self="eth0"), heard("10.0.0.8", PHONE, local_self="wlan0", dns_ptr="me.lan")
        store = open_store()
        [first] = store.record(scan(wire, targets="10.0.0.7")).scan.devices
        [second] = store.record(scan(wireless, targets="10.0.0.8", hours=1)).scan.devices
        assert first.id != second.id
        both = scan(heard("10.0.0.7", TV, local_self="eth0"), heard("10.0.0.8", PHONE, local_self="wlan0"), hours=2)
        assert store.recognise(both.devices[0]).id == first.id
        [joined] = store.record(both).scan.devices
        assert (joined.id, joined.first_seen, joined.is_new, joined.name) == (first.id, at(0), False, "me")
        assert [e.key for e in joined.evidence].count("dns.ptr") == 1
        with open_store() as again:
            assert again.devices() == (joined,)
            for word in (first.id, second.id, second.id[:6], TV, PHONE, "10.0.0.8", "me"):
                assert again.find(word) == joined
            assert [again.seen_in(s.id) for s in again.scans()] == [{first.id}] * 3
            assert again.record(replace(both, id="again")).changes == ()
            stranger = again.record(scan(heard("10.0.0.50", ROUTER), hours=3)).scan.devices[0]
            assert again.seen_in("scan-1") == {first.id} != {stranger.id}
            assert again.check() == ()

    def test_joined_in_other_networks_too_they_are_one(self, store: Inventory) -> None:
        [first] = store.record(scan(heard("10.0.0.7", TV, local_self="eth0"))).scan.devices
        store.record(scan(heard("192.168.7.8", PHONE, local_self="wlan0"), interface=OFFICE, targets="192.168.7.0/24", hours=1))
        own = (heard("10.0.0.7", TV, local_self="eth0"), heard("192.168.7.8", PHONE, local_self="wlan0"))
        store.record(scan(*own, hours=2))
        [joined] = store.devices()
        assert (joined.id, joined.macs, joined.addresses) == (first.id, (TV, PHONE), ("10.0.0.7", "192.168.7.8"))

    def test_what_both_were_heard_to_say_is_said_once(self, store: Inventory) -> None:
        """As by an address that went from one interface to the other."""
        store.record(scan(heard("10.0.0.7", TV, icmp_ttl="64", icmp_rtt="1.0")))
        store.record(scan(heard("10.0.0.7", PHONE, icmp_ttl="64", icmp_rtt="2.0"), hours=1))
        own = (heard("10.0.0.8", TV, local_self="eth0"), heard("10.0.0.9", PHONE, local_self="wlan0"))
        [joined] = store.record(scan(*own, targets="10.0.0.8-9", hours=2)).scan.devices
        told = [e.key for e in joined.evidence if e.address == "10.0.0.7"]
        assert sorted(told) == ["icmp.rtt", "icmp.ttl", "mac", "mac"]
        assert store.devices() == (joined,)

    def test_a_join_takes_what_else_was_found_of_either_with_it(self, store: Inventory) -> None:
        """Three MACs, of which the scan that joins two finds the third apart."""
        third = "3c:22:fb:00:00:33"
        store.record(scan(heard("10.0.0.7", TV, local_self="a"), targets="10.0.0.7"))
        own = (heard("10.0.0.8", PHONE, local_self="b"), heard("10.0.0.9", third, local_self="c"))
        store.record(scan(*own, targets="10.0.0.8-9", hours=1))
        own = (heard("10.0.0.7", TV, local_self="a"), heard("10.0.0.8", PHONE, local_self="b"), heard("10.0.0.9", third))
        [joined] = store.record(scan(*own, hours=2)).scan.devices
        assert joined.addresses == ("10.0.0.7", "10.0.0.8", "10.0.0.9")
        assert store.devices() == (joined,)

    # -- what is remembered of a device

    def test_what_was_not_asked_again_is_still_known(self, store: Inventory) -> None:
        store.record(scan(*HOUSE))
        tv = by_mac(store.record(scan(heard("10.0.0.20", TV), hours=1)).scan.devices, TV)
        assert tv.name == "tv"
        assert {e.key: e.seen for e in tv.evidence} == {"mac": at(1), "dns.ptr": at(0), "tcp.80": at(0), "icmp.rtt": at(0)}
        assert by_mac(store.devices(), TV) == tv

    def test_a_device_that_moved_has_its_new_address_only(self, store: Inventory) -> None:
        store.record(scan(*HOUSE))
        store.record(scan(heard("10.0.0.21", TV), hours=1))
        assert by_mac(store.devices(), TV).addresses == ("10.0.0.21",)

    def test_an_address_that_was_not_asked_is_not_forgotten(self, store: Inventory) -> None:
        store.record(scan(heard("10.0.0.1", ROUTER), heard("10.0.0.254", ROUTER)))
        store.record(scan(heard("10.0.0.1", ROUTER), targets="10.0.0.1", hours=1))
        assert by_mac(store.devices(), ROUTER).addresses == ("10.0.0.1", "10.0.0.254")

    def test_only_the_latest_measurement_is_kept(self, store: Inventory) -> None:
        for hours in range(3):
            store.record(scan(heard("10.0.0.20", TV, icmp_rtt=f"{hours}.5"), hours=hours))
        [tv] = store.devices()
        assert [e.value for e in tv.evidence if e.key == "icmp.rtt"] == ["2.5"]
        assert tv.rtt_ms == 2.5

    def test_who_has_to_be_asked_again_now_and_then_changes_nothing(self, store: Inventory) -> None:
        store.record(scan(heard("10.0.0.30", PHONE)))
        for hours in range(1, 9):
            slept = {"arp_attempt": str(2 + hours % 4 // 2)} if hours % 2 else {}
            recorded = store.record(scan(heard("10.0.0.30", PHONE, **slept), hours=hours))
            assert recorded.changes == ()
            for phone in (*recorded.scan.devices, *store.devices()):
                assert [e.value for e in phone.evidence if e.key == "arp.attempt"] == list(slept.values())

    def test_the_findings_of_a_scan_name_devices_as_they_are_known(self, store: Inventory) -> None:
        before = store.record(scan(heard("10.0.0.5", icmp_ttl="64"))).scan
        again = scan(heard("10.0.0.5", TV), hours=1)
        [device] = again.devices
        finding = Finding("sleepy", "one address answered only when asked again", devices=(device.id,))
        recorded = store.record(replace(again, findings=(finding,))).scan
        assert recorded.findings[0].devices == (before.devices[0].id,) == (recorded.devices[0].id,)
        assert device.id != before.devices[0].id

    def test_who_was_the_gateway_is_not_it_for_ever(self, store: Inventory) -> None:
        store.record(scan(*HOUSE))
        new = heard("10.0.0.2", "3c:22:fb:00:00:0f", route_gateway="eth0")
        store.record(scan(heard("10.0.0.1", ROUTER), new, hours=1))
        assert [d.ip for d in store.devices() if any(e.key == "route.gateway" for e in d.evidence)] == ["10.0.0.2"]

    def test_a_laptop_has_the_address_of_where_it_is(self, store: Inventory) -> None:
        """The machine that scans is in every network; at home again, it is what it was there."""
        home = (*HOUSE[:1], heard("10.0.0.99", TV, local_self="eth0", tcp_22="open"))
        office = (heard("192.168.7.1", "3c:22:fb:00:07:01"), heard("192.168.7.99", TV, local_self="eth0"))
        store.record(scan(*home))
        away = store.record(scan(*office, hours=1, interface=OFFICE, targets="192.168.7.0/24")).scan.devices
        assert by_mac(away, TV).addresses == by_mac(store.devices(), TV).addresses == ("192.168.7.99",)
        back = store.record(scan(*HOUSE[:1], heard("10.0.0.99", TV, local_self="eth0"), hours=2)).scan.devices
        assert by_mac(back, TV).addresses == ("10.0.0.99",)
        assert by_mac(back, TV).first_seen == at(0)
        assert any(e.key == "tcp.22" for e in by_mac(back, TV).evidence)

    def test_a_clock_that_was_set_back_does_not_turn_time_round(self, store: Inventory) -> None:
        store.record(scan(*HOUSE, hours=5, name="a"))
        for device in store.record(scan(*HOUSE, hours=1, name="b")).scan.devices:
            assert device.first_seen <= device.last_seen == at(1)
            assert not device.is_new
        assert [s.id for s in store.scans()] == ["b", "a"]

    # -- devices known by their address alone

    def test_a_device_behind_a_router_is_known_by_its_address(self, store: Inventory) -> None:
        [first] = store.record(scan(heard("10.9.0.5", icmp_ttl="63"), targets="10.9.0.0/24")).scan.devices
        [again] = store.record(scan(heard("10.9.0.5", icmp_ttl="63"), targets="10.9.0.0/24", hours=1)).scan.devices
        assert again.id == first.id
        assert not again.is_new

    def test_who_shows_a_mac_at_last_is_the_one_known_by_its_address(self, store: Inventory) -> None:
        [first] = store.record(scan(heard("10.0.0.20", icmp_ttl="64"))).scan.devices
        [shown] = store.record(scan(heard("10.0.0.20", TV), hours=1)).scan.devices
        assert (shown.id, shown.macs, shown.first_seen) == (first.id, (TV,), at(0))
        [moved] = store.record(scan(heard("10.0.0.21", TV), hours=2)).scan.devices
        assert moved.id == first.id

    def test_who_was_seen_behind_a_router_is_not_taken_for_a_neighbour(self, store: Inventory) -> None:
        [far] = store.record(scan(heard("192.168.7.20", icmp_ttl="63"), targets="192.168.7.20")).scan.devices
        [near] = store.record(scan(heard("192.168.7.20", TV), interface=OFFICE, targets="192.168.7.0/24", hours=1)).scan.devices
        assert near.id != far.id

    def test_an_address_alone_is_not_one_who_is_elsewhere_now(self, store: Inventory) -> None:
        [first] = store.record(scan(heard("10.0.0.20", icmp_ttl="64"))).scan.devices
        store.record(scan(heard("10.0.0.20", TV), hours=1))
        found = store.record(scan(heard("10.0.0.21", TV), heard("10.0.0.20", icmp_ttl="128"), hours=2)).scan.devices
        assert by_mac(found, TV).id == first.id
        [other] = [d for d in found if not d.macs]
        assert other.id != first.id
        assert other.is_new
        again = store.record(scan(heard("10.0.0.21", TV), heard("10.0.0.20", icmp_ttl="128"), hours=3)).scan.devices
        assert {d.id for d in again} == {d.id for d in found}

    # -- recognising without saving

    def test_recognising_changes_nothing(self, store: Inventory) -> None:
        found = scan(*HOUSE)
        assert tuple(map(store.recognise, found.devices)) == found.devices
        assert store.devices() == ()

    def test_who_is_recognised_has_the_id_it_is_saved_with(self, store: Inventory) -> None:
        store.record(scan(heard("10.0.0.20", icmp_ttl="64"), heard("10.9.0.5", icmp_ttl="63"), targets="10.0.0.0/8"))
        later = scan(heard("10.0.0.20", TV), heard("10.9.0.5"), heard("10.9.0.6", dns_ptr="a.lan"), *HOUSE[:1], hours=1)
        recognised = [store.recognise(device) for device in later.devices]
        saved = store.record(later).scan.devices
        assert [(d.id, d.is_new, d.first_seen) for d in recognised] == [(d.id, d.is_new, d.first_seen) for d in saved]
