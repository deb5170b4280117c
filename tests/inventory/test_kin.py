"""Two MAC addresses, one device or two: what joins network cards of one computer, and what copies and twins share in vain."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from netinv.inventory.store import open_inventory
from netinv.model import Device, Evidence
from tests.inventory.scans import ROUTER, heard, scan

INTEL, REALTEK, APPLE, APPLE_TOO = "00:1b:21:00:00:01", "00:e0:4c:00:00:02", "3c:22:fb:00:00:03", "3c:22:fb:00:00:04"
QEMU, QEMU_TOO, PROXMOX = "52:54:00:00:00:05", "52:54:00:00:00:06", "bc:24:11:00:00:07"
DOCKER, DOCKER_TOO = "02:42:0a:00:00:08", "02:42:0a:00:00:09"
UDN = "uuid:2f402f80-da50-11e1-9b23-001788010203"
KEY = {"ssh_hostkey": "SHA256:abcdefgh"}


def said(address: str, mac: str, **facts: str) -> list[Evidence]:
    return heard(address, mac, 0, **facts)


def after(folder: Path, *scans: Sequence[list[Evidence]]) -> tuple[Device, ...]:
    """The devices of the inventory after these scans."""
    with open_inventory(folder / "i.db") as store:
        for hours, devices in enumerate(scans):
            store.record(scan(*devices, hours=hours))
        return store.devices()


@pytest.mark.parametrize(
    ("one", "other", "facts", "kind"),
    [
        (INTEL, REALTEK, KEY, "ssh.hostkey"),
        (APPLE, APPLE_TOO, KEY | {"dns_ptr": "annas-mac.lan"}, "ssh.hostkey"),
        (APPLE, APPLE_TOO, KEY | {"mdns_hostname": "ubuntu.local"}, "ssh.hostkey"),
        (APPLE, APPLE_TOO, {"mdns_hostname": "annas-mac.local", "mdns_instance": "Annas Mac._smb._tcp"}, "mdns.host"),
        (INTEL, REALTEK, {"smb_name": "DESKTOP-7QK2M1V", "smb_domain": "WORKGROUP"}, "smb.computer"),
        (APPLE, APPLE_TOO, {"mdns_hostname": "nas-attic.local", "upnp_udn": UDN}, "mdns.host"),
        (APPLE, APPLE_TOO, {"snmp_engine-id": "80001f8880e9630000d61ff449"}, "snmp.engine-id"),
        (APPLE, APPLE_TOO, {"snmp_serial": "FDO2130A0BC"}, "snmp.serial"),
        (APPLE, APPLE_TOO, {"mdns_txt": "_airplay._tcp deviceid=3C:22:FB:00:00:03"}, "mdns.id"),
        (INTEL, REALTEK, {"dhcp_client-id": "00020000ab1139c1f6a1d2b5e8f4"}, "dhcp.client-id"),
        (QEMU, QEMU_TOO, KEY | {"mdns_hostname": "firewall.local"}, "ssh.hostkey"),
    ],
)  # fmt: skip
def test_two_network_cards_of_one_computer_are_one_with_reason_and_strength(
    tmp_path: Path, one: str, other: str, facts: dict[str, str], kind: str
) -> None:
    [device] = after(tmp_path, [said("10.0.0.5", one, **facts), said("10.0.0.6", other, **facts)])
    assert set(device.macs) == {one, other}
    [link] = device.links
    assert {link.one, link.other} == {one, other}
    assert link.kind == kind
    assert link.strength >= 0.9


@pytest.mark.parametrize(
    ("macs", "facts"),
    [
        ((APPLE, APPLE_TOO), {"dhcp_hostname": "android"}),
        ((APPLE, APPLE_TOO), {"dhcp_hostname": "annas-things"}),
        ((APPLE, APPLE_TOO), KEY),
        ((APPLE, APPLE_TOO), KEY | {"tls_fingerprint": "ab12cd34"}),
        ((APPLE, APPLE_TOO), {"tls_fingerprint": "ab12cd34", "dns_ptr": "ipcam.lan", "http_title": "Web Client"}),
        ((INTEL, REALTEK), {"tls_fingerprint": "ab12cd34"}),
        ((APPLE, APPLE_TOO), {"upnp_udn": UDN, "dhcp_hostname": "LGwebOSTV"}),
        ((APPLE, APPLE_TOO), {"upnp_serial": "00000001"}),
        ((APPLE, APPLE_TOO), {"snmp_serial": "To Be Filled By O.E.M."}),
        ((QEMU, QEMU_TOO), KEY | {"dns_ptr": "app-one.lan"}),
        ((QEMU, PROXMOX), KEY | {"dhcp_client-id": "00020000ab1139c1f6a1d2b5e8f4"}),
        ((DOCKER, DOCKER_TOO), KEY),
        ((INTEL, REALTEK, APPLE, "b8:27:eb:00:00:08"), KEY),
        (tuple(f"{mac[:-1]}{n}" for n in "1234" for mac in (INTEL, REALTEK)), KEY | {"mdns_hostname": "kiosk.local"}),
    ],
    ids=[
        "a name everybody has", "a name alone", "a key of one product line", "a key and a certificate of one image",
        "a maker's certificate and name", "a certificate alone", "twins with one UPnP name", "a serial number that is none",
        "a serial number never filled in", "copied virtual machines", "copied with their machine id", "containers of one image",
        "a key four have", "an image eight have",
    ],
)  # fmt: skip
def test_copies_and_twins_are_as_many_as_they_are(tmp_path: Path, macs: Sequence[str], facts: dict[str, str]) -> None:
    house = [said(f"10.0.0.{n}", mac, **facts) for n, mac in enumerate(macs, 5)]
    assert len(after(tmp_path, house, house, list(reversed(house)))) == len(macs)


def test_copies_that_take_turns_are_two(tmp_path: Path) -> None:
    one, other = said("10.0.0.5", QEMU, **KEY), said("10.0.0.6", QEMU_TOO, **KEY)
    assert len(after(tmp_path, [one], [other], [one], [one, other])) == 2


def test_a_container_is_not_its_host(tmp_path: Path) -> None:
    host = said("10.0.0.5", APPLE, mdns_hostname="nas.local", **KEY)
    containers = [said("10.0.0.6", DOCKER, dns_ptr="pihole.lan"), said("10.0.0.7", DOCKER_TOO, dns_ptr="grafana.lan")]
    # one that shares its host's card, as with ipvlan, is another address of it
    [shares] = [said("10.0.0.8", APPLE, dns_ptr="jellyfin.lan")]
    found = after(tmp_path, [host, *containers, shares], [host, *containers, shares])
    assert sorted((d.macs, d.addresses) for d in found) == [
        ((DOCKER,), ("10.0.0.6",)), ((DOCKER_TOO,), ("10.0.0.7",)), ((APPLE,), ("10.0.0.5", "10.0.0.8")),
    ]  # fmt: skip


@pytest.mark.parametrize("virtual", ["00:00:5e:00:01:0a", "00:00:5e:00:02:0a", "00:00:0c:07:ac:0a", "00:00:0c:9f:f0:0a"])
def test_the_address_routers_share_is_its_own_whichever_of_them_is_at_work(tmp_path: Path, virtual: str) -> None:
    """VRRP for IPv4 and IPv6, and HSRP of both versions: its services are those of whoever answers now."""
    keys = {"ssh_hostkey": "SHA256:of-the-first"}, {"ssh_hostkey": "SHA256:of-the-other"}
    routers = [said(f"10.0.0.{n + 2}", mac, **key) for n, (mac, key) in enumerate(zip((INTEL, APPLE), keys, strict=True))]
    found = after(tmp_path, *([said("10.0.0.1", virtual, **key), *routers] for key in (*keys, *keys)))
    assert [(d.macs, d.addresses) for d in found] == [
        ((virtual,), ("10.0.0.1",)), ((INTEL,), ("10.0.0.2",)), ((APPLE,), ("10.0.0.3",)),
    ]  # fmt: skip


def test_a_router_that_answers_for_others_is_none_of_them(tmp_path: Path) -> None:
    """Proxy ARP: one of those it answers for is heard by itself later."""
    proxy = [said(f"10.0.0.{n}", ROUTER, ssh_hostkey=f"SHA256:key{n}") for n in range(10, 30)]
    found = after(tmp_path, proxy, [*proxy, said("10.0.0.11", INTEL, ssh_hostkey="SHA256:key11")])
    assert sorted(d.macs for d in found) == [(INTEL,), (ROUTER,)]
