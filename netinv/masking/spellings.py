"""How MAC addresses, IP addresses and names are spelled in what devices send."""

import re
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

UUID = re.compile(rb"(?i)\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b")
LONG_HEX = re.compile(rb"(?i)(?<![0-9a-z])[0-9a-f]{16,}(?![0-9a-z])")
MAC_TEXT = re.compile(rb"(?i)(?<![0-9a-f:-])[0-9a-f]{2}([:-])(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}(?![0-9a-f]|[:-][0-9a-f])")
IPV6_TEXT = re.compile(rb"(?i)(?<![0-9a-z:.])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![0-9a-z:]|\.\d)")
IPV6_NAME = re.compile(rb"(?i)(?<![0-9a-f.])((?:[0-9a-f]\.){1,32})ip6\.arpa|((?:\x01[0-9a-f]){1,32})\x03ip6\x04arpa")
"""A name below ip6.arpa (RFC 3596, 2.5), as text and as labels of DNS after their lengths."""

SPELLINGS: Final[tuple[Callable[[str], str], ...]] = (
    lambda octets: octets.replace(":", ""),
    lambda octets: _grouped(octets, 4, "."),
    lambda octets: _grouped(octets, 4, "-"),
    lambda octets: _grouped(octets, 4, ":"),
    lambda octets: _grouped(octets, 6, "-"),
    lambda octets: octets.replace(":", " "),
)
"""How makers write a MAC address besides octets with colons or dashes."""


def _grouped(octets: str, size: int, separator: str) -> str:
    digits = octets.replace(":", "")
    return separator.join(digits[at : at + size] for at in range(0, len(digits), size))


def netbios(word: str) -> bytes:
    """A name as NetBIOS writes it (RFC 1001, 14.1)."""
    return bytes(b for c in word.upper().encode("ascii", "replace") for b in (0x41 + (c >> 4), 0x41 + (c & 15)))


def labels(packed: bytes) -> bytes:
    """The labels of an address, or of the end of one, below ip6.arpa (RFC 3596, 2.5)."""
    return b"".join(b"\x01%c" % digit for digit in reversed(packed.hex().encode()))


def ipv6(text: str) -> IPv6Address | None:
    """The address, without its zone; None if it is none."""
    if ":" not in text or len(text) > 45:
        return None
    try:
        return IPv6Address(text.partition("%")[0])
    except ValueError:
        return None


def public(text: str) -> IPv4Address | None:
    """The address if anybody could be asked by it; None if it is none such."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return address if isinstance(address, IPv4Address) and address.is_global and not address.is_multicast else None
