"""Where devices are: MAC addresses and this machine's interfaces."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Interface, IPv4Network, IPv6Interface
from typing import Self

_MAC = re.compile(
    r"[0-9a-f]{2}(?:[:-]?[0-9a-f]{2}){5}"
    r"|[0-9a-f]{1,2}(?:[:-][0-9a-f]{1,2}){5}"  # BSD's arp and ether_ntoa(3) leave out leading zeros
    r"|[0-9a-f]{4}(?:\.[0-9a-f]{4}){2}",  # Cisco
    re.IGNORECASE,
)

# The MAC that redundant routers share (RFC 9568, 7.3; CARP took it over from VRRP), and those of Cisco's HSRP and GLBP.
_SHARED = ("00:00:5e:00:01:", "00:00:5e:00:02:", "00:00:0c:07:ac:", "00:00:0c:9f:f", "00:05:73:a0:0", "00:07:b4:00:")


class MAC(str):
    """A 48-bit hardware address in its one spelling, `aa:bb:cc:dd:ee:ff`; made by `parse` where it is heard."""

    __slots__ = ()

    @classmethod
    def parse(cls, heard: str | bytes) -> Self:
        """From six bytes, or from text in any usual spelling; ValueError otherwise.

        `aa:bb:cc:dd:ee:ff`, `AA-BB-CC-DD-EE-FF`, `aabbccddeeff`, `aabbcc-ddeeff`, `aabb.ccdd.eeff`, `a:b:c:d:e:f`.
        """
        if isinstance(heard, bytes):
            if len(heard) != 6:
                raise ValueError(f"a MAC address has 6 bytes, not {len(heard)}")
            return cls(heard.hex(":"))
        if not (word := _MAC.fullmatch(heard.strip())):
            raise ValueError(f"not a MAC address: {heard!r}")
        digits = "".join(part.zfill(2) for part in re.split("[:-]", word[0])).replace(".", "")
        return cls(bytes.fromhex(digits).hex(":"))

    @property
    def is_group(self) -> bool:
        """Multicast or broadcast: the I/G bit (IEEE 802-2014, 8.2.2); never the address of one device."""
        return bool(int(self[1], 16) & 1)

    @property
    def is_local(self) -> bool:
        """Locally administered: the U/L bit (IEEE 802-2014, 8.2.2); made up by the device, so it names no vendor."""
        return bool(int(self[1], 16) & 2)

    @property
    def is_shared(self) -> bool:
        """Of routers that stand in for each other: who has it now may have another's tomorrow."""
        return self.startswith(_SHARED)


@dataclass(frozen=True, slots=True)
class Interface:
    """One network interface of this machine, as it stood when it was read."""

    name: str
    mac: MAC | None
    addresses: tuple[IPv4Interface | IPv6Interface, ...]
    gateway: str | None = None
    """Next hop of the default IPv4 route through this interface; None without one (also on `default dev tun0`)."""
    is_default: bool = False
    """The kernel would send to the Internet through it."""
    is_up: bool = True
    has_carrier: bool = True
    is_loopback: bool = False
    is_point_to_point: bool = False

    @property
    def networks(self) -> tuple[IPv4Network, ...]:
        """The on-link IPv4 networks, widest first, without repeats."""
        found = {a.network for a in self.addresses if isinstance(a, IPv4Interface)}
        return tuple(sorted(found, key=lambda n: (n.prefixlen, n)))

    @property
    def address(self) -> str | None:
        """The first IPv4 address, without its prefix length."""
        return next((str(a.ip) for a in self.addresses if isinstance(a, IPv4Interface)), None)
