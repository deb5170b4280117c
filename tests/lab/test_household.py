"""Who lives on the virtual LAN."""

from ipaddress import IPv4Address

import pytest

from netinv.classification.vendors import vendor
from netinv.lab import household
from netinv.lab.counters import PRINTS_WHAT_IT_HEARS


def test_the_household_is_about_twenty_devices_and_some_beyond() -> None:
    home = household()
    assert 20 <= len(home.truth) <= 25
    assert len(home.far) >= 3
    assert home.truth[home.gateway].kind == "router"
    assert home.scanner not in home.truth
    assert {d.category for d in home.devices} == {"router", "printer", "computer", "other"}
    assert all(d.kind and d.what for d in home.devices)


def test_every_address_is_on_one_of_its_networks_and_taken_once() -> None:
    home = household()
    assert len({d.address for d in home.devices}) == len(home.devices)
    assert all(any(IPv4Address(address) in network for network in home.beyond) for address in home.far)


def test_every_device_on_the_link_has_a_mac_of_its_own_and_none_beyond_has() -> None:
    home = household()
    macs = [mac for d in home.truth.values() for mac in (d.mac, d.also_mac) if mac]
    assert len(set(macs)) == len(macs) > len(home.truth)
    assert all(d.mac for d in home.truth.values())
    assert not any(d.mac for d in home.far.values())


@pytest.mark.parametrize("device", household().truth.values(), ids=lambda d: d.address)
def test_a_mac_prefix_belongs_to_the_maker_of_the_device(device) -> None:  # type: ignore[no-untyped-def]
    assert device.mac
    assert not device.mac.is_group
    if device.mac.is_local:
        assert device.kind == "phone"
        return
    maker = vendor(device.mac) or ""
    makers = {
        "AVM FRITZ!Box": "AVM", "Ubiquiti": "Ubiquiti", "Netgear": "Netgear", "Synology": "Synology", "Supermicro": "Super Micro",
        "Raspberry": "Raspberry", "HP LaserJet": "H", "Brother": "Brother", "MacBook": "Apple", "iPad": "Apple", "Dell": "Dell",
        "LG tele": "LG", "Sonos": "Sonos", "Google": "Google", "PlayStation": "Sony", "Hikvision": "Hikvision",
        "ESP": "Espressif", "Tuya": "Tuya", "Windows desktop": "ASUS", "laptop": "Intel", "Guest": "Raspberry",
    }  # fmt: skip
    expected = [name for word, name in makers.items() if word in device.what]
    assert expected, device.what
    assert any(name.casefold() in maker.casefold() for name in expected), maker


def test_there_are_printers_that_would_print_what_they_hear() -> None:
    printers = [d for d in household().truth.values() if d.category == "printer"]
    assert len(printers) >= 2
    assert all(PRINTS_WHAT_IT_HEARS & d.tcp.keys() for d in printers)


def test_a_web_server_speaks_only_when_spoken_to_and_ssh_at_once() -> None:
    home = household()
    server = home.truth["10.77.0.11"]
    assert server.says(22, b"").startswith(b"SSH-2.0-")
    assert server.says(80, b"") == b""
    assert server.says(80, b"GET /").startswith(b"HTTP/1.1 200")
