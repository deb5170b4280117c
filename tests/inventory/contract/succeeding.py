"""A MAC address that its device let go of is no longer current, and one that sleeps or was not asked is."""

from dataclasses import replace

import pytest

from netinv.inventory.base import Inventory
from netinv.model import Device, Evidence, Scan
from tests.inventory.contract.stored import Stored
from tests.inventory.scans import PHONE, TV, at, heard, scan

AGAIN = "da:a1:19:00:00:99"
NAME = {"mdns_hostname": "Annas-iPhone.local"}
EVERYTHING = "arp+icmp+icmpv6"


def overheard(address: str, mac: str, probe: str = "overheard") -> list[Evidence]:
    return [Evidence(address, "mac", mac, probe, at(0))]


def whole(*devices: list[Evidence], hours: float, method: str = EVERYTHING) -> Scan:
    return replace(scan(*devices, hours=hours), method=method)


def phone(mac: str, link_local: str, probe: str = "overheard") -> list[Evidence]:
    """It answers at one address, is overheard at another, and asks for the first."""
    return [*heard("10.0.0.30", mac, **NAME), *overheard(link_local, mac), *overheard("10.0.0.30", mac, probe)]


def only(store: Inventory, told: Scan) -> Device:
    [device] = store.record(told).scan.devices
    return device


class Succeeding(Stored):
    @pytest.mark.parametrize("probe", ["overheard", "dhcp"])
    def test_a_made_up_mac_let_go_of_is_its_devices_no_longer(self, store: Inventory, probe: str) -> None:
        """Nobody asks again for what was only overheard: whole scans that hear the device without it end it."""
        first = only(store, whole(phone(PHONE, "fe80::1", probe), hours=0))
        only(store, whole(phone(AGAIN, "fe80::2", probe), hours=1))
        now = only(store, whole(heard("10.0.0.30", AGAIN), hours=2))
        assert (now.id, now.macs) == (first.id, (AGAIN,))
        assert now.addresses == ("10.0.0.30", "fe80::2"), "one that answers no question, but of the MAC address it has now"
        assert store.devices() == (now,)
        assert store.find(PHONE).id == first.id
        told = {(c.field, c.before, c.after) for c in store.history(first.id)}
        assert ("macs", f"{PHONE}, {AGAIN}", AGAIN) in told
        assert ("addresses", "10.0.0.30, fe80::1, fe80::2", "10.0.0.30, fe80::2") in told
        back = only(store, whole(phone(PHONE, "fe80::1", probe), hours=3))
        assert (back.id, set(back.macs)) == (first.id, {PHONE, AGAIN})

    def test_of_four_made_up_macs_one_after_another_the_last_is_left(self, store: Inventory) -> None:
        for n in range(1, 5):
            only(store, whole(phone(f"da:a1:19:00:00:0{n}", f"fe80::{n}"), hours=n))
        device = only(store, whole(heard("10.0.0.30", "da:a1:19:00:00:04"), hours=5))
        assert device.macs == ("da:a1:19:00:00:04",)
        assert device.addresses == ("10.0.0.30", "fe80::4")

    @pytest.mark.parametrize(
        ("targets", "is_partial", "method"),
        [
            ("10.0.0.30", False, EVERYTHING),
            ("10.0.0.0/24", True, EVERYTHING),
            ("10.0.0.0/24", False, "listen"),
            ("10.0.0.0/24", False, "arp+icmp"),
        ],
        ids=["one address", "cut short", "listening", "without IPv6"],
    )
    def test_a_made_up_mac_nobody_asked_for_is_kept(self, store: Inventory, targets: str, is_partial: bool, method: str) -> None:
        only(store, whole(phone(PHONE, "fe80::1"), hours=0))
        only(store, whole(phone(AGAIN, "fe80::2"), hours=1))
        for n in range(2, 24):
            told = scan(heard("10.0.0.30", AGAIN), hours=n, targets=targets, is_partial=is_partial)
            device = only(store, replace(told, method=method))
        assert set(device.macs) == {PHONE, AGAIN}

    def test_of_two_network_cards_one_sleeps_for_a_night(self, store: Inventory) -> None:
        """A laptop with a cable, and a made-up MAC address for the air."""
        said = {"ssh_hostkey": "SHA256:abcd", "mdns_hostname": "annas-laptop.local"}
        cable, air = heard("10.0.0.31", TV, **said), heard("fe80::1", PHONE, **said)
        only(store, whole(cable, air, hours=0))
        for n in range(1, 16):
            assert set(only(store, whole(cable, hours=n)).macs) == {PHONE, TV}
        assert only(store, whole(cable, hours=16)).macs == (TV,)
        assert set(only(store, whole(cable, air, hours=17)).macs) == {PHONE, TV}

    def test_a_makers_mac_is_a_card_that_may_come_back(self, store: Inventory) -> None:
        said = {"ssh_hostkey": "SHA256:abcd", "mdns_hostname": "annas-laptop.local"}
        cable, air = heard("fe80::3", TV, **said), heard("10.0.0.31", PHONE, **said)
        only(store, whole(cable, air, hours=0))
        for n in range(1, 24):
            device = only(store, whole(air, hours=n))
        assert set(device.macs) == {PHONE, TV}

    def test_a_scan_that_did_not_hear_the_device_says_nothing_of_its_macs(self, store: Inventory) -> None:
        only(store, whole(phone(PHONE, "fe80::1"), hours=0))
        for n in range(1, 9):
            store.record(whole(hours=n))
        assert set(only(store, whole(phone(AGAIN, "fe80::2"), hours=9)).macs) == {PHONE, AGAIN}
