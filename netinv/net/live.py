"""The door for real: sockets bound to one interface, one pace, one patience, and no word to whom the user did not name."""

import errno
from collections.abc import AsyncGenerator, Callable, Collection, Iterable, Mapping
from contextlib import aclosing
from ipaddress import IPv4Address, IPv4Network
from typing import Self

from netinv.defaults import COMMUNITIES, PACES, Manners
from netinv.model import MAC, Interface, Problem, Traffic
from netinv.net import ears
from netinv.net.absentees import TIMES
from netinv.net.arp import ArpMedium
from netinv.net.conversation import Conversations
from netinv.net.icmp import ATTEMPTS, EchoMedium
from netinv.net.links import is_alive
from netinv.net.listening import Listening
from netinv.net.medium import Medium
from netinv.net.multicast import Multicast
from netinv.net.neighbours import NeighbourMedium
from netinv.net.network import Datagram, Expectation, Means, Replies, Stream
from netinv.net.nodes import GROUP_ROUNDS, Nodes, is_group
from netinv.net.overheard import Overheard, Topic
from netinv.net.pace import Pace
from netinv.net.reach import Reach
from netinv.net.scope import Scope
from netinv.net.shortfalls import HINTS, shortfalls, unheard
from netinv.net.sweep import Sweeper
from netinv.net.system import this_system
from netinv.net.targets import Targets
from netinv.net.tcp_ping import TcpPingMedium


class LiveNetwork:
    """A `Network` on a real interface. `open` may need root; everything after it does not."""

    def __init__(
        self,
        interface: Interface,
        targets: Targets,
        manners: Manners = PACES["default"],
        *,
        resolvers: Iterable[str] = (),
        communities: Iterable[str] = COMMUNITIES,
        expected: Iterable[Expectation] = (),
    ) -> None:
        self.interface = interface
        self.resolvers = tuple(resolvers)
        self.system = this_system()
        self.communities = tuple(communities)
        self._targets = targets
        self._manners = manners
        self._rounds = min(manners.retries + 1, ATTEMPTS)
        self._most_rounds = min(manners.most_retries + 1, ATTEMPTS)
        self._asks_again = self._rounds < self._most_rounds <= ATTEMPTS - TIMES  # who says how often to ask is taken at his word
        self._expected = [{int(IPv4Address(a)): mac for a, mac in network.items()} for network in expected]
        self._pace = Pace(manners.rate)
        self._reach = Reach(interface)
        self._sweepers: dict[Means, Sweeper] = {}
        self._refusals: dict[str, str] = {}
        self._problems: dict[str, Problem] = {}
        self._listening: Listening | None = None
        self._nodes: Nodes | None = None
        self._confirmed: set[str] = set()
        """Addresses that have answered to TCP or ICMP."""
        self._own = frozenset(str(a.ip) for a in interface.addresses)
        # The ends of a network on the link are no hosts; what is sent to its broadcast address goes to everybody.
        ends = (str(end) for n in interface.networks if n.prefixlen < 31 for end in (n.network_address, n.broadcast_address))
        self._unaskable = self._own | frozenset(ends)
        self._talk = Conversations(
            interface, pace=self._pace, reach=self._reach, timeout=manners.timeout, own=self._own, confirm=self._confirmed.add
        )
        self._scope = Scope(interface, targets)
        self._groups = Multicast(
            interface, pace=self._pace, timeout=manners.timeout, sendings=self._rounds, concerns=self._scope.__contains__
        )

    def open(self, wanted: Collection[Means] = ("arp", "icmp", "icmpv6", "neighbours")) -> Self:
        """Open every socket that needs a privilege now; what is refused is left out of `abilities`."""
        media: tuple[tuple[Means, Callable[[], Medium]], ...] = (
            ("arp", lambda: ArpMedium(self.interface)),
            ("icmp", lambda: EchoMedium(self.interface, self._reach)),
            ("neighbours", lambda: NeighbourMedium(self.interface, self._reach)),
            ("tcp-ping", lambda: TcpPingMedium(self.interface, self._reach, self._pace)),
        )
        for means, medium in media:
            if means not in wanted or (means == "neighbours" and "arp" in self._sweepers):
                continue  # asks the same question by a longer way
            if means in ("arp", "neighbours") and (
                self.interface.mac is None or self.interface.is_point_to_point or self.interface.is_loopback
            ):
                continue  # nobody to resolve on such a link
            try:
                self._sweepers[means] = Sweeper(medium(), self._pace)
            except OSError as error:
                if error.errno in (errno.ENODEV, errno.ENXIO, errno.ENETDOWN):
                    raise
                self._refusals[means] = error.strerror or str(error)
        if "icmpv6" in wanted:
            try:
                self._nodes = Nodes(self.interface, self._pace, self._scope.__contains__)
            except OSError as error:
                self._refusals["icmpv6"] = error.strerror or str(error)
        return self

    def open_listening(self, *, is_wanted: bool = False) -> Self:
        """Open an ear to what passes by, which needs a privilege too; where it is refused, `listen` is not among the abilities.

        That is a problem only if it `is_wanted`: nobody misses what nobody asked for.
        """
        try:
            self._listening = ears.frames(self.interface)
        except OSError as error:
            if is_wanted:
                said = f"of what passes by only mDNS and SSDP are heard: {error.strerror or error}"
                try:
                    self._listening = ears.groups(self.interface)
                    self._pace.sent(ears.JOINING * len(ears.SPOKEN_TO))
                except OSError as worse:
                    said = f"what passes by cannot be heard: {worse.strerror or worse}"
                self._problems["listen"] = Problem("listen", said, HINTS["arp"])
        return self

    def close(self) -> None:
        if self._listening:
            self._listening.close()
        for sweeper in self._sweepers.values():
            sweeper.medium.close()
        if self._nodes:
            self._nodes.close()
        self._talk.close()

    @property
    def abilities(self) -> frozenset[str]:
        opened = {"icmpv6": self._nodes, "listen": self._listening}
        return frozenset(self._sweepers) | {"multicast", "tcp", "udp"} | {ability for ability in opened if opened[ability]}

    @property
    def swept(self) -> frozenset[Means]:
        swept: set[Means] = {means for means, sweeper in self._sweepers.items() if sweeper.swept}
        return frozenset(swept | {"icmpv6"} if self._nodes and self._nodes.swept else swept)

    @property
    def remembered(self) -> Mapping[str, MAC]:
        neighbours = self._sweepers.get("neighbours")
        found = neighbours.medium.remembered if neighbours and isinstance(neighbours.medium, NeighbourMedium) else {}
        return {address: mac for address, mac in found.items() if address not in self._confirmed}

    @property
    def is_alive(self) -> bool:
        return is_alive(self.interface)

    @property
    def refused(self) -> bool:
        return any(sweeper.refused for sweeper in self._sweepers.values())

    @property
    def refusals(self) -> dict[str, str]:
        """Why a means of sweeping is not among the abilities, in the system's words."""
        return dict(self._refusals)

    @property
    def progress(self) -> tuple[int, int]:
        """How many questions of all sweeps have had their turn, and how many there are."""
        every = self._sweepers.values()
        return sum(s.slots_passed for s in every), sum(s.slots_planned for s in every)

    @property
    def traffic(self) -> Traffic:
        if self._nodes:
            self._nodes.count()
        dropped = sum(s.medium.dropped() for s in self._sweepers.values())
        replies = sum(s.replies for s in self._sweepers.values()) + self._groups.replies
        replies += self._nodes.replies if self._nodes else 0
        return Traffic(self._pace.frames, self._pace.peak_pps, self._pace.mean_pps, replies, dropped)

    @property
    def problems(self) -> tuple[Problem, ...]:
        return (
            *self._problems.values(),
            *self._talk.problems.values(),
            *self._groups.problems.values(),
            *(self._nodes.problems if self._nodes else ()),
            *shortfalls(self._sweepers, self._refusals, self.remembered),
            *unheard(self._listening.lost if self._listening else 0),
        )

    async def sweep(self, means: Means, targets: Iterable[str], *, rounds: int | None = None) -> Replies:
        if means == "icmpv6":
            async with aclosing(self._sweep_nodes(targets, rounds or min(self._rounds, GROUP_ROUNDS))) as found:
                async for reply in found:
                    yield reply
            return
        if not (sweeper := self._sweepers.get(means)):
            raise PermissionError(errno.EPERM, self._refusals.get(means, "not opened"))
        others: Iterable[str]
        if isinstance(targets, Targets):
            others = targets.outside(IPv4Network(a) for a in self._unaskable if ":" not in a)
        else:
            others = [t for t in targets if t in self._targets and t not in self._unaskable]
        asked = sweeper.sweep(
            others,
            rounds=rounds or self._rounds,
            most_rounds=rounds or self._most_rounds,
            timeout=self._manners.timeout,
            is_eager=self._manners.is_eager,
            is_hurried=self._manners.is_hurried,
            expected=self._expected if isinstance(targets, Targets) and not rounds and self._asks_again else (),
        )
        async with aclosing(asked) as replies:
            async for reply in replies:
                self._confirmed.add(reply.address)
                if reply.rtt_ms is not None:
                    self._talk.note_round_trip(reply.address, reply.rtt_ms / 1000)
                yield reply

    async def _sweep_nodes(self, targets: Iterable[str], rounds: int) -> Replies:
        if not self._nodes:
            raise PermissionError(errno.EPERM, self._refusals.get("icmpv6", "not opened"))
        others = [t for t in targets if (self._scope.includes_ipv6 if is_group(t) else t in self._scope and t not in self._own)]
        async with aclosing(self._nodes.sweep(others, rounds=rounds, timeout=self._manners.timeout)) as replies:
            async for reply in replies:
                self._confirmed.add(reply.address)
                yield reply

    async def tcp(self, address: str, port: int, send: bytes = b"", limit: int = 0, *, keep: bool = False) -> Stream | None:
        if not self._may_speak_to(address):
            return None
        return await self._talk.tcp(address, port, send, limit, keep=keep)

    async def connect(self, address: str, port: int) -> int | None:
        return await self._talk.connect(address, port) if self._may_speak_to(address) else None

    async def secure(self, connection: int) -> bytes | None:
        return await self._talk.secure(connection)

    async def exchange(self, connection: int, say: bytes = b"", limit: int = 0) -> bytes:
        return await self._talk.exchange(connection, say, limit)

    async def hang_up(self, connection: int) -> None:
        await self._talk.hang_up(connection)

    async def udp(self, address: str, port: int, payload: bytes, limit: int = 1500) -> bytes | None:
        is_resolver = address in self.resolvers
        if not is_resolver and not self._may_speak_to(address):
            return None
        return await self._talk.udp(address, port, payload, limit, is_bound=not is_resolver)

    async def multicast(self, group: str, port: int, payload: bytes, *, limit: int = 9000) -> AsyncGenerator[Datagram, None]:
        async with aclosing(self._groups.ask(group, port, payload, limit)) as answers:
            async for datagram in answers:
                self._confirmed.add(datagram.address)
                yield datagram

    def listen(self, *topics: Topic) -> AsyncGenerator[Overheard, None]:
        if not self._listening:
            raise PermissionError(errno.EPERM, "the network is not listened to")
        return self._listening.listen(*topics)

    def _may_speak_to(self, address: str) -> bool:
        if address in self._own or (address in self._targets and address not in self._unaskable):
            return True
        if ":" in address and address in self._confirmed and address in self._scope:  # nobody names such an address but its host
            return True
        self._problems.setdefault(
            f"outside {address}" if len(self._problems) < 32 else "outside",
            Problem("door", f"did not speak to {address}: it is not among the targets"),
        )
        return False
