"""The household without a network: a `Network` answered from tables, for places without namespaces and for tests."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from ipaddress import IPv4Address, IPv4Interface, IPv6Address, IPv6Interface
from typing import NamedTuple

from netinv.defaults import COMMUNITIES
from netinv.lab import datagrams, mdns
from netinv.lab.counters import PRINTS_WHAT_IT_HEARS
from netinv.lab.household import SCANNER_MAC, Household, SimulatedDevice, household
from netinv.lab.names import Resolver
from netinv.model import MAC, Interface, Problem, Traffic
from netinv.net.multicast import check_group
from netinv.net.network import EVERYBODY, Datagram, Means, Replies, Reply, Stream
from netinv.net.overheard import Overheard, Topic
from netinv.net.system import this_system
from netinv.net.targets import Targets
from netinv.net.tcp_ping import PORTS

ROUNDS = 3
"""How often a sweep asks the silent."""
_ALL = frozenset({"arp", "icmp", "icmpv6", "neighbours", "multicast", "tcp", "tcp-ping", "udp"})
_DNS_PORT = 53
_LINK_LOCAL = IPv6Interface("fe80::56e1:adff:fe5c:32/64")
"""The scanning machine's, made of its MAC address (RFC 4291, appendix A)."""


class Question(NamedTuple):
    """One thing a probe asked."""

    verb: str
    """`arp`, `icmp`, `icmpv6`, `neighbours` or `tcp-ping` of a sweep; `tcp`, `udp`, `multicast`."""
    address: str
    port: int | None = None
    sent: bytes = b""


@dataclass
class _Connection:
    """A device at the other end of a connection, and what it has said that nobody has heard yet."""

    device: SimulatedDevice
    port: int
    says: Callable[[bytes], bytes]
    said: bytes = b""


class MemoryNetwork:
    """The door, painted on a wall: the same verbs, and every question kept in `questions`.

    Faults on request: addresses that keep `silent`, verbs that raise what `failing` holds for them, and `garbage` said in
    place of an answer by an (address, port). What is `overheard` passes by without being asked for.
    """

    def __init__(
        self,
        population: Household | None = None,
        *,
        abilities: Collection[str] = _ALL,
        silent: Collection[str] = (),
        failing: Mapping[str, Exception] | None = None,
        garbage: Mapping[tuple[str, int], bytes] | None = None,
        overheard: Iterable[Overheard] = (),
        problems: Iterable[Problem] = (),
    ) -> None:
        home = population or household()
        ipv6 = (_LINK_LOCAL, IPv6Interface(home.scanner_ipv6)) if home.scanner_ipv6 else ()
        addresses = (IPv4Interface(f"{home.scanner}/{home.network.prefixlen}"), *ipv6)
        self.interface = Interface("lan0", SCANNER_MAC, addresses, gateway=home.gateway, is_default=True)
        self._overheard = tuple(overheard)
        self.abilities = frozenset(abilities) | ({"listen"} if self._overheard else set())
        self.resolvers = (home.gateway,)
        self.system = this_system()
        self.communities = COMMUNITIES
        self.problems = tuple(problems)
        self.questions: list[Question] = []
        self._home = home
        self._silent = silent
        self._failing = failing or {}
        self._garbage = garbage or {}
        self._resolver = Resolver(home)
        self._connections: list[_Connection] = []
        self._devices = {**home.truth, **home.far, **home.nodes}
        self._planned = 0
        self._swept: dict[str, bool] = {}
        self._passed = 0
        self._replies = 0

    @property
    def traffic(self) -> Traffic:
        return Traffic(frames=len(self.questions), replies=self._replies)

    @property
    def swept(self) -> frozenset[Means]:
        every: tuple[Means, ...] = ("arp", "icmp", "icmpv6", "neighbours", "tcp-ping")
        return frozenset(means for means in every if self._swept.get(means))

    @property
    def remembered(self) -> Mapping[str, MAC]:
        return {}

    @property
    def is_alive(self) -> bool:
        return True

    @property
    def refused(self) -> bool:
        return False

    @property
    def progress(self) -> tuple[int, int]:
        return self._passed, self._planned

    async def sweep(self, means: Means, targets: Iterable[str], *, rounds: int | None = None) -> Replies:
        """As in `Network`; those who hear only the k-th question answer in round k."""
        self._fail(means)
        if means == "icmpv6":
            for reply in self._ask_nodes(targets):
                yield reply
            return
        rounds = len(PORTS) if means == "tcp-ping" else rounds or ROUNDS
        silent = [t for t in targets if t != self._home.scanner]
        self._swept[means] = self._swept.get(means, False) or (isinstance(targets, Targets) and bool(silent))
        self._planned += rounds * len(silent)
        for attempt in range(1, rounds + 1):
            asked, silent = silent, []
            for target in asked:
                self.questions.append(Question(means, target))
                self._passed += 1
                device = self._present(target)
                replies = self._answer(means, device, attempt) if device and device.wakes_on <= attempt else ()
                for reply in replies:
                    self._replies += 1
                    yield reply
                if not replies:
                    silent.append(target)
            self._passed += (rounds - attempt) * (len(asked) - len(silent))  # who has answered is not asked again
            await asyncio.sleep(0)

    async def tcp(self, address: str, port: int, send: bytes = b"", limit: int = 0, *, keep: bool = False) -> Stream | None:
        """As in `Network`: a greeting, or the answer to what was sent."""
        if port in PRINTS_WHAT_IT_HEARS:
            raise ValueError(f"port {port} prints what it hears")
        self._ask("tcp", address, port, send)
        await asyncio.sleep(0)
        device = self._present(address)
        if device is None:
            return None
        if port not in device.tcp:
            return None if device.filtered else Stream("closed")
        said = self._garbage.get((address, port))
        return Stream("open", (device.says(port, send) if said is None else said)[:limit])

    async def connect(self, address: str, port: int) -> int | None:
        """As in `Network`."""
        stream = await self.tcp(address, port)
        if stream is None or stream.state == "closed":
            return None
        device, garbage = self._devices[address], self._garbage.get((address, port))
        said = device.says(port, b"") if garbage is None else garbage
        says = partial(device.says, port) if garbage is None else lambda _: b""
        self._connections.append(_Connection(device, port, says, said))
        return len(self._connections) - 1

    async def secure(self, connection: int) -> bytes | None:
        """As in `Network`; what is said afterwards is said in the clear."""
        opened = self._connections[connection]
        return opened.device.certificates.get(opened.port)

    async def exchange(self, connection: int, say: bytes = b"", limit: int = 0) -> bytes:
        """As in `Network`."""
        await asyncio.sleep(0)
        opened = self._connections[connection]
        if say:
            self._ask("tcp", opened.device.address, opened.port, say)
            opened.said += opened.says(say)
        heard, opened.said = opened.said[:limit], opened.said[limit:]
        return heard

    async def hang_up(self, connection: int) -> None:
        """As in `Network`."""

    async def udp(self, address: str, port: int, payload: bytes, limit: int = 1500) -> bytes | None:
        """As in `Network`: the router's resolver, and whoever speaks a protocol over UDP, answer datagrams."""
        if port in PRINTS_WHAT_IT_HEARS:
            raise ValueError(f"port {port} prints what it hears")
        self._ask("udp", address, port, payload)
        await asyncio.sleep(0)
        if (garbage := self._garbage.get((address, port))) is not None:
            return garbage
        if address == self._home.gateway and port == _DNS_PORT and self._present(address):
            return self._resolver.answer(payload)
        device = self._present(address)
        if device is None:
            return None
        if port == mdns.PORT:
            return mdns.answer(device, payload)
        return next(iter(datagrams.answers(device, port, payload)), None)

    async def multicast(self, group: str, port: int, payload: bytes, *, limit: int = 9000) -> AsyncGenerator[Datagram, None]:
        """As in `Network`, whoever the scan concerns; each answers once."""
        if group != EVERYBODY:
            check_group(group, port)
        self._ask("multicast", group, port, payload)
        await asyncio.sleep(0)
        for device in {**self._home.truth, **{d.address: d for d in self._home.nodes.values()}}.values():
            for answer in self._say_to_group(device, group, port, payload):
                if len(answer.payload) <= limit:
                    self._replies += 1
                    yield answer

    async def listen(self, *topics: Topic) -> AsyncGenerator[Overheard, None]:
        """As in `Network`: what was given as `overheard`, and then silence."""
        self._fail("listen")
        for heard in self._overheard:
            if heard.topic in topics:
                yield heard
        await asyncio.Event().wait()

    def close(self) -> None:
        """Nothing is open."""

    def _ask(self, verb: str, address: str, port: int, sent: bytes) -> None:
        self.questions.append(Question(verb, address, port, sent))
        self._fail(verb)

    def _fail(self, verb: str) -> None:
        if error := self._failing.get(verb):
            raise error

    def _say_to_group(self, device: SimulatedDevice, group: str, port: int, payload: bytes) -> Iterator[Datagram]:
        """What a device on the link answers to a group; one given as `garbage` for (address, port) comes first."""
        if not self._present(device.address):
            return
        if (garbage := self._garbage.get((device.address, port))) is not None:
            yield Datagram(device.address, port, garbage)
        source = device.address if ":" not in group else device.ipv6[0] if device.ipv6 else None
        is_reached = source is not None and (":" in source) == (":" in group)
        if not source or not is_reached:
            return
        if port == mdns.PORT and group in mdns.GROUPS and (answer := mdns.answer(device, payload)):
            yield Datagram(source, port, answer)
        elif datagrams.hears(device, "" if group == EVERYBODY else group, port):
            yield from (Datagram(source, port, each) for each in datagrams.answers(device, port, payload))

    def _ask_nodes(self, targets: Iterable[str]) -> Iterator[Reply]:
        """Who answers an echo over IPv6, from one address of each network; of those named, each at its own."""
        own = [a.network for a in self.interface.addresses if isinstance(a, IPv6Interface)]
        for target in targets:
            self.questions.append(Question("icmpv6", target))
            is_group = IPv6Address(target).is_multicast
            self._swept["icmpv6"] = self._swept.get("icmpv6", False) or is_group
            near = self._home.nodes if is_group else {target: self._home.nodes[target]} if target in self._home.nodes else {}
            spoken = {(id(d), n): (a, d) for a, d in near.items() for n in own if IPv6Address(a) in n}
            for address, device in spoken.values():
                if device.ping and self._present(address) and self._present(device.address):
                    self._replies += 1
                    rtt = device.delay_ms + 0.1
                    yield Reply(address, device.mac, rtt, device.ttl, is_router=device.category == "router")

    def _present(self, address: str) -> SimulatedDevice | None:
        return None if address in self._silent else self._devices.get(address)

    def _answer(self, means: Means, device: SimulatedDevice, attempt: int) -> tuple[Reply, ...]:
        rtt = device.delay_ms + 0.1
        if means == "icmp":
            hops = IPv4Address(device.address) not in self._home.network
            return (Reply(device.address, None, rtt, device.ttl - hops, attempt),) if device.ping else ()
        if means == "tcp-ping":
            said = "open" if (port := PORTS[attempt - 1]) in device.tcp else "closed"
            return () if port not in device.tcp and device.filtered else (Reply(device.address, None, rtt, None, attempt, said),)
        macs = (device.mac, device.also_mac if means == "arp" else None)  # the kernel's table has room for one
        return tuple(Reply(device.address, mac, rtt if means == "arp" else None, None, attempt) for mac in macs if mac)
