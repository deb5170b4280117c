"""Which of the names heard of a device to show, and whose make it is."""

import re
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, ip_address
from itertools import islice

from netinv.classification.vendors import RANDOMISED, vendor
from netinv.model import MAC, Evidence, Name, Verdict

TITLES = (
    "cast.name", "roku.name", "airplay.name", "kasa.name", "playstation.name", "ubiquiti.name", "web.name", "upnp.friendly-name",
    "ipp.name", "wsd.friendly-name", "mdns.instance", "vnc.name", "s7.name", "bacnet.name",
)  # fmt: skip
"""Evidence keys whose value is a name with spaces, as people give one to a loudspeaker; any other name is a host name."""

SOURCES = (
    "local.hostname", *TITLES[:6], "dhcp.hostname", "mdns.hostname", "netbios.name", "llmnr.name", "snmp.sysname",
    "lldp.system-name", "cdp.device", "synology.name", "smb.name", "rdp.name", "smb.dns-name", "rdp.dns-name", "web.name",
    "dns.ptr", *TITLES[7:],
)  # fmt: skip
"""Evidence keys whose value is a name, best first: what a device calls itself is better than what others call it."""

_MOST = 32
"""Names kept of one device."""

# Suffixes that only say "on this network": RFC 6762 (.local), RFC 8375 (home.arpa), ICANN's reservation of .internal (2024) and,
# by custom, what home routers hand out.
_LOCAL_SUFFIX = re.compile(
    r"(?<=.)\.(local|lan|home|home\.arpa|internal|localdomain|intranet|private|corp|fritz\.box|speedport\.ip|attlocal\.net|gateway"
    r"|station|hitronhub\.home|domain_not_set\.invalid)\.?$",
    re.IGNORECASE,
)
# Names that systems give when they have none: RFC 6761 (localhost), systemd's nss-myhostname (_gateway), DHCP servers' fillers.
_FILLER = re.compile(
    r"_gateway|_outbound|localhost\d*|localhost-live|unknown|none|null|default|host|hostname|device|client|guest|new-?host|noname"
    r"|no-?name|(dhcp|dyn|dynamic|host|client|device|ip|user|pool|unknown|lan|node)[-_]?\d*",
    re.IGNORECASE,
)
_HEXADECIMAL = re.compile(r"[0-9a-f]+")
_QUAD = re.compile(r"(?<!\d)(\d{1,3})[-._](\d{1,3})[-._](\d{1,3})[-._](\d{1,3})(?!\d)")
_UUID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)
_SERVICE = re.compile(r"\._[\w-]{1,63}\._(?:tcp|udp)\.?(?:local\.?)?$", re.IGNORECASE)
_WHOSE = re.compile(r"^[0-9A-F]{12}@(?=.)|(?<=.) \[[0-9a-f:]{17}\]$", re.IGNORECASE)
"""The MAC address that AirPlay's audio puts before a name, and Avahi's workstations behind it."""
_HARDWARE = re.compile(r"(?:mac)?[-_]?[0-9a-f]{2}(?:([-_:]?)[0-9a-f]{2}(?:\1[0-9a-f]{2}){4})", re.IGNORECASE)


def names(evidence: Iterable[Evidence]) -> tuple[Name, ...]:
    """The names heard, as they were heard, best first, each once whatever its case; those that tell nothing come last."""
    rank = {key: place for place, key in enumerate(SOURCES)}
    heard = sorted((e for e in evidence if e.key in rank and label(e.value)), key=lambda e: (is_filler(e), rank[e.key]))
    found: dict[str, Name] = {}
    for e in heard:
        name = label(e.value)
        found.setdefault(name.casefold(), Name(name, e.key))
    return tuple(islice(found.values(), _MOST))


def display_name(evidence: Iterable[Evidence]) -> str | None:
    """The best name as people say it, without a suffix that only says "on this network"; None if none tells anything.

    A public domain stays: `web01.example.com` is not `web01.example.org`.
    """
    telling = names(e for e in evidence if not is_filler(e) or e.value.casefold() == "_gateway")
    return _LOCAL_SUFFIX.sub("", telling[0].name) if telling else None


def host_part(name: str) -> str:
    """The first label of a host name: `tv` of `tv.lan`."""
    return name.strip(".").partition(".")[0]


def is_local(name: str) -> bool:
    """Whether a name ends in what only says "on this network"."""
    return _LOCAL_SUFFIX.search(name) is not None


def label(name: str) -> str:
    """A name without what only says where it was heard: the root's dot, a service's type (`Printer._ipp._tcp`), a MAC address."""
    return _WHOSE.sub("", _SERVICE.sub("", name)).strip(".")


def is_filler(named: Evidence) -> bool:
    """Whether the name tells nothing: a filler such as `localhost`, a UUID, or a spelling of a MAC or of the address it is of."""
    name = label(named.value)
    host = name if named.key in TITLES else host_part(name)
    return any(shape.fullmatch(host) for shape in (_FILLER, _HARDWARE, _UUID)) or _spells(name, named.address)


def vendor_of(evidence: Iterable[Evidence], verdict: Verdict | None = None) -> str | None:
    """The vendor to show: what the device tells of itself, else who registered its MAC address; a made-up address comes last."""
    if verdict and verdict.vendor:
        return verdict.vendor
    registered = [found for e in evidence if e.key == "mac" and (found := registrant(e.value))]
    return min(registered, key=lambda found: found == RANDOMISED, default=None)


@lru_cache(4096)
def registrant(mac: str) -> str | None:
    """The vendor of a MAC address as it was heard; None too where it is none."""
    try:
        return vendor(MAC.parse(mac))
    except ValueError:
        return None


def _spells(name: str, address: str) -> bool:
    """`dhcp-10-0-0-5.lan`, `5.0.0.10.in-addr.arpa` or `ip0a000005` for 10.0.0.5."""
    try:
        of = ip_address(address)
    except ValueError:
        return False
    if not isinstance(of, IPv4Address):
        return of.exploded.replace(":", "") in re.sub(r"[^0-9a-f]", "", name.casefold())
    if of.packed.hex() in _HEXADECIMAL.findall(host_part(name).casefold()):
        return True
    octets = str(of).split(".")
    return any([str(int(part)) for part in quad] in (octets, octets[::-1]) for quad in _QUAD.findall(name))
