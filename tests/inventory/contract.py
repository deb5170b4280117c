"""What every inventory must do, whatever keeps it: a test module for a store inherits these and says how to open one."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netinv.classification import rules
from netinv.errors import DeviceError, StoreError, UsageError
from netinv.inventory.base import Inventory
from netinv.inventory.devices import derive
from netinv.inventory.identity import group
from netinv.inventory.store import open_inventory
from netinv.model import Annotations, Device, Evidence, Finding, Link, Problem, Traffic
from netinv.text import clean
from tests.inventory.scans import HOME, OFFICE, PHONE, ROUTER, TV, at, heard, scan

Open = Callable[..., Inventory]
HOUSE = (
    heard("10.0.0.1", ROUTER, dns_ptr="router.lan", icmp_ttl="64", route_gateway="eth0"),
    heard("10.0.0.20", TV, dns_ptr="tv.lan", tcp_80="open", icmp_rtt="2.5"),
    heard("10.0.0.30", PHONE),
)
SERVERS = (
    heard("10.0.0.10", ROUTER, dns_ptr="one.lan", tcp_22="open"),
    heard("2001:db8::10", ROUTER),
    heard("10.0.0.11", TV, dns_ptr="two.lan"),
    heard("2001:db8::11", TV, tcp_443="open"),
    heard("fe80::3e22:fbff:fe00:2", ipv6_iid="eui64"),
)
"""Two devices, one with an address that tells its MAC by its bits alone."""
HOSTILE = (
    "\x1b[31mred",
    "[/bold]",
    "=cmd|'/c calc'!A0",
    "two\nlines",
    "\u202egnp.exe",
    "\ud800",
    "a\0b",
    "'; DROP TABLE devices",
)
MEANT = ("tv", "TV", " tv.lan ", "Tv.LAN", "10.0.0.20", TV, TV.upper(), "3c22.fb00.0002", "3C-22-FB-00-00-02")
MEANINGLESS = ("", "x", "ab", "\udcff", "10.0.0.99", "00:00:00:00:00:07", "fff-", "\x1b", "a" * 5000, "'; DROP TABLE devices")
TEXT = st.text(min_size=1).map(clean).filter(bool)


def by_mac(devices: tuple[Device, ...], mac: str) -> Device:
    [device] = [d for d in devices if mac in d.macs]
    return device


class Contract:
    """Needs a fixture `open_store`, which opens the same, at first empty, store each time."""

    @pytest.fixture
    def store(self, open_store: Open) -> Inventory:
        return open_store()

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

    # -- finding by what a user writes

    @pytest.mark.parametrize("word", MEANT)
    def test_a_device_is_found_by_name_address_and_mac(self, store: Inventory, word: str) -> None:
        store.record(scan(*HOUSE))
        assert TV in store.find(word).macs

    def test_a_device_is_found_by_its_id_and_the_beginning_of_it(self, store: Inventory) -> None:
        for device in store.record(scan(*HOUSE)).scan.devices:
            assert store.find(device.id) == store.find(device.id.upper()) == store.find(device.id[:6]) == device

    @pytest.mark.parametrize("word", MEANINGLESS)
    def test_who_is_not_known_is_not_found(self, store: Inventory, word: str) -> None:
        store.record(scan(*HOUSE))
        with pytest.raises(DeviceError):
            store.find(word)

    def test_a_typing_error_is_answered_with_the_nearest_name(self, store: Inventory) -> None:
        store.record(scan(*HOUSE))
        with pytest.raises(DeviceError) as caught:
            store.find("ruoter.lan")
        assert "router.lan" in (caught.value.hint or "")

    def test_several_devices_of_one_name_are_listed(self, store: Inventory) -> None:
        saved = store.record(scan(heard("10.0.0.5", TV, dns_ptr="cam.lan"), heard("10.0.0.6", PHONE, dns_ptr="cam.lan")))
        with pytest.raises(DeviceError) as caught:
            store.find("cam.lan")
        assert all(d.id in (caught.value.hint or "") for d in saved.scan.devices)

    def test_an_address_means_who_had_it_last(self, store: Inventory) -> None:
        store.record(scan(heard("10.0.0.5", TV)))
        store.record(scan(heard("10.0.0.5", PHONE), hours=1))
        assert PHONE in store.find("10.0.0.5").macs

    # -- today's rules

    def test_verdicts_are_those_of_todays_rules(self, open_store: Open, monkeypatch: pytest.MonkeyPatch) -> None:
        """A verdict that was kept is replaced as soon as the rules are others, and then kept again."""
        with open_store() as store:
            found = scan(*HOUSE)
            wrong = replace(found.devices[0], verdict=replace(found.devices[0].verdict, kind="teapot"))
            store.record(replace(found, devices=(wrong, *found.devices[1:])))
            assert store.devices()[0].verdict.kind == "teapot"
        known = tuple(replace(device, network="10.0.0.0/24", sensor="local") for device in found.devices)
        monkeypatch.setattr("netinv.inventory.known.fingerprint", lambda: "newer")
        for read_only in (True, False):
            with open_store(read_only=read_only) as store:
                assert store.devices() == known
        monkeypatch.setattr("netinv.inventory.known.derive", lambda *_: pytest.fail("the verdict was not kept"))
        with open_store(read_only=True) as store:
            assert store.devices() == known

    def test_listing_reads_no_rules_once_their_verdicts_are_kept(self, open_store: Open, monkeypatch: pytest.MonkeyPatch) -> None:
        with open_store() as store:
            store.record(scan(*HOUSE))
        rules.load_rules.cache_clear()
        monkeypatch.setattr(rules, "rules_of", lambda *_: pytest.fail("rules were read"))
        with open_store(read_only=True) as store:
            assert len(store.devices()) == 3
            assert store.find("tv").name == "tv"

    # -- scans

    def test_scans_are_listed_latest_first(self, store: Inventory) -> None:
        problems = (Problem("dns", "no resolver", "name one"), Problem("arp", "lost"))
        traffic = Traffic(700, 300, 250.5, 12, 3)
        store.record(scan(*HOUSE, problems=problems, traffic=traffic))
        store.record(scan(*HOUSE[:2], hours=1, is_partial=True, targets="10.0.0.1-20"))
        last, first = store.scans()
        assert (first.id, first.sensor, first.network, first.targets, first.method) == (
            "scan-0",
            "local",
            "10.0.0.0/24",
            "10.0.0.0/24",
            "arp+icmp",
        )
        assert (first.started, first.finished, first.asked, first.found, first.new) == (
            at(0),
            at(0) + timedelta(seconds=5),
            254,
            3,
            3,
        )
        assert (first.problems, first.traffic, first.is_partial) == (problems, traffic, False)
        assert (last.found, last.new, last.is_partial, last.targets) == (2, 0, True, "10.0.0.1-20")
        assert store.scans(limit=1) == (last,)

    def test_who_was_seen_in_a_scan_can_be_told(self, store: Inventory) -> None:
        first = store.record(scan(*HOUSE)).scan
        store.record(scan(*HOUSE[:1], hours=1))
        assert store.seen_in("scan-0") == {d.id for d in first.devices}
        assert store.seen_in("scan-1") == {by_mac(first.devices, ROUTER).id}
        with pytest.raises(StoreError):
            store.seen_in("scan-2")

    # -- what is hostile

    def test_hostile_text_comes_back_harmless(self, store: Inventory) -> None:
        names = [
            "\x1b[31mred",
            "[/bold]",
            "=cmd|'/c calc'!A0",
            "two\nlines",
            "\u202egnp.exe",
            "\ud800",
            "a\0b",
            "'; DROP TABLE devices",
        ]
        found = scan(*(heard(f"10.0.0.{n}", dns_ptr=name) for n, name in enumerate(names, 1)))
        store.record(found)
        assert store.record(replace(found, id="again")).changes == ()
        told = [e.value for d in store.devices() for e in d.evidence]
        assert told == [clean(name) for name in HOSTILE]
        assert all(name.isprintable() for d in store.devices() for name, _ in d.names)

    def test_hostile_words_about_the_scan_come_back_harmless(self, store: Inventory) -> None:
        store.record(scan(*HOUSE, targets="\x1b[2J\ud800", sensor="a\nb", problems=(Problem("x", "\ud800\x1b"),)))
        [told] = store.scans()
        assert all(text.isprintable() for text in (told.targets, told.sensor, told.problems[0].message))

    @settings(
        max_examples=40,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
    )
    @given(
        st.lists(
            st.builds(
                Evidence,
                address=st.ip_addresses().map(str),
                key=st.sampled_from(["mac", "dns.ptr", "icmp.ttl", "tcp.80", "local.self", "ssh.banner"]),
                value=TEXT,
                probe=st.sampled_from(["arp", "dns"]),
                seen=st.integers(0, 10**6).map(lambda n: at(0) + timedelta(microseconds=n)),
            ),
            max_size=12,
            unique_by=lambda e: (e.address, e.key, e.value),
        )
    )
    def test_evidence_of_any_kind_comes_back_as_it_was(self, open_store: Open, evidence: list[Evidence]) -> None:
        with open_store(anew=True) as store:
            found = replace(scan(interface=HOME), devices=tuple(map(derive, group(evidence))))
            saved = store.record(found).scan.devices
            assert {d.id: set(d.evidence) for d in saved} == {d.id: set(d.evidence) for d in found.devices}
            assert store.devices() == saved
            for device in saved:
                assert store.find(device.id) == device

    # -- who has gone

    def test_a_departure_is_told_once_and_by_the_second_scan_that_hears_nothing(self, store: Inventory) -> None:
        for hours in range(20):
            store.record(scan(*HOUSE, hours=hours))
        told = [store.record(scan(*HOUSE[:2], hours=hours)).changes for hours in range(20, 25)]
        assert [[(c.field, c.before, c.after) for c in changes] for changes in told] == [
            [],
            [("presence", "here", "gone")],
            [],
            [],
            [],
        ]
        assert by_mac(store.devices(), PHONE).presence == "gone"
        assert by_mac(store.devices(), TV).presence == "here"
        [back] = store.record(scan(*HOUSE, hours=25)).changes
        assert (back.field, back.before, back.after) == ("presence", "gone", "here")

    @pytest.mark.parametrize(
        "asked",
        [
            {"targets": "10.0.0.0-29"},
            {"targets": "10.0.0.20"},
            {"targets": "10.0.0.0/24 except 10.0.0.30"},
            {"is_partial": True},
            {"interface": OFFICE, "targets": "192.168.7.0/24"},
            {"method": "icmp"},
            {"method": ""},
        ],
    )
    def test_who_was_not_asked_is_not_missing(self, store: Inventory, asked: dict[str, object]) -> None:
        for hours in range(20):
            store.record(scan(*HOUSE, hours=hours))
        for hours in range(20, 30):
            limited = scan(*HOUSE[:2], hours=hours, **{k: v for k, v in asked.items() if k != "method"})  # type: ignore[arg-type]
            assert not [
                c
                for c in store.record(replace(limited, method=asked.get("method", "arp"))).changes
                if c.field == "presence"  # type: ignore[arg-type]
            ]
        assert by_mac(store.devices(), PHONE).presence in ("unasked", "here")

    def test_twenty_scans_of_a_house_with_sleepers_lose_nobody(self, store: Inventory) -> None:
        random = Random(7)
        sleepers = [heard(f"10.0.0.{n}", f"da:a1:19:00:01:{n:02x}") for n in range(50, 60)]
        for hours in range(20):
            awake = [device for device in sleepers if random.random() < 0.6 or not hours]
            changes = store.record(scan(*HOUSE, *awake, hours=hours)).changes
            assert not [c for c in changes if c.field == "presence"]

    def test_who_was_met_elsewhere_has_left(self, store: Inventory) -> None:
        store.record(scan(*HOUSE))
        away = store.record(scan(heard("192.168.7.30", PHONE), hours=1, interface=OFFICE, targets="192.168.7.0/24"))
        assert [(c.field, c.before, c.after) for c in away.changes if c.field == "network"] == [
            ("network", "10.0.0.0/24", "192.168.7.0/24")
        ]
        store.record(scan(*HOUSE[:2], hours=2))
        [left] = store.compare("scan-0", "scan-2").differences
        assert (left.kind, left.device.macs) == ("gone", (PHONE,))
        assert store.compare("scan-0", "scan-2").silent == ()

    # -- history

    def test_history_is_latest_first_and_of_one_device_if_asked(self, store: Inventory) -> None:
        store.record(scan(*HOUSE))
        store.record(scan(*HOUSE[:2], heard("10.0.0.31", PHONE), hours=5))
        phone = by_mac(store.devices(), PHONE)
        assert [(c.field, c.device == phone.id) for c in store.history()][:2] == [("addresses", True), ("device", True)]
        assert [c.field for c in store.history(phone.id)] == ["addresses", "device"]
        assert [c.field for c in store.history(phone.id, limit=1)] == ["addresses"]
        assert [c.field for c in store.history(since=at(2))] == ["addresses"]
        assert store.history(phone.id)[0].at == at(5) + timedelta(seconds=5)
        assert store.attendance(phone.id) == (2, 2)
        with pytest.raises(DeviceError):
            store.history("d0000000000")

    def test_a_join_is_told_with_the_id_that_went(self, store: Inventory) -> None:
        [first] = store.record(scan(heard("10.0.0.7", TV, local_self="eth0"), targets="10.0.0.7")).scan.devices
        [second] = store.record(scan(heard("10.0.0.8", PHONE, local_self="wlan0"), targets="10.0.0.8", hours=1)).scan.devices
        both = scan(heard("10.0.0.7", TV, local_self="eth0"), heard("10.0.0.8", PHONE, local_self="wlan0"), hours=2)
        assert ("joined", second.id, first.id) in {(c.field, c.before, c.after) for c in store.record(both).changes}
        assert [c.field for c in store.history(first.id)].count("device") == 2, "what was told of either is told of it"

    # -- comparing

    def test_two_scans_differ_by_who_came_left_and_changed(self, store: Inventory) -> None:
        for hours in range(20):
            store.record(scan(*HOUSE, hours=hours))
        tv = heard("10.0.0.21", TV, dns_ptr="tv.lan", tcp_80="open", tcp_22="open")
        store.record(scan(HOUSE[0], tv, hours=20))
        store.record(scan(HOUSE[0], tv, heard("10.0.0.40", "3c:22:fb:00:00:04"), hours=21))
        found = store.compare("scan-19", "scan-21")
        assert [(d.kind, d.device.mac) for d in found.differences] == [
            ("new", "3c:22:fb:00:00:04"), ("gone", PHONE), ("changed", TV),
        ]  # fmt: skip
        assert {(c.field, c.before, c.after) for c in found.differences[2].changes if c.field not in ("kind", "os")} == {
            ("addresses", "10.0.0.20", "10.0.0.21"),
            ("ports", "80", "22, 80"),
        }
        assert store.compare("scan-0", "scan-19").differences == ()
        [silent] = store.compare("scan-19", "scan-20").silent
        assert (silent.mac, silent.presence) == (PHONE, "asleep")

    def test_what_went_back_and_forth_is_no_difference(self, store: Inventory) -> None:
        store.record(scan(*HOUSE))
        store.record(scan(*HOUSE[:2], heard("10.0.0.31", PHONE), hours=1))
        store.record(scan(*HOUSE, hours=2))
        assert [d.kind for d in store.compare("scan-0", "scan-1").differences] == ["changed"]
        assert store.compare("scan-0", "scan-2").differences == ()
        assert store.compare("scan-2", "scan-0") == store.compare("scan-0", "scan-2"), "the earlier is the first"

    def test_who_was_not_asked_by_the_later_scan_is_said_to_be_so(self, store: Inventory) -> None:
        store.record(scan(*HOUSE))
        store.record(scan(*HOUSE[:1], hours=1, targets="10.0.0.1-20"))
        assert {d.mac: d.presence for d in store.compare("scan-0", "scan-1").silent} == {TV: "asleep", PHONE: "unasked"}

    def test_scans_of_two_networks_are_not_compared(self, store: Inventory) -> None:
        store.record(scan(*HOUSE))
        store.record(scan(heard("192.168.7.1", "3c:22:fb:00:07:01"), hours=1, interface=OFFICE, targets="192.168.7.0/24"))
        with pytest.raises(UsageError, match="two networks"):
            store.compare("scan-0", "scan-1")
        with pytest.raises(StoreError):
            store.compare("scan-0", "scan-7")

    # -- networks

    def test_home_and_office_are_two_inventories_in_one(self, store: Inventory) -> None:
        store.record(scan(*HOUSE))
        store.record(scan(heard("192.168.7.1", "3c:22:fb:00:07:01"), hours=1, interface=OFFICE, targets="192.168.7.0/24"))
        store.name_network("192.168.7.0/24", "office")
        store.name_network(ROUTER.upper(), "home")
        assert [(s.site.label, s.devices, s.gone, s.scans) for s in store.networks()] == [("office", 1, 0, 1), ("home", 3, 0, 1)]
        assert {d.network for d in store.devices()} == {"home", "office"}
        for word in ("home", "HOME", "10.0.0.0/24", ROUTER):
            assert len(store.devices(network=word)) == len(store.devices(network=word, brief=True)) == 3
            assert [s.site for s in store.scans(network=word)] == ["home"]
            assert len(store.history(network=word)) == 3
        assert len(store.devices(network="here")) == 1
        with pytest.raises(UsageError, match="another network"):
            store.name_network("home", "Office")
        with pytest.raises(UsageError) as caught:
            store.devices(network="ofice")
        assert "office" in (caught.value.hint or "")

    def test_two_networks_with_the_same_addresses_are_told_by_their_gateways(self, store: Inventory) -> None:
        other = "3c:22:fb:00:00:0f"
        store.record(scan(*HOUSE))
        store.record(scan(heard("10.0.0.1", other), hours=1))
        assert {s.site.label for s in store.networks()} == {f"10.0.0.0/24 via {ROUTER}", f"10.0.0.0/24 via {other}"}
        with pytest.raises(UsageError) as caught:
            store.devices(network="10.0.0.0/24")
        assert ROUTER in (caught.value.hint or "")
        assert len(store.devices(network=other)) == 1

    # -- several sensors

    def test_it_is_told_which_sensor_heard_a_device_and_told_of_a_change(self, store: Inventory) -> None:
        store.record(scan(*HOUSE, sensor="attic"))
        recorded = store.record(scan(*HOUSE[:2], heard("10.0.0.31", PHONE), hours=1, sensor="cellar", targets="10.0.0.30-40"))
        assert {d.sensor for d in recorded.scan.devices} == {c.sensor for c in recorded.changes} == {"cellar"}
        store.record(scan(HOUSE[0], hours=2, sensor="attic", targets="10.0.0.1"))
        assert {d.mac: d.sensor for d in store.devices()} == {ROUTER: "attic", TV: "cellar", PHONE: "cellar"}
        assert {d.mac: d.sensor for d in store.devices(brief=True)} == {d.mac: d.sensor for d in store.devices()}
        assert [s.sensor for s in store.scans()] == ["attic", "cellar", "attic"]
        store.annotate({by_mac(store.devices(), TV).id: Annotations(owner="Anna")})
        assert [c.sensor for c in store.history()] == ["", "cellar", "attic", "attic", "attic"]

    def test_a_sensor_at_another_site_makes_nobody_gone_though_it_uses_the_same_addresses(self, store: Inventory) -> None:
        """Neither hears a gateway."""
        there = [heard(f"10.0.0.{n}", f"3c:22:fb:00:07:{n:02x}") for n in range(2, 6)]
        for hours in range(0, 60, 2):
            store.record(scan(*HOUSE[1:], hours=hours, sensor="attic"))
            store.record(scan(*there, hours=hours + 1, sensor="shop"))
        assert {d.presence for d in store.devices()} == {"here"}
        assert not [c for c in store.history() if c.field in ("presence", "network")]
        assert sorted((s.devices, s.scans) for s in store.networks()) == [(2, 30), (4, 30)]
        assert len({s.site.label for s in store.networks()}) == 2
        assert len(store.devices(network=next(s.site.label for s in store.networks() if s.devices == 4))) == 4

    def test_two_sensors_among_the_same_neighbours_are_in_one_network(self, store: Inventory) -> None:
        house = [heard(f"10.0.0.{n}", f"3c:22:fb:00:07:{n:02x}") for n in range(2, 6)]
        store.record(scan(*house, sensor="attic"))
        store.record(scan(*house[1:], heard("10.0.0.9", PHONE), hours=1, sensor="cellar"))
        assert [(s.devices, s.scans) for s in store.networks()] == [(5, 2)]

    def test_a_visitor_from_another_site_does_not_make_it_that_site(self, store: Inventory) -> None:
        store.record(scan(*HOUSE[1:], sensor="attic"))
        store.record(scan(HOUSE[2], heard("10.0.0.8", "3c:22:fb:00:07:08"), hours=1, sensor="shop"))
        assert len(store.networks()) == 2
        assert by_mac(store.devices(), PHONE).sensor == "shop"
        assert by_mac(store.devices(), TV).presence == "here"

    def test_a_gateway_heard_at_last_names_the_network_of_the_sensor_that_heard_it(self, store: Inventory) -> None:
        for sensor in ("attic", "shop"):
            store.record(scan(heard("10.0.0.20", TV if sensor == "attic" else PHONE), sensor=sensor, name=sensor))
        store.record(scan(*HOUSE[:2], hours=1, sensor="attic"))
        assert {(s.site.gateway, s.scans) for s in store.networks()} == {(ROUTER, 2), ("", 1)}

    def test_what_a_host_without_a_name_began_it_goes_on_with_under_its_name(self, store: Inventory) -> None:
        store.record(scan(HOUSE[1]))
        store.record(scan(HOUSE[2], hours=1, sensor="attic"))
        assert [s.scans for s in store.networks()] == [2]

    def test_brief_devices_are_the_same_without_their_evidence(self, store: Inventory) -> None:
        own = heard("10.0.0.99", "02:00:00:00:00:99", local_self="eth0", icmp_rtt="0.1")
        store.record(scan(*HOUSE, own))
        whole = [
            replace(
                d,
                evidence=tuple(e for e in d.evidence if e.key == "local.self"),
                verdict=replace(d.verdict, alternatives=(), details=()),
            )
            for d in store.devices()
        ]
        assert list(store.devices(brief=True)) == whole

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

    def test_what_cannot_be_said_changes_nothing(self, store: Inventory) -> None:
        store.record(scan(*HOUSE))
        tv = by_mac(store.devices(), TV)
        for wrong in ({tv.id: Annotations(kind="teapot")}, {tv.id: Annotations(name="x"), "d0000000000": Annotations(name="y")}):
            with pytest.raises((UsageError, DeviceError)):
                store.annotate(wrong)
        assert by_mac(store.devices(), TV).annotations == Annotations()

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

    @pytest.mark.parametrize("words", [["10.0.0.99"], [TV], ["10.0.0.20"], []])
    def test_what_cannot_be_parted_is_refused(self, store: Inventory, words: list[str]) -> None:
        store.record(scan(*HOUSE))
        before = store.devices()
        with pytest.raises(UsageError) as caught:
            store.split(by_mac(before, TV).id, words)
        assert caught.value.hint
        assert store.devices() == before

    # -- upkeep

    def test_what_is_long_past_is_forgotten_and_the_rest_is_not(self, store: Inventory) -> None:
        store.record(scan(*HOUSE))
        store.record(scan(HOUSE[0], heard("10.0.0.20", TV, dns_ptr="film.lan"), hours=1000))
        store.annotate({by_mac(store.devices(), PHONE).id: Annotations(owner="Anna")})
        old = heard("10.0.0.50", "3c:22:fb:00:00:50")
        store.record(scan(old, hours=2, name="late"))
        assert store.prune(at(500), dry_run=True) == store.prune(at(500)) == (1, 4, 1, 1)
        assert store.prune(at(500)) == (0, 0, 0, 0)
        assert {d.mac for d in store.devices()} == {ROUTER, TV, PHONE}
        assert [s.id for s in store.scans()] == ["late", "scan-1000"], "the last of a network is kept"
        assert all(c.at > at(500) for c in store.history())
        assert store.undo() is None
        again = store.record(scan(*HOUSE, hours=1001)).scan
        assert not any(d.is_new for d in again.devices)
        assert store.check() == ()
        before, after = store.vacuum()
        assert after <= before

    def test_a_copy_is_whole_and_another_inventory(self, store: Inventory, tmp_path: Path) -> None:
        store.record(scan(*HOUSE))
        store.copy_to(tmp_path / "copy.db")
        with open_inventory(tmp_path / "copy.db") as copy:
            assert copy.devices() == store.devices()
            copy.record(scan(*HOUSE, hours=1))
        assert len(store.scans()) == 1

    def test_a_name_is_found_in_any_case_of_any_script(self, store: Inventory) -> None:
        store.record(scan(*HOUSE))
        store.annotate({by_mac(store.devices(), TV).id: Annotations(name="KÜCHE")})
        assert TV in store.find("küche").macs
