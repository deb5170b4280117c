"""By what else than a MAC address a device may be known again, and how much that is worth.

A phone makes up a MAC address for each network and lets it go after a while; a laptop has one for the cable and one for the air.
What stays is what they say and do: a host key, a serial number, a name. Some of that is one device's alone, some is shared: by
virtual machines copied from one image, by all cameras of a maker that gives each the same certificate, by everybody's `iPhone`.

So what two give is worth less where both are there at the same time: they may be two network cards of one computer, or two copies
of one image. A key alone does not tell which, but for cards of two makers: nobody's product line has both. A name told by
multicast DNS or SMB does: no two hosts of a link may have the same one (RFC 6762, 9; RFC 1001, 15.1.3.3).
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
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
    apart: float = 0.0
    """Where both are there at the same time, with network cards of two makers, neither of them a virtual one."""


WORTH: Final[Mapping[str, Worth]] = {
    "snmp.serial": Worth("serial", 0.99, 0.98),
    "upnp.serial": Worth("serial", 0.97, 0.9),
    "lldp.serial": Worth("serial", 0.99, 0.95),
    "web.serial": Worth("serial", 0.97, 0.9),
    "roku.serial": Worth("serial", 0.98, 0.95),
    "enip.serial": Worth("serial", 0.97, 0.9),
    "s7.serial": Worth("serial", 0.97, 0.9),
    "snmp.engine-id": Worth("snmp", 0.98, 0.95),
    "ssh.hostkey": Worth("key", 0.98, 0.8, 0.92),
    "tls.fingerprint": Worth("key", 0.93, 0.5, 0.6),
    "dhcp.client-id": Worth("key", 0.97, 0.7, 0.92),
    "upnp.udn": Worth("upnp", 0.98, 0.7),
    "mdns.id": Worth("mdns", 0.98, 0.9),
    "mdns.instance": Worth("mdns", 0.5, 0.6),
    "ipv6.iid": Worth("ipv6", 0.95, 0.0),
    "mdns.host": Worth("name", 0.3, 0.78),
    "smb.computer": Worth("name", 0.95, 0.92),
    "name": Worth("name", 0.92, 0.6),
    "name.common": Worth("name", 0.3, 0.2),
}
SHARED_BY_MAKERS: Final = frozenset(("name", "name.common", "mdns.host", "mdns.instance", "tls.fingerprint"))
"""Kinds that makers give to all of a model, so that they tell only what has no MAC address of a maker."""
COPIED: Final = frozenset(("ssh.hostkey", "tls.fingerprint", "dhcp.client-id", "name.common", "mdns.instance"))
"""Kinds that a virtual machine or a container shares with all that were made of its image."""
UNCOPIED: Final = frozenset(("snmp.serial", "lldp.serial", "mdns.host"))
"""Kinds that two such never share while both are there: one would have had to give way."""
_ONE_EACH: Final = ("snmp.serial", "lldp.serial", "snmp.engine-id", "ssh.hostkey", "upnp.udn", "dhcp.client-id", "mdns.id")
"""Kinds of which a device has its own: another value is another device."""

_AS_THEY_ARE: Final = frozenset(key for key in WORTH if key.endswith(".serial")) | {
    "snmp.engine-id", "ssh.hostkey", "tls.fingerprint", "dhcp.client-id",
}  # fmt: skip
_NAMES: Final = frozenset(
    ("mdns.hostname", "dhcp.hostname", "netbios.name", "smb.name", "rdp.name", "local.hostname", "llmnr.name", "dns.ptr")
)
_TELLING: Final = _AS_THEY_ARE | _NAMES | {"ssdp.usn", "upnp.udn", "mdns.txt", "mdns.instance", "ipv6.iid"}
# What stands in a field for a serial number that was never given.
_NO_NUMBER = re.compile(
    r"[\W_0]*|(.)\1*|0{4,}\d{1,3}|0*123456789?0*|(?:0123456789|1234567890)+|n/?a|none|null|unknown|default|serial(?: ?number)?|"
    r"to be filled by o\.?e\.?m\.?|system serial number|not specified",
    re.IGNORECASE,
)
_UUID = re.compile(r"uuid:([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})", re.IGNORECASE)
# Ids that services carry in their TXT records: AirPlay's and HomeKit's (Apple, "HomeKit Accessory Protocol"), and Google Cast's.
_TXT_ID = re.compile(
    r"(_airplay|_raop|_hap|_googlecast|_printer|_ipp|_sonos)\._(?:tcp|udp) (deviceid|id|uuid|psi)=(\S{8,64})", re.IGNORECASE
)

# Addresses that stand for a group of routers (RFC 9568, 7.3; Cisco's HSRP and GLBP) and go to another one when the first fails.
_REDUNDANT = re.compile(r"00:00:5e:00:0[12]:..|00:00:0c:07:ac:..|00:00:0c:9f:f.:..|00:05:73:a0:0.:..|00:07:b4:00:..:..")

# Addresses of network cards that are none: QEMU, VirtualBox, VMware, Hyper-V, Xen, Proxmox, Parallels, Docker, Kubernetes' CNI.
_VIRTUAL = re.compile(
    r"(?:52:54:00|08:00:27|00:0c:29|00:50:56|00:05:69|00:1c:14|00:15:5d|00:16:3e|bc:24:11|00:1c:42|02:42:..|0a:58:..):.*"
)

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
        mediarenderer mediaserver renderer dlna upnp webos webostv lgwebostv smarttv chromecast roku firetv bravia shield
        """,
    )
)
_MODEL = re.compile(r"[a-z]{0,3}\d{1,4}[a-z]{0,2}|[a-z]|\d+")


def traces(evidence: Iterable[Evidence]) -> frozenset[Trace]:
    """What of the evidence will tell the device again; none of one that answers for others."""
    evidence = tuple(evidence)
    found = {trace for e in evidence if e.key in _TELLING and (trace := _told(e.address, e.key, e.value))}
    if not found:
        return frozenset()
    found.update(_hosts(evidence))
    macs = [e for e in evidence if e.key == "mac"]
    if any(is_redundant(e.value) for e in macs) or len({e.address for e in macs if ":" not in e.address}) > _MOST_ADDRESSES:
        return frozenset()
    return frozenset(sorted(found, key=lambda trace: (-WORTH[trace.kind].later, trace))[:_MOST_TRACES])


def is_redundant(mac: str) -> bool:
    """Whether it is the address of whichever of several routers is at work (VRRP, CARP, HSRP, GLBP), and so nobody's own."""
    return bool(_REDUNDANT.fullmatch(mac))


def is_virtual(mac: str) -> bool:
    """Whether it is that of a virtual machine or a container, by the prefix of the program that runs it."""
    return bool(_VIRTUAL.fullmatch(mac))


def likeness(one: Collection[Trace], other: Collection[Trace], *, at_once: bool, apart: bool = False) -> float:
    """How sure it is that two that left these traces are one device: 0 where something speaks against it.

    `apart` where network cards of two makers are there at once.
    """
    best: dict[str, float] = {}
    for trace in set(one) & set(other):
        best[WORTH[trace.kind].family] = max(best.get(WORTH[trace.kind].family, 0.0), _worth(trace, at_once, apart))
    if _contradict(one, other, kinds=_ONE_EACH) or ("serial" not in best and _contradict(one, other, kinds=("name",))):
        return 0.0
    doubt = 1.0
    for strength in best.values():
        doubt *= 1 - strength
    return 1 - doubt


def strongest(shared: Iterable[Trace], *, at_once: bool, apart: bool = False) -> Trace:
    """Which of the traces both left says most."""
    return max(sorted(shared), key=lambda trace: _worth(trace, at_once, apart))


def is_own_name(name: str) -> bool:
    """Whether it is one device's: `Annas-iPhone` and `DESKTOP-7QK2M1V`, but not `iPhone`."""
    words = re.findall(r"[^\W_]+", host_part(name).casefold())
    return any(word not in _COMMON and not _MODEL.fullmatch(word) for word in words)


def _worth(trace: Trace, at_once: bool, apart: bool) -> float:
    worth = WORTH[trace.kind]
    return worth.later if not at_once else max(worth.at_once, worth.apart) if apart else worth.at_once


def _hosts(evidence: Collection[Evidence]) -> Iterator[Trace]:
    """Names no two hosts of a link may have: by multicast DNS, and with its domain by SMB."""
    domains = {e.address: e.value.casefold() for e in evidence if e.key == "smb.domain"}
    for e in evidence:
        if e.key not in ("mdns.hostname", "smb.name") or is_filler(e):
            continue
        host = host_part(e.value).casefold()
        if e.key == "mdns.hostname":
            yield Trace("mdns.host", host)
        elif e.address in domains and is_own_name(host):
            yield Trace("smb.computer", f"{domains[e.address]}\\{host}")


@lru_cache(1 << 14)
def _told(address: str, key: str, value: str) -> Trace | None:
    """Kept without the time it was heard at, which would make each one of its own, and a watch grow by all it hears."""
    return _trace(Evidence(address, key, value, "", datetime.min))  # noqa: DTZ901 - nobody looks at it


def _trace(e: Evidence) -> Trace | None:
    if e.key in _AS_THEY_ARE:
        return Trace(e.key, e.value) if len(e.value) >= 4 and not _NO_NUMBER.fullmatch(e.value) else None
    if e.key == "mdns.instance":
        return Trace(e.key, e.value.casefold())
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
