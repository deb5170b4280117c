"""Who lives on the virtual LAN: simulated devices as data, how each behaves, and what each truly is."""

import tomllib
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import files
from ipaddress import IPv4Address, IPv4Network
from typing import Any, Literal

from netinv.model import MAC

ANSWER_LIMIT = 16 * 1024
"""Bytes one port says at most: less than the window any client opens with."""
SCANNER_MAC = MAC("54:e1:ad:5c:00:32")
"""The scanning machine's own: a laptop by LCFC (IEEE MA-L registry)."""


Dns = Literal["answers", "silent", "refuses"]


@dataclass(frozen=True, slots=True)
class SimulatedDevice:
    """One simulated device: what it is, where, and how it answers."""

    address: str
    mac: MAC | None = None
    """None for a device behind the router, whose hardware address nobody here sees."""
    kind: str = "unknown"
    """What it truly is, in the words of the classification; so is `category`."""
    category: str = "unknown"
    what: str = ""
    """One line for people."""
    name: str | None = None
    """What reverse DNS says, in the notation of RFC 1035, 5.1: `\\DDD` is any byte. None: the name does not exist."""
    ttl: int = 64
    """Initial time to live of its packets: 64 for Unix, 128 for Windows, 255 for many small devices."""
    ping: bool = True
    filtered: bool = False
    """TCP to a port that is not open meets silence instead of a reset."""
    unreachable: bool = True
    """UDP to a closed port is answered by ICMP port unreachable (RFC 1122, 4.1.3.1)."""
    tcp: Mapping[int, str] = field(default_factory=dict)
    """Open ports and what each says (characters are bytes, as in Latin-1): `HTTP/...` and `RTSP/...` are answers to a first
    request, after which HTTP hangs up; any other text greets whoever connects; the empty one says nothing."""
    pages: Mapping[str, str] = field(default_factory=dict)
    """What is at other addresses of its web server, by port and path (`80/api/config`): the text alone, or a whole answer."""
    certificates: Mapping[int, bytes] = field(default_factory=dict)
    """Ports where TLS is spoken, each with the certificate shown, as DER (RFC 5280), made of the lab's key (data/tls.pem)."""
    delay_ms: float = 0.0
    """Before each answer, give or take a third."""
    loss: float = 0.0
    """The share of questions that are lost, with their answers."""
    wakes_on: int = 1
    """Asleep, it hears only the k-th of several questions (at least 50 ms apart); then it is awake for 5 s."""
    wakes_after_ms: float = 0.0
    """Asleep, it answers the first question this late; then it is awake for 5 s."""
    also_mac: MAC | None = None
    """A second device claims the same address: both answer ARP."""
    wifi: bool = False
    """What is sent to a group reaches it after the next beacon, or not at all (`Impairments.wifi_loss`)."""
    ipv6: tuple[str, ...] = ()
    """Its IPv6 addresses, in canonical form; the last of a scope is the one it speaks from, as a temporary one would be."""
    mdns: str | None = None
    """Its host name by mDNS, such as `nas.local.`; None: it does not speak it."""
    services: tuple[str, ...] = ()
    """The types of services it announces by mDNS: `_ipp._tcp`."""
    txt: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What the TXT record of a type of service says: `md=Chromecast`; Apple's `_device-info._tcp` has one and is no service."""
    udp: Mapping[str, Any] = field(default_factory=dict)
    """What it says over UDP, by protocol; `datagrams` tells which there are and what each holds."""

    @property
    def addresses(self) -> tuple[str, ...]:
        """All of them; `address` is the first."""
        return (self.address, *(a for a in self.ipv6 if a != self.address))

    def says(self, port: int, heard: bytes) -> bytes:
        """What an open port has to say once `heard` has reached it: nothing as long as it waits for a request."""
        said = self._page(port, heard) or self.tcp[port].encode("latin-1", "replace")[:ANSWER_LIMIT]
        return b"" if said.startswith((b"HTTP/", b"RTSP/")) and not heard else said

    def _page(self, port: int, heard: bytes) -> bytes:
        """The answer to a request for one of its `pages`; nothing to anything else."""
        method, path, *_ = *heard.split(b" ", 2)[:2], b"", b""
        page = self.pages.get(f"{port}{path.decode('latin-1')}", "") if method == b"GET" else ""
        body = page.encode("latin-1", "replace")[:ANSWER_LIMIT]
        if not body or body.startswith(b"HTTP/"):
            return body
        return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (len(body), body)


@dataclass(frozen=True)
class Household:
    """A virtual LAN: its network, who is on it, and what lies behind its router."""

    devices: tuple[SimulatedDevice, ...]
    network: IPv4Network
    gateway: str
    """Also the resolver."""
    scanner: str
    """The address of the scanning machine."""
    beyond: tuple[IPv4Network, ...] = ()
    """Networks behind the router."""
    dns: Dns = "answers"
    """What the router does with questions for names."""
    proxy: tuple[IPv4Network, ...] = ()
    """Networks whose addresses the router answers ARP for in its own name (RFC 1027)."""
    scanner_ipv6: str | None = None
    """Its IPv6 address with a prefix length, besides the link-local one; None where the LAN has no IPv6."""

    @cached_property
    def truth(self) -> Mapping[str, SimulatedDevice]:
        """Who is on the LAN itself, by IPv4 address."""
        return {d.address: d for d in self.devices if ":" not in d.address and IPv4Address(d.address) in self.network}

    @cached_property
    def nodes(self) -> Mapping[str, SimulatedDevice]:
        """Who is on the LAN itself, by each IPv6 address."""
        return {address: d for d in self.devices for address in d.ipv6}

    @cached_property
    def visible(self) -> frozenset[str]:
        """Everybody on the LAN itself, each by the first of its addresses: IPv4 where it has any."""
        return frozenset(self.truth) | {d.address for d in self.nodes.values()}

    @cached_property
    def far(self) -> Mapping[str, SimulatedDevice]:
        """Who is behind the router, by address."""
        return {d.address: d for d in self.devices if d.address not in self.truth and d.address not in self.nodes}


def household() -> Household:
    """The household `netinv demo` shows: some two dozen devices, and a few behind the router."""
    data = tomllib.loads(files("netinv.lab").joinpath("data", "household.toml").read_text("utf-8"))
    return Household(
        devices=tuple(_device(entry) for entry in data["device"]),
        network=IPv4Network(data["network"]),
        gateway=data["gateway"],
        scanner=data["scanner"],
        beyond=tuple(map(IPv4Network, data["beyond"])),
        scanner_ipv6=data["scanner_ipv6"],
    )


def _device(entry: dict[str, Any]) -> SimulatedDevice:
    for key in ("mac", "also_mac"):
        if key in entry:
            entry[key] = MAC.parse(entry[key])
    for key in ("ipv6", "services"):
        entry[key] = tuple(entry.get(key, ()))
    entry["tcp"] = {int(port): text for port, text in entry.get("tcp", {}).items()}
    entry["certificates"] = {int(port): b64decode(text) for port, text in entry.get("certificates", {}).items()}
    return SimulatedDevice(**entry)
