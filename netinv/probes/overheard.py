"""Who is there, by what passes by: whoever sends a frame from an address shows that it has it (RFC 826, RFC 4861, RFC 791)."""

import struct
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Network, ip_address
from typing import NamedTuple

from netinv.model import MAC, Answer, Interface, Notice, Saying
from netinv.net.network import Network
from netinv.net.overheard import Overheard
from netinv.net.targets import Targets
from netinv.probes.base import Answers, LinkProbe, heed
from netinv.probes.ipv6 import about

MACS = 8
"""MAC addresses believed of one address, as of the answers to a sweep: two are a conflict, more a flood."""
ADDRESSES = 65_536
"""Addresses believed in all; a /16 has no more, and IPv6 without end."""
_ARP = struct.Struct("!HHBBH6s4s")
"""Hardware, protocol, lengths, operation, and the sender's two addresses (RFC 826)."""
_FIXED = (1, 0x0800, 6, 4)
_NOBODY = (IPv4Address("0.0.0.0"), IPv4Address("255.255.255.255"))  # noqa: S104 - RFC 5227, 1.1: who has no address yet asks so
_LINK_LOCAL = IPv6Network("fe80::/10")


class Sender(NamedTuple):
    """Who an ARP packet says has sent it."""

    mac: MAC
    address: str | None
    """None for one that only asks whether an address is free."""


def parse(packet: bytes) -> Sender | None:
    """The sender of an ARP request, reply or announcement; None for what is none, or whose sender no device can be."""
    if len(packet) < _ARP.size:
        return None
    *fixed, operation, mac_bytes, address_bytes = _ARP.unpack_from(packet)
    mac, address = MAC.parse(mac_bytes), IPv4Address(address_bytes)
    if tuple(fixed) != _FIXED or operation not in (1, 2) or mac.is_group or not any(mac_bytes):
        return None
    if address.is_multicast or address.is_loopback:
        return None
    return Sender(mac, None if address in _NOBODY else str(address))


def is_on_link(address: str, interface: Interface) -> bool:
    """Whether an address belongs to a network of the interface, so that its owner sends from it without a router."""
    ip = ip_address(address)
    return any(ip in own.network for own in interface.addresses) or ip in _LINK_LOCAL


def read(heard: Overheard, interface: Interface) -> Answer | Notice | None:
    """What a message tells of its sender; None if that is nothing."""
    if heard.mac is None:
        return None
    address, mac = heard.source, heard.mac
    if heard.topic == "arp":
        if not (sender := parse(heard.payload)) or sender.address is None:
            return None
        if sender.mac != mac:  # an extender passes it on for another, or somebody forges it: either way not first hand
            return Notice("arp.relay", sender.address, mac, f"speaks for {sender.mac}")
        address = sender.address
    if address is None:
        return None
    if not is_on_link(address, interface):
        return Notice("arp.sender", address, mac, "by ARP") if heard.topic == "arp" else None
    return Answer(address, "mac", mac)


async def ask(network: Network, targets: Targets) -> Answers:
    known: dict[tuple[str, bool], set[str]] = {}
    """By address and whether it is first hand."""
    async for heard in network.listen("arp", "dhcp", "findhost", "mdns", "nd", "netbios", "ra", "ssdp"):
        for told in heed(heard.source or heard.mac, _tell, heard, network.interface):
            if isinstance(told, Answer) and told.key == "mac":
                party = told.address, not isinstance(told, Saying)
                macs = known.setdefault(party, set()) if len(known) < ADDRESSES else known.get(party, set())
                if told.value in macs or len(macs) >= MACS or party not in known:
                    break
                macs.add(told.value)
            yield told


def _tell(heard: Overheard, interface: Interface) -> Iterator[Answer | Notice]:
    """The same, and what an address tells by itself. Whose it is, ARP and neighbour discovery say; all else anybody may send."""
    told = read(heard, interface)
    if told is None:
        return
    found = [told, *(about(told.address, heard.mac) if isinstance(told, Answer) and ":" in told.address else ())]
    is_first_hand = heard.topic in ("arp", "nd")
    yield from (
        one if is_first_hand or isinstance(one, Notice) else Saying(one.address, one.key, one.value, heard.mac) for one in found
    )


PROBE = LinkProbe(
    "overheard",
    "hears who speaks on the link by itself: ARP, IPv6 neighbour discovery, announcements; sends nothing",
    tells=("mac", "ipv6.scope", "ipv6.iid"),
    ask=ask,
    needs=frozenset({"listen"}),
    proves=frozenset({"mac"}),
    notices=("arp.sender", "arp.relay"),
)
