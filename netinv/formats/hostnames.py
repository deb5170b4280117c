"""What may stand as a host name: one label made of what a device calls itself, and nobody else's in the report."""

import re
import unicodedata
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import NamedTuple

from netinv.formats.words import spoken
from netinv.model import Device
from netinv.text import clean

_LONGEST = 63
"""Characters of a label (RFC 1123, 2.1; RFC 1035, 2.3.4)."""
_MOST_ALIASES = 3
# What already means something wherever names are looked up: RFC 6761 (localhost), Debian's hosts file, names by which hosts look
# for a proxy or a tunnel (WPAD; RFC 5214, ISATAP), and the two groups every Ansible inventory has.
_RESERVED = frozenset(
    {
        "localhost", "localdomain", "loopback", "broadcasthost", "ip6-localhost", "ip6-loopback", "ip6-localnet",
        "ip6-mcastprefix", "ip6-allnodes", "ip6-allrouters", "ip6-allhosts", "wpad", "isatap", "all", "ungrouped",
    }
)  # fmt: skip
_DOMAIN = re.compile(r"[\w-]+(\.[\w-]+)+\.?")
_NO_LETTER_OR_DIGIT = re.compile(r"[^a-z0-9]+")
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*")


class Named(NamedTuple):
    """A device and the host name it may have."""

    device: Device
    host: str
    is_heard: bool
    """False where the device told no usable name: `host` is then made of its MAC address or id."""
    aliases: tuple[str, ...] = ()


def label(name: str) -> str | None:
    """`name` as a host name of one label (RFC 1123, 2.1), in lower case; None if nothing usable is left.

    Of a domain name only the first label is kept: the device that calls itself `www.bank.example` shall not become that for
    whoever reads the file. No number either, which resolvers take for an address, and no name that is spoken for.
    """
    name = clean(name)
    if _DOMAIN.fullmatch(name):
        name = name.partition(".")[0]
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode("ascii")
    made = _NO_LETTER_OR_DIGIT.sub("-", plain.lower().replace("'", "")).strip("-")[:_LONGEST].rstrip("-")
    return None if not made or _NUMBER.fullmatch(made) or made in _RESERVED else made


def named(devices: Iterable[Device]) -> list[Named]:
    """Each of the devices, in their order, with a host name of its own.

    Of those that claim the same, the one its user named so has it, else the one known longest, and the others get a suffix of
    their own: no newcomer takes another's name, and a name does not change because others come.
    """
    devices = list(devices)
    by_age = sorted(range(len(devices)), key=lambda at: _age(devices[at]))
    claims = {at: label(devices[at].name or "") for at in by_age}
    holders: dict[str, int] = {}
    for at in by_age:
        if claim := claims[at]:
            holders.setdefault(claim, at)
    hosts = {at: host for host, at in holders.items()}
    for at in by_age:
        if at not in hosts:
            hosts[at] = _free(claims[at], devices[at], holders)
            holders[hosts[at]] = at
    aliases: dict[int, tuple[str, ...]] = {}
    for at in by_age:
        others = dict.fromkeys(label(name) for name, _ in devices[at].names)
        free = [alias for alias in others if alias and alias not in holders][:_MOST_ALIASES]
        holders.update(dict.fromkeys(free, at))
        aliases[at] = tuple(free)
    return [Named(device, hosts[at], claims[at] is not None, aliases[at]) for at, device in enumerate(devices)]


def _age(device: Device) -> tuple[object, ...]:
    return device.annotations.name is None, device.first_seen, device.id, device.addresses, device.macs, device.name or ""


def _free(claim: str | None, device: Device, taken: Iterable[str]) -> str:
    """A name nobody has: what was claimed, or `unnamed`, and what tells the device apart."""
    stem = (claim or "unnamed")[: _LONGEST - 16].rstrip("-")
    tails = [*(mac.replace(":", "")[digits:] for digits in (6, 0) for mac in device.macs[:1]), label(device.id[:8])]
    for tail in filter(None, tails):
        if (made := f"{stem}-{tail}") not in taken:
            return made
    number = 2
    while (made := f"{stem}-{number}") in taken:
        number += 1
    return made


def addresses(device: Device) -> list[IPv4Address | IPv6Address]:
    """Those that mean the same all over the network: no link-local ones of IPv6, which need a zone, and nobody's own."""
    found = []
    for text in device.addresses:
        try:
            address = ip_address(text)
        except ValueError:
            continue
        is_vague = address.is_loopback or address.is_unspecified or address.is_multicast
        if not (is_vague or (address.version == 6 and address.is_link_local)) and "%" not in text:
            found.append(address)
    return found


def holders(devices: Iterable[Device]) -> dict[IPv4Address | IPv6Address, Device]:
    """Whose each address is: of those that had it, who is not gone, and was seen last."""
    found: dict[IPv4Address | IPv6Address, Device] = {}
    for device in sorted(devices, key=lambda device: (device.presence != "gone", device.last_seen), reverse=True):
        for address in addresses(device):
            found.setdefault(address, device)
    return found


def has_address(device: Device) -> bool:
    """There is an address to write down."""
    return bool(addresses(device))


def open_ports(device: Device) -> list[int]:
    """The TCP ports found open, at any of its addresses."""
    ports = {fact.key.removeprefix("tcp.") for fact in device.evidence if fact.key.startswith("tcp.") and fact.value == "open"}
    return sorted(int(port) for port in ports if port.isdecimal())


def speaks_ssh(device: Device) -> bool:
    """It can be reached, and answered as an SSH server."""
    return has_address(device) and (22 in open_ports(device) or any(fact.key == "ssh.banner" for fact in device.evidence))


def remark(device: Device) -> str:
    """What a comment says of a device, on one line: `printer, HP, ec:b1:d7:8a:3f:2c, "NPI8A3F2C"`."""
    verdict = device.verdict
    what = verdict.category if verdict.kind == "unknown" else verdict.kind
    heard = f'"{clean(device.name)}"' if device.name else "no name heard"
    return ", ".join(filter(None, (spoken(what), clean(device.vendor or ""), *device.macs, heard)))
