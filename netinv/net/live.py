"""The door for real: sockets bound to one interface, one pace, one patience, and no word to whom the user did not name."""

import errno
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import aclosing
from ipaddress import IPv4Network
from typing import Self

from netinv.model import MAC, Interface, Problem, Traffic
from netinv.net.arp import ArpMedium
from netinv.net.conversation import Conversations
from netinv.net.icmp import ATTEMPTS, EchoMedium
from netinv.net.links import is_own, link_state
from netinv.net.neighbours import NeighbourMedium
from netinv.net.network import Means, Replies, Stream
from netinv.net.pace import Pace
from netinv.net.reach import Reach
from netinv.net.shortfalls import shortfalls
from netinv.net.sweep import Medium, Sweeper
from netinv.net.targets import Targets


class LiveNetwork:
    """A `Network` on a real interface. `open` may need root; everything after it does not."""

    def __init__(
        self, interface: Interface, targets: Targets, *, timeout: float, rate: float, retries: int, resolvers: Iterable[str] = ()
    ) -> None:
        self.interface = interface
        self.resolvers = tuple(resolvers)
        self._targets = targets
        self._timeout = timeout
        self._rounds = min(retries + 1, ATTEMPTS)
        self._pace = Pace(rate)
        self._reach = Reach(interface)
        self._sweepers: dict[Means, Sweeper] = {}
        self._refusals: dict[str, str] = {}
        self._problems: dict[str, Problem] = {}
        self._confirmed: set[str] = set()
        """Addresses that have answered to TCP or ICMP."""
        self._own = frozenset(str(a.ip) for a in interface.addresses)
        # The ends of a network on the link are no hosts; what is sent to its broadcast address goes to everybody.
        ends = (str(end) for n in interface.networks if n.prefixlen < 31 for end in (n.network_address, n.broadcast_address))
        self._unaskable = self._own | frozenset(ends)
        self._talk = Conversations(
            interface, pace=self._pace, reach=self._reach, timeout=timeout, own=self._own, confirm=self._confirmed.add
        )

    def open(self, wanted: Collection[Means] = ("arp", "icmp", "neighbours")) -> Self:
        """Open every socket that needs a privilege now; what is refused is left out of `abilities`."""
        media: tuple[tuple[Means, Callable[[], Medium]], ...] = (
            ("arp", lambda: ArpMedium(self.interface)),
            ("icmp", lambda: EchoMedium(self.interface, self._reach)),
            ("neighbours", lambda: NeighbourMedium(self.interface, self._reach)),
        )
        for means, medium in media:
            if means not in wanted or (means == "neighbours" and "arp" in self._sweepers):
                continue  # asks the same question by a longer way
            if means != "icmp" and (self.interface.mac is None or self.interface.is_point_to_point or self.interface.is_loopback):
                continue  # nobody to resolve on such a link
            try:
                self._sweepers[means] = Sweeper(medium(), self._pace)
            except OSError as error:
                if error.errno in (errno.ENODEV, errno.ENXIO, errno.ENETDOWN):
                    raise
                self._refusals[means] = error.strerror or str(error)
        return self

    def close(self) -> None:
        for sweeper in self._sweepers.values():
            sweeper.medium.close()

    @property
    def abilities(self) -> frozenset[str]:
        return frozenset(self._sweepers) | {"tcp", "udp"}

    @property
    def swept(self) -> frozenset[Means]:
        return frozenset(means for means, sweeper in self._sweepers.items() if sweeper.swept)

    @property
    def remembered(self) -> Mapping[str, MAC]:
        neighbours = self._sweepers.get("neighbours")
        found = neighbours.medium.remembered if neighbours and isinstance(neighbours.medium, NeighbourMedium) else {}
        return {address: mac for address, mac in found.items() if address not in self._confirmed}

    @property
    def is_alive(self) -> bool:
        state = link_state(self.interface.name)
        if state is None or not state.is_up or state.has_carrier < self.interface.has_carrier:
            return False
        return self.interface.address is None or is_own(self.interface.address)

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
        dropped = sum(s.medium.dropped() for s in self._sweepers.values())
        replies = sum(s.replies for s in self._sweepers.values())
        return Traffic(self._pace.frames, self._pace.peak_pps, self._pace.mean_pps, replies, dropped)

    @property
    def problems(self) -> tuple[Problem, ...]:
        return (
            *self._problems.values(),
            *self._talk.problems.values(),
            *shortfalls(self._sweepers, self._refusals, self.remembered),
        )

    async def sweep(self, means: Means, targets: Iterable[str]) -> Replies:
        if not (sweeper := self._sweepers.get(means)):
            raise PermissionError(errno.EPERM, self._refusals.get(means, "not opened"))
        others: Iterable[str]
        if isinstance(targets, Targets):
            others = targets.outside(IPv4Network(a) for a in self._unaskable if ":" not in a)
        else:
            others = [t for t in targets if t in self._targets and t not in self._unaskable]
        async with aclosing(sweeper.sweep(others, rounds=self._rounds, timeout=self._timeout)) as replies:
            async for reply in replies:
                self._confirmed.add(reply.address)
                yield reply

    async def tcp(self, address: str, port: int, send: bytes = b"", limit: int = 0) -> Stream | None:
        if not self._may_speak_to(address):
            return None
        return await self._talk.tcp(address, port, send, limit)

    async def udp(self, address: str, port: int, payload: bytes, limit: int = 1500) -> bytes | None:
        is_resolver = address in self.resolvers
        if not is_resolver and not self._may_speak_to(address):
            return None
        return await self._talk.udp(address, port, payload, limit, is_bound=not is_resolver)

    def _may_speak_to(self, address: str) -> bool:
        if address in self._own or (address in self._targets and address not in self._unaskable):
            return True
        self._problems.setdefault(
            f"outside {address}" if len(self._problems) < 32 else "outside",
            Problem("door", f"did not speak to {address}: it is not among the targets"),
        )
        return False
