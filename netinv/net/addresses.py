"""IPv6 addresses: their one spelling, how far they are good for, what they are made of, and which of them to speak to."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Literal

from netinv.model import MAC

LINK_LOCAL = IPv6Network("fe80::/10")
"""RFC 4291, 2.5.6."""
UNIQUE_LOCAL = IPv6Network("fc00::/7")
"""RFC 4193, 3.1."""

Reach = Literal["link-local", "unique-local", "global"]


def canonical(address: str) -> str:
    """The one spelling of an address: RFC 5952 for IPv6, without a zone; IPv4 mapped into IPv6 is IPv4 (RFC 4291, 2.5.5.2)."""
    if ":" not in address:
        return address
    number = IPv6Address(address.partition("%")[0])
    return str(number.ipv4_mapped or number)


def reach(address: str) -> Reach:
    """How far an IPv6 address is good for."""
    number = ip_address(address)
    return "link-local" if number in LINK_LOCAL else "unique-local" if number in UNIQUE_LOCAL else "global"


def embedded_mac(address: str) -> MAC | None:
    """The MAC address that the interface identifier of an IPv6 address is made of, if it is (RFC 4291, appendix A)."""
    try:
        number = IPv6Address(address).packed[8:]
    except ValueError:
        return None
    if number[3:5] != b"\xff\xfe":
        return None
    return MAC.parse(bytes((number[0] ^ 2, *number[1:3], *number[5:])))  # the universal/local bit stands there inverted


def preference(address: str) -> tuple[int, int]:
    """By which of its addresses a device is spoken to: IPv4, then the IPv6 address that is good for most; for `min`."""
    if ":" not in address:
        return 0, int(IPv4Address(address))
    return ("global", "unique-local", "link-local").index(reach(address)) + 1, int(IPv6Address(address))
