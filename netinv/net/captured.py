"""A capture as a network: whoever listens hears the packets of the file, in their order and at their time."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Iterable, Iterator
from datetime import datetime
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network, ip_network

from netinv.model import MAC, Interface, Problem
from netinv.net import passing
from netinv.net.announcements import read_dhcp, read_router
from netinv.net.capture import Captured, Captures
from netinv.net.overheard import IPV4, IPV6, Overheard, Topic, read, read_packet
from netinv.net.passive import PassiveNetwork
from netinv.net.system import System
from netinv.net.turns import Heard, Turns

STEP = 1e-6
"""Seconds of the event loop between two messages, whatever time lies between them in the file."""
NETWORKS = 16
"""Networks believed to be on the link."""
_IP = frozenset({IPV4.to_bytes(2, "big"), IPV6.to_bytes(2, "big")})
_REMEMBERED = 1 << 17
"""Packets between two known, so that the next that tells the same is passed over."""
_HOME = 24
"""Bits of the network that somebody is taken to be on, of whom nothing but the address is known."""
_WIDEST = 16


class Overview:
    """What a capture is about: when, and of which networks."""

    def __init__(self, captures: Captures) -> None:
        """Reads the whole file. TranscriptError if it is none."""
        self.packets = 0
        self.first: datetime | None = None
        self.last: datetime | None = None
        self.gateway: str | None = None
        """The router that a DHCP server told of."""
        self._leased: Counter[IPv4Network] = Counter()
        self._met: Counter[IPv4Network] = Counter()
        self._seen: Counter[IPv4Network] = Counter()
        self._prefixes: dict[str, None] = {}
        for packet in captures:
            self.packets += 1
            self.first = packet.at if self.first is None else min(self.first, packet.at)
            self.last = packet.at if self.last is None else max(self.last, packet.at)
            self._look(packet)

    @property
    def networks(self) -> tuple[IPv4Network, ...]:
        """What is on the link: what DHCP leases say; else around those who ask for each other by ARP; else whoever is private."""
        found = self._leased or _joined(self._met) or self._seen
        return tuple(sorted(network for network, _ in found.most_common(NETWORKS)))

    def interface(self, name: str, networks: Iterable[IPv4Network]) -> Interface:
        """One that would be on this link."""
        ipv6 = [IPv6Interface(prefix) for prefix in self._prefixes]
        own = [IPv4Interface((network.network_address, network.prefixlen)) for network in networks]
        return Interface(name, None, (*own, *ipv6), gateway=self.gateway)

    def _look(self, packet: Captured) -> None:
        heard = _read(packet)
        if heard is None:
            return
        if heard.topic == "arp" and len(heard.payload) >= 28 and heard.payload[:4] == b"\x00\x01\x08\x00":
            sender, target = IPv4Address(heard.payload[14:18]), IPv4Address(heard.payload[24:28])
            if _is_host(sender) and _is_host(target):
                self._met[_around(sender, target)] += 1
        elif heard.topic == "dhcp" and (message := read_dhcp(heard.payload)) and message.netmask and message.address:
            try:
                self._leased[IPv4Network((message.address, message.netmask), strict=False)] += 1
            except ValueError:
                return
            self.gateway = self.gateway or next(iter(message.routers), None)
        elif heard.topic == "ra" and (router := read_router(heard.payload)):
            for prefix in router.prefixes[: NETWORKS - len(self._prefixes)]:
                if ip_network(prefix, strict=False).prefixlen >= 48:
                    self._prefixes[prefix] = None
        elif heard.topic == "nd" and heard.payload[0] in (135, 136) and len(heard.payload) >= 24:
            # Whose MAC address is asked for or told is on the link (RFC 4861, 2.1).
            asked = IPv6Address(heard.payload[8:24])
            if not (asked.is_link_local or asked.is_multicast) and len(self._prefixes) < NETWORKS:
                self._prefixes[str(IPv6Network((asked, 64), strict=False))] = None
        elif heard.source and ":" not in heard.source and (address := IPv4Address(heard.source)).is_private and _is_host(address):
            self._seen[_around(address, address)] += 1


class CaptureNetwork(PassiveNetwork):
    """A `Network` that sends nothing, and hears what a capture holds."""

    abilities = frozenset({"listen", "capture"})
    system = System("", "")

    def __init__(self, captures: Captures, overview: Overview, interface: Interface) -> None:
        self.interface = interface
        self._captures = captures
        self._now = overview.first
        self._listeners: dict[asyncio.Queue[Overheard], frozenset[Topic]] = {}
        self._pump: asyncio.Task[None] | None = None

    def now(self) -> datetime:
        """When the last packet was captured that was heard."""
        assert self._now  # noqa: S101 - who has an overview of no packet opens no network
        return self._now

    @property
    def is_alive(self) -> bool:
        return True

    @property
    def problems(self) -> tuple[Problem, ...]:
        if not self._captures.is_cut:
            return ()
        return (Problem("capture", f"{self._captures.name} is cut off or damaged: only what comes before is read"),)

    async def listen(self, *topics: Topic) -> AsyncGenerator[Overheard, None]:
        heard: asyncio.Queue[Overheard] = asyncio.Queue()
        self._listeners[heard] = frozenset(topics)
        self._pump = self._pump or asyncio.create_task(self._tell())
        try:
            while True:
                yield await heard.get()
        finally:
            del self._listeners[heard]

    def close(self) -> None:
        if self._pump:
            self._pump.cancel()

    async def _tell(self) -> None:
        """Tell everybody of every packet, each when all that came before has been done with (see `loops`)."""
        await asyncio.sleep(STEP)
        known: set[object] = set()
        turns = Turns()
        for packet in self._captures:
            for heard in _of_interest(packet, known):
                await self._tell_of(packet.at, heard)
            for at, heard in _answers(packet, turns):
                await self._tell_of(at, heard)
        for at, heard in turns.end():
            await self._tell_of(at, heard)

    async def _tell_of(self, at: datetime, heard: Overheard) -> None:
        self._now = at
        for queue, topics in self._listeners.items():
            if heard.topic in topics:
                queue.put_nowait(heard)
        await asyncio.sleep(STEP)


def _read(packet: Captured) -> Overheard | None:
    return read_packet(packet.frame) if packet.is_bare else read(packet.frame)


def _of_interest(packet: Captured, known: set[object]) -> Iterator[Overheard]:
    """What a packet says to everybody, and if that is nothing, what it tells of its sender that is not yet `known`."""
    if heard := _read(packet):
        yield heard
        return
    if not packet.is_bare and packet.frame[12:14] not in _IP:
        return
    mac, body = _sender(packet), _inner(packet)
    passed = passing.read(body)
    if passed and (mac, passed) not in known and len(known) < _REMEMBERED:
        known.add((mac, passed))
        yield Overheard("ip", mac, passed.source, body)


def _answers(packet: Captured, turns: Turns) -> Heard:
    """What somebody has answered somebody, complete by this packet."""
    if packet.is_bare or packet.frame[12:14] in _IP:
        yield from turns.take(_inner(packet), _sender(packet), packet.at)


def _inner(packet: Captured) -> bytes:
    return packet.frame if packet.is_bare else packet.frame[14:]


def _sender(packet: Captured) -> MAC | None:
    mac = b"" if packet.is_bare else packet.frame[6:12]
    return MAC.parse(mac) if any(mac) and not mac[0] & 1 else None


def _is_host(address: IPv4Address) -> bool:
    return not (
        address.is_unspecified or address.is_multicast or address.is_loopback or address.is_reserved or address.is_link_local
    )


def _around(one: IPv4Address, other: IPv4Address) -> IPv4Network:
    """The smallest network that both may be on, of a size that networks have."""
    apart = (int(one) ^ int(other)).bit_length()
    bits = min(_HOME, 32 - apart)
    return IPv4Network((one, bits if bits >= _WIDEST else _HOME), strict=False)


def _joined(met: Counter[IPv4Network]) -> Counter[IPv4Network]:
    """The networks of which none is within another."""
    kept: Counter[IPv4Network] = Counter()
    for network in sorted(met, key=lambda n: n.prefixlen):
        within = next((wider for wider in kept if network.subnet_of(wider)), network)
        kept[within] += met[network]
    return kept
