"""Who came, went and changed is told: once, and never of who may sleep or was not asked."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from netinv.errors import DeviceError, StoreError, UsageError
from netinv.inventory.base import Inventory
from tests.inventory.contract.stored import HOUSE, Stored, by_mac
from tests.inventory.scans import OFFICE, PHONE, TV, at, heard, scan


class Changing(Stored):
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

    def test_who_comes_again_and_again_is_missed_by_the_second_scan_each_time(self, store: Inventory) -> None:
        hours, missed_by = 0, []
        for _ in range(4):
            for _ in range(20):
                store.record(scan(*HOUSE, hours=(hours := hours + 1)))
            told = [store.record(scan(*HOUSE[:2], hours=(hours := hours + 1))).changes for _ in range(20)]
            missed_by.append([number for number, changes in enumerate(told, 1) if changes])
        assert missed_by == [[2]] * 4

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
