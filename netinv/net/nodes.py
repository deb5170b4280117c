"""The IPv6 nodes of a link, asked all at once by echo to a group, or one by one; their MAC addresses come from the kernel.

Nobody can ask every IPv6 address of a link, but everybody on it is in the group ff02::1 (RFC 4291, 2.8), and most answer an
echo to it. The echo is what proves that a node is there. Its MAC address is the kernel's word, and taken only where the kernel
has just learnt it, from the node's own solicitation or advertisement (RFC 4861, 7.2), or where an echo sent to it was answered.
"""

import asyncio
import errno
import os
import socket
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import IPv6Address

from netinv.model import MAC, Interface, Problem
from netinv.net.icmpv6 import Echo, EchoSockets
from netinv.net.medium import ROUND
from netinv.net.neighbour_table import REACHABLE, Neighbour, NeighbourTable
from netinv.net.network import Replies, Reply
from netinv.net.pace import Pace
from netinv.net.solicitations import Solicitations

GROUP_ROUNDS = 3
"""How often a group is asked at the most: everybody in it has to answer each time."""
NODES = 4096
"""Addresses taken of one link: a flood of forged answers must not keep a scan busy."""
ADDRESSES = 64
"""Of one MAC address: temporary ones add up to some 16 where they last a week (RFC 8981, 3.8), and more on a router."""
SETTLES = 3.0
"""Seconds to wait for an address of ours that the kernel does not let us use yet: a link that has just come up."""
_SEQUENCES = 1 << 16
_LOOK = 0.05  # s between two looks whether it may be used
_FAILED = 0x20  # linux/neighbour.h
_RESOLVES = 3.0  # s the kernel asks for a MAC address before it gives up: three times, a second apart (RFC 4861, 10)
_LINK = 2  # the scope of a multicast address that no router passes on (RFC 4291, 2.7)
_DEAD = (errno.ENETDOWN, errno.ENODEV, errno.ENXIO, errno.EBADF)


@dataclass(slots=True, eq=False)
class _Flight:
    """One sweep under way."""

    targets: tuple[str, ...]
    replies: asyncio.Queue[Reply | None] = field(default_factory=asyncio.Queue)
    heard: dict[str, Reply] = field(default_factory=dict)
    """Who has answered an echo, as far as is known."""
    fresh: set[str] = field(default_factory=set)
    """Whose MAC address the kernel has learnt since the sweep began."""
    told: set[str] = field(default_factory=set)
    to_resolve: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    """Those whose MAC address is wanted."""
    resolving: dict[str, float] = field(default_factory=dict)
    """Since when the kernel is asking for them."""
    last_asked: float = 0.0

    @property
    def is_over(self) -> bool:
        """Everybody named has answered."""
        return all(target in self.told for target in self.targets)


@dataclass(frozen=True, slots=True)
class _Question:
    flight: _Flight
    target: str
    attempt: int
    at: float


class Nodes:
    """Runs any number of sweeps at one pace; OSError where neither raw nor ping sockets are to be had, or no IPv6 address."""

    def __init__(self, interface: Interface, pace: Pace, concerns: Callable[[str], bool]) -> None:
        self.pace = pace
        self.replies = 0
        self.swept = False
        """Whether a group has been asked."""
        self._concerns = concerns
        self._own = frozenset(str(a.ip) for a in interface.addresses)
        self._echo = EchoSockets(interface)
        self._table: NeighbourTable | None = None
        with suppress(OSError):  # without it nodes are found, but not their MAC addresses
            self._table = NeighbourTable(interface, socket.AF_INET6)
        self._solicitations = Solicitations(interface, pace)
        self._flights: list[_Flight] = []
        self._questions: dict[int, _Question] = {}
        self._sequence = 0
        self._known: dict[str, Reply] = {}
        self._of: dict[MAC, int] = {}
        """How many addresses are known of each."""
        self._refused: set[int] = set()
        self._flooded = False

    @property
    def problems(self) -> tuple[Problem, ...]:
        found = []
        if forbidden := self._refused & {errno.EPERM, errno.EACCES}:
            said = f"the system refused to send ICMPv6 echoes: {os.strerror(min(forbidden))}"
            found.append(Problem("icmpv6", said, "a firewall on this machine may forbid it"))
        if self._flooded:
            said = f"more than {NODES:,} IPv6 addresses answered, or {ADDRESSES} for one MAC address: only the first are kept"
            found.append(Problem("icmpv6", said, "something on this network forges answers"))
        return tuple(found)

    def count(self) -> None:
        """Bring the pace's count of frames up to date."""
        self._solicitations.count()

    def close(self) -> None:
        self._echo.close()
        if self._table:
            self._table.close()

    async def sweep(self, targets: Iterable[str], *, rounds: int, timeout: float) -> Replies:
        """Ask groups in every round, and hosts until they answer; ends `timeout` seconds after the last question.

        Each address is told once, with its MAC address where it can be had; who is known from before is not asked again.
        """
        flight = _Flight(tuple(dict.fromkeys(targets)))
        for target in flight.targets:
            if target in self._known:
                flight.told.add(target)
                yield self._known[target]
        if flight.is_over:
            return
        loop = asyncio.get_running_loop()
        descriptors = [*self._echo.filenos(), *([self._table.fileno()] if self._table else [])]
        if not self._flights:
            for descriptor in descriptors:
                loop.add_reader(descriptor, self._hear)
        self._flights.append(flight)
        asking = asyncio.create_task(self._ask(flight, rounds))
        resolving = asyncio.create_task(self._resolve(flight))
        try:
            while not flight.is_over:
                try:
                    reply = await asyncio.wait_for(flight.replies.get(), 0.1)
                except TimeoutError:
                    self.count()
                    if asking.done() and self._has_ended(flight, timeout):
                        break
                    continue
                if reply is not None:
                    yield reply
            while not flight.replies.empty():
                if reply := flight.replies.get_nowait():
                    yield reply
            for task in (asking, resolving):
                if task.done():
                    task.result()
            for address, reply in flight.heard.items():
                if address not in flight.told:  # it is there, wherever that is
                    yield reply
        finally:
            asking.cancel()
            resolving.cancel()
            self._flights.remove(flight)
            self._questions = {n: q for n, q in self._questions.items() if q.flight is not flight}
            if not self._flights:
                for descriptor in descriptors:
                    loop.remove_reader(descriptor)

    async def _ask(self, flight: _Flight, rounds: int) -> None:
        for _ in range(int(SETTLES / _LOOK)):
            if self._echo.ready():
                break
            await asyncio.sleep(_LOOK)
        for attempt in range(1, rounds + 1):
            begin = self.pace.clock()
            for target in flight.targets:
                if is_group(target):
                    if sources := self._echo.ready():
                        self.swept = True
                        await self.pace.ahead(sources)
                        self._send(flight, target, attempt)
                elif target not in flight.told:
                    await self._ask_host(flight, target, attempt)
            if attempt > 1:
                for address in flight.heard.keys() - flight.told - set(flight.targets):
                    await self._ask_host(flight, address, attempt)
            if attempt < rounds:
                await asyncio.sleep(max(0.0, begin + ROUND - self.pace.clock()))

    def _has_ended(self, flight: _Flight, timeout: float) -> bool:
        """Whether nobody will answer any more, and the kernel knows where everybody is, or has given up."""
        now = self.pace.clock()
        is_resolving = any(
            now - flight.resolving.get(address, -_RESOLVES) < _RESOLVES for address in flight.heard.keys() - flight.told
        )
        return now - flight.last_asked >= timeout and flight.to_resolve.empty() and not is_resolving

    async def _resolve(self, flight: _Flight) -> None:
        """Ask those who answered a group, so that the kernel finds out where they are."""
        while True:
            address = await flight.to_resolve.get()
            if address not in flight.told:
                await self._ask_host(flight, address, 1)

    async def _ask_host(self, flight: _Flight, address: str, attempt: int) -> None:
        if self.pace.clock() - flight.resolving.get(address, -_RESOLVES) < _RESOLVES:
            return  # an earlier question still waits for the kernel, which is asking again
        # The question waits for the kernel's own, unless that is not needed.
        frames = 1 if self._neighbour(address).mac or not self._table else 2
        await self.pace.ahead(frames)
        if frames > 1:
            flight.resolving[address] = self.pace.clock()
        self._solicitations.expect(frames - 1)
        self._send(flight, address, attempt)

    def _send(self, flight: _Flight, target: str, attempt: int) -> None:
        self._sequence = (self._sequence + 1) % _SEQUENCES
        flight.last_asked = self.pace.clock()
        self._questions[self._sequence] = _Question(flight, target, attempt, flight.last_asked)
        try:
            (self._echo.ask_group if is_group(target) else self._echo.ask)(target, self._sequence)
        except OSError as error:
            if error.errno in _DEAD:
                raise
            self._refused.add(error.errno or 0)

    def _hear(self) -> None:
        # First what the kernel has learnt: a node that answers a group must have asked for us before.
        for number, before in self._table.changes() if self._table else ():
            address = str(IPv6Address(number))
            for flight in self._flights:
                self._note_change(flight, address, before)
        now = self.pace.clock()
        for echo in self._echo.hear():
            if question := self._questions.get(echo.sequence):
                self._note_echo(question, echo, now)

    def _note_change(self, flight: _Flight, address: str, before: Neighbour) -> None:
        now = self._neighbour(address)
        if now.state & _FAILED:
            flight.resolving.pop(address, None)
        is_confirmed = bool(now.state & REACHABLE)
        if not now.mac or (now.mac == before.mac and not is_confirmed):
            return
        flight.fresh.add(address)
        if address in flight.heard:
            self._tell(flight, flight.heard[address])
        elif is_confirmed and address in flight.targets:  # it says where it is, and keeps silent to the echo
            self._tell(flight, Reply(address))

    def _note_echo(self, question: _Question, echo: Echo, now: float) -> None:
        flight, is_from_group = question.flight, is_group(question.target)
        address = echo.address
        if address in self._own or not self._concerns(address) or not (is_from_group or address == question.target):
            return
        self._echo.note_progress(address)
        known = flight.heard.get(address)
        if known is None and len(flight.heard) >= NODES:
            self._flooded = True
            return
        if known is None or not is_from_group:  # an echo of its own tells the way alone
            rtt = (now - question.at) * 1000
            attempt = known.attempt if known else question.attempt
            flight.heard[address] = Reply(address, None, rtt, echo.hop_limit, attempt)
        if address in flight.told:
            return
        if not self._table or address in flight.fresh or (not is_from_group and self._neighbour(address).mac):
            self._tell(flight, flight.heard[address])
        elif known is None and is_from_group:
            flight.to_resolve.put_nowait(address)

    def _tell(self, flight: _Flight, reply: Reply) -> None:
        """Everything is known of it that will be."""
        if reply.address in flight.told:
            return
        flight.told.add(reply.address)
        neighbour = self._neighbour(reply.address)
        mac = None if neighbour.mac and neighbour.mac.is_group else neighbour.mac
        if mac and reply.address not in self._known:
            self._of[mac] = self._of.get(mac, 0) + 1
            if self._of[mac] > ADDRESSES:
                self._flooded = True
                return
        self.replies += 1
        reply = self._known[reply.address] = reply._replace(mac=mac, is_router=neighbour.is_router)
        flight.replies.put_nowait(reply)

    def _neighbour(self, address: str) -> Neighbour:
        return self._table[int(IPv6Address(address))] if self._table else Neighbour()


def is_group(target: str) -> bool:
    """Whether a target is a group of the link, whose members all answer; ValueError for no IPv6 address."""
    address = IPv6Address(target)
    return address.is_multicast and address.packed[1] & 0x0F == _LINK
