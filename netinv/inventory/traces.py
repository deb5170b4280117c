"""By what else than a MAC address a device may be known again, and how much that is worth.

A phone makes up a MAC address for each network and lets it go after a while; a laptop has one for the cable and one for the air.
What stays is what they say and do: a host key, a serial number, a name. Some of that is one device's alone, some is shared: by
virtual machines copied from one image, by all cameras of a maker that gives each the same certificate, by everybody's `iPhone`.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import Final, NamedTuple

from netinv.classification.naming import host_part, is_filler
from netinv.model import MAC, Evidence

ENOUGH: Final = 0.9
"""How sure two must be one, before they are taken for one."""
_MOST_ADDRESSES = 8
"""IPv4 addresses from which on one MAC answers for others (proxy ARP, a host's containers), whose traces are not its own."""
_MOST_TRACES = 48


class Trace(NamedTuple):
    """Something a device says of itself that it will say again."""

    kind: str
    """The evidence key; `name` for names, wherever they are said, and `name.common` for those that many give themselves."""
    value: str


class Worth(NamedTuple):
    """How often two that leave the same trace are one device."""

    family: str
    """Traces of one family say the same thing twice."""
    later: float
    """Where one is heard after the other was heard last, under another MAC address."""
    at_once: float
    """Where both are there at the same time, as two network cards of one computer, or as two copies of it."""


WORTH: Final[Mapping[str, Worth]] = {
    "snmp.serial": Worth("serial", 0.99, 0.98),
    "upnp.serial": Worth("serial", 0.97, 0.9),
    "lldp.serial": Worth("serial", 0.99, 0.95),
    "snmp.engine-id": Worth("snmp", 0.98, 0.95),
    "ssh.hostkey": Worth("ssh", 0.98, 0.8),
    "tls.fingerprint": Worth("tls", 0.93, 0.3),
    "upnp.udn": Worth("upnp", 0.98, 0.8),
    "dhcp.client-id": Worth("dhcp", 0.97, 0.5),
    "mdns.id": Worth("mdns", 0.98, 0.9),
    "ipv6.iid": Worth("ipv6", 0.95, 0.0),
    "name": Worth("name", 0.92, 0.7),
    "name.common": Worth("name", 0.3, 0.2),
}
SHARED_BY_MAKERS: Final = frozenset(("name", "name.common", "tls.fingerprint"))
"""Kinds that makers give to all of a model, so that they tell only what has no MAC address of a maker."""
_ONE_EACH: Final = ("snmp.serial", "lldp.serial", "snmp.engine-id", "ssh.hostkey", "upnp.udn", "dhcp.client-id", "mdns.id")
"""Kinds of which a device has its own: another value is another device."""

_AS_THEY_ARE: Final = frozenset(WORTH) - {"upnp.udn", "mdns.id", "ipv6.iid", "name", "name.common"}
_NAMES: Final = frozenset(
    ("mdns.hostname", "dhcp.hostname", "netbios.name", "smb.name", "local.hostname", "llmnr.name", "dns.ptr")
)
_TELLING: Final = _AS_THEY_ARE | _NAMES | {"ssdp.usn", "upnp.udn", "mdns.txt", "ipv6.iid"}
_UUID = re.compile(r"uuid:([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})", re.IGNORECASE)
# Ids that services carry in their TXT records: AirPlay's and HomeKit's (Apple, "HomeKit Accessory Protocol"), and Google Cast's.
_TXT_ID = re.compile(
    r"(_airplay|_raop|_hap|_googlecast|_printer|_ipp|_sonos)\._(?:tcp|udp) (deviceid|id|uuid|psi)=(\S{8,64})", re.IGNORECASE
)

# Addresses that stand for a group of routers (RFC 9568, 7.3; Cisco's HSRP and GLBP) and go to another one when the first fails.
_REDUNDANT = re.compile(r"00:00:5e:00:0[12]:..|00:00:0c:07:ac:..|00:00:0c:9f:f.:..|00:05:73:a0:0.:..|00:07:b4:00:..:..")

# Words that makers put into the names of their devices; a name of these alone, of numbers and of types is no one's own.
_COMMON = frozenset(
    re.findall(
        r"\w+",
        """
        iphone ipad ipod android galaxy pixel redmi xiaomi mi poco oneplus huawei honor oppo vivo realme nokia moto motorola
        samsung sony xperia lg macbook imac mac mini pro air max plus ultra note watch tv appletv apple homepod homepodmini
        desktop laptop pc computer notebook surface thinkpad windows linux ubuntu debian fedora raspberrypi raspberry pi
        phone tablet tab gen lite edge fold flip neo fe go book chromebook kindle fire echo home google nest cam camera my
        ipcam webcam ipcamera camera doorbell nvr dvr device client host localhost unknown user admin router printer server nas
        work guest test esp espressif
        smartphone mobile handy telefon smart wifi wlan lan local the new old
        """,
    )
)
_MODEL = re.compile(r"[a-z]{0,3}\d{1,4}[a-z]{0,2}|[a-z]|\d+")


def traces(evidence: Iterable[Evidence]) -> frozenset[Trace]:
    """What of the evidence will tell the device again; none of one that answers for others."""
    evidence = tuple(evidence)
    found = {trace for e in evidence if e.key in _TELLING and (trace := _trace(e))}
    if not found:
        return frozenset()
    macs = [e for e in evidence if e.key == "mac"]
    if any(is_redundant(e.value) for e in macs) or len({e.address for e in macs if ":" not in e.address}) > _MOST_ADDRESSES:
        return frozenset()
    return frozenset(sorted(found)[:_MOST_TRACES])


def is_redundant(mac: str) -> bool:
    """Whether it is the address of whichever of several routers is at work (VRRP, CARP, HSRP, GLBP), and so nobody's own."""
    return bool(_REDUNDANT.fullmatch(mac))


def likeness(one: Collection[Trace], other: Collection[Trace], *, at_once: bool) -> float:
    """How sure it is that two that left these traces are one device: 0 where something speaks against it."""
    best: dict[str, float] = {}
    for trace in set(one) & set(other):
        worth = WORTH[trace.kind]
        best[worth.family] = max(best.get(worth.family, 0.0), worth.at_once if at_once else worth.later)
    if _contradict(one, other, kinds=_ONE_EACH) or ("serial" not in best and _contradict(one, other, kinds=("name",))):
        return 0.0
    doubt = 1.0
    for strength in best.values():
        doubt *= 1 - strength
    return 1 - doubt


def strongest(shared: Iterable[Trace], *, at_once: bool) -> Trace:
    """Which of the traces both left says most."""
    return max(sorted(shared), key=lambda trace: WORTH[trace.kind].at_once if at_once else WORTH[trace.kind].later)


def is_own_name(name: str) -> bool:
    """Whether it is one device's: `Annas-iPhone` and `DESKTOP-7QK2M1V`, but not `iPhone`."""
    words = re.findall(r"[^\W_]+", host_part(name).casefold())
    return any(word not in _COMMON and not _MODEL.fullmatch(word) for word in words)


@lru_cache(1 << 14)
def _trace(e: Evidence) -> Trace | None:
    if e.key in _AS_THEY_ARE:
        return Trace(e.key, e.value) if len(e.value) >= 4 else None
    if e.key in ("ssdp.usn", "upnp.udn"):
        uuid = _UUID.search(e.value)
        return Trace("upnp.udn", uuid[1].lower()) if uuid and len(set(uuid[1])) > 4 else None
    if e.key == "mdns.txt":
        told = _TXT_ID.fullmatch(e.value)
        return Trace("mdns.id", f"{told[1]} {told[3]}".lower()) if told else None
    if e.key == "ipv6.iid":
        return _interface_identifier(e)
    if e.key in _NAMES and not is_filler(e):
        host = host_part(e.value).casefold()
        return Trace("name" if is_own_name(host) else "name.common", host) if len(host) > 2 else None
    return None


def _interface_identifier(e: Evidence) -> Trace | None:
    """Of a link-local address not made of a MAC address: it stays in this network (RFC 7217), where others change daily."""
    try:
        ip = ip_address(e.address.partition("%")[0])
    except ValueError:
        return None
    if not isinstance(ip, IPv6Address) or not ip.is_link_local or e.value == "eui64":
        return None
    return Trace("ipv6.iid", ip.packed[8:].hex(":", 2))


def _contradict(one: Iterable[Trace], other: Iterable[Trace], *, kinds: Collection[str]) -> bool:
    """Whether both have something of a kind, and nothing of it in common."""
    each: tuple[dict[str, set[str]], dict[str, set[str]]] = (defaultdict(set), defaultdict(set))
    for values, found in zip(each, (one, other), strict=True):
        for kind, value in found:
            if kind in kinds:
                values[kind].add(value)
    return any(each[1][kind] and not values & each[1][kind] for kind, values in each[0].items())


def are_made_up(macs: Iterable[MAC]) -> bool:
    """Whether a device shows only MAC addresses of its own making."""
    macs = tuple(macs)
    return bool(macs) and all(mac.is_local for mac in macs)
