"""The sweep: many addresses asked by one template, each in its own slot, the silent asked again a round later.

The hot path of netinv. Objects exist for replies only; of a silent address nothing is kept but the times it was asked.
"""

import asyncio
import errno
from array import array
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from itertools import accumulate
from typing import NamedTuple, Protocol

from netinv.model import MAC
from netinv.net.network import Replies, Reply
from netinv.net.pace import Pace
from netinv.net.targets import Targets

ROUND = 1.0
"""Seconds between two questions to one address at the least: time for a sleeping radio to wake, and for a slow reply to come."""
SHARE = 0.85
"""The part of the rate a sweep takes for itself, so that hosts already found are identified meanwhile."""


MACS = 8
"""Answers by different MAC addresses taken of one address: two are a conflict, more a flood or a fault."""
READ_AT_ONCE = 1024
"""Packets read before others get their turn: a flood must not stop the sweep."""


class Heard(NamedTuple):
    """One well-formed answer, as a medium read it."""

    number: int
    """The answering IPv4 address as an integer."""
    mac: MAC | None = None
    ttl: int | None = None
    attempt: int | None = None
    """Which question it answers, where the answer says so."""


class Medium(Protocol):
    """An open socket that questions leave by and answers come in by."""

    rounds: int | None
    """How often an address is asked, where the kernel decides it; None to leave it to the scan."""
    trailing: int
    """Frames the kernel sends once an address has answered: what it held back for want of a MAC address."""

    @property
    def patience(self) -> float:
        """Seconds to wait beyond the scan's timeout, because the kernel is still making sure of somebody."""

    grace: float
    """Seconds to go on listening when everybody has answered: a second answer to one question is a conflict."""
    block: int | None
    """How many addresses may be in flight at once; None for any number. Their rounds then do not overlap."""

    def fileno(self) -> int: ...
    def cost(self, number: int, attempt: int) -> int:
        """How many frames leave for one question to this address."""

    def ask(self, number: int, attempt: int) -> None:
        """Send one question, not blocking; OSError as the kernel says."""

    def hear(self) -> Iterable[Heard]:
        """All answers waiting, not blocking."""

    def dropped(self) -> int:
        """Answers lost so far because the socket's buffer was full."""

    def close(self) -> None: ...


class Roster:
    """The addresses of a sweep, numbered from 0 in ascending order."""

    def __init__(self, targets: Iterable[str]) -> None:
        if isinstance(targets, Targets):
            ranges = list(targets.ranges)
        else:
            ranges = [(n, n) for n in sorted({int(IPv4Address(t)) for t in targets})]
        self._firsts = [first for first, _ in ranges]
        sizes = [last - first + 1 for first, last in ranges]
        self._starts = [0, *accumulate(sizes)]

    def __len__(self) -> int:
        return self._starts[-1]

    def __getitem__(self, index: int) -> int:
        at = bisect_right(self._starts, index) - 1
        return self._firsts[at] + index - self._starts[at]

    def index(self, number: int) -> int:
        """The place of an address, -1 for one that is not on the roster."""
        at = bisect_right(self._firsts, number) - 1
        if at < 0 or (index := self._starts[at] + number - self._firsts[at]) >= self._starts[at + 1]:
            return -1
        return index


@dataclass(slots=True)
class _Flight:
    """One sweep under way: what was asked when, and who has answered."""

    roster: Roster
    asked: "list[array[float]]"
    """One array a round: when each address was asked, 0 for not."""
    answered: bytearray
    silent: int
    replies: asyncio.Queue[Reply | None]
    is_over_targets: bool
    everybody: asyncio.Event = field(default_factory=asyncio.Event)
    told: dict[int, list[MAC | None]] = field(default_factory=dict)
    flooded: set[int] = field(default_factory=set)
    """Addresses that more than `MACS` answered for."""
    last_asked: float = 0.0

    def hear(self, heard: Heard, now: float) -> bool:
        """Take an answer if it fits a question in flight."""
        index = self.roster.index(heard.number)
        if index < 0:
            return False
        attempt = heard.attempt or next((a for a in range(len(self.asked), 0, -1) if self.asked[a - 1][index]), 0)
        if not 1 <= attempt <= len(self.asked) or not (asked := self.asked[attempt - 1][index]):
            return False
        told = self.told.setdefault(index, [])
        if heard.mac in told:
            return True
        if len(told) >= MACS:
            self.flooded.add(index)
            return True
        told.append(heard.mac)
        if not self.answered[index]:
            self.answered[index] = 1
            self.silent -= 1
            if not self.silent:
                self.everybody.set()
        # After a second question nobody can tell which one an ARP reply answers, so it has no round-trip time.
        rtt = (now - asked) * 1000 if heard.attempt or attempt == 1 else None
        self.replies.put_nowait(Reply(str(IPv4Address(heard.number)), heard.mac, rtt, heard.ttl, attempt))
        return True


class Sweeper:
    """Runs any number of sweeps through one medium, at one pace."""

    def __init__(self, medium: Medium, pace: Pace) -> None:
        self.medium = medium
        self.pace = pace
        self.replies = 0
        self.sent = 0
        self.flooded: set[str] = set()
        """Addresses that too many different MACs answered for."""
        self.swept = False
        """Whether a question of a sweep over targets, and not just to one host found already, has left."""
        self.slots_passed = 0
        self.slots_planned = 0
        self.refused: dict[int, int] = {}
        """How many questions the kernel refused to send, by errno."""
        self._flights: list[_Flight] = []

    async def sweep(self, targets: Iterable[str], *, rounds: int, timeout: float) -> Replies:
        """Ask all; yield each answer as it comes; end `timeout` seconds after the last question, or when all have answered."""
        roster = Roster(targets)
        if not len(roster):
            return
        rounds = self.medium.rounds or rounds
        flight = _Flight(roster, [], bytearray(len(roster)), len(roster), asyncio.Queue(), isinstance(targets, Targets))
        self.slots_planned += rounds * len(roster)
        if not self._flights:
            asyncio.get_running_loop().add_reader(self.medium.fileno(), self._hear)
        self._flights.append(flight)
        asking = asyncio.create_task(self._ask(flight, rounds))
        asking.add_done_callback(lambda _: flight.replies.put_nowait(None))
        try:
            while (reply := await flight.replies.get()) is not None:
                yield reply
            asking.result()
            while (left := self._ends(flight, timeout) - self.pace.clock()) > 0:
                try:
                    reply = await asyncio.wait_for(flight.replies.get(), min(left, 0.25))
                except TimeoutError:
                    continue
                if reply is not None:
                    yield reply
        finally:
            asking.cancel()
            self._flights.remove(flight)
            self.flooded.update(str(IPv4Address(roster[index])) for index in flight.flooded)
            if not self._flights:
                asyncio.get_running_loop().remove_reader(self.medium.fileno())

    def _ends(self, flight: _Flight, timeout: float) -> float:
        wait = self.medium.grace if flight.everybody.is_set() else timeout + self.medium.patience
        return flight.last_asked + wait

    async def _ask(self, flight: _Flight, rounds: int) -> None:
        size = len(flight.roster)
        block = min(self.medium.block, max(1, int(self.pace.rate * SHARE * ROUND))) if self.medium.block else size
        begin = self.pace.clock()
        for first in range(0, size, block):
            begin = await self._ask_block(flight, range(first, min(first + block, size)), rounds, begin)

    async def _ask_block(self, flight: _Flight, block: range, rounds: int, begin: float) -> float:
        """Ask a block of addresses in all rounds, from the moment `begin`; when the next block may begin."""
        slot = 1 / (self.pace.rate * SHARE)
        for attempt in range(1, rounds + 1):
            if len(flight.asked) < attempt:
                flight.asked.append(array("d", bytes(8 * len(flight.roster))))
            for place, index in enumerate(block):
                if flight.answered[index]:
                    self.slots_passed += 1
                    continue
                # An address keeps its slot from round to round, so later rounds are sparser and a host is never hurried.
                due = begin + place * slot
                frames = self.medium.cost(flight.roster[index], attempt)
                everybody = await self._until(due, frames, flight)
                self.slots_passed += 1
                if everybody or flight.answered[index]:
                    continue
                await self._send(flight, index, attempt, frames)
                if place % 32 == 0:
                    await asyncio.sleep(0)  # at a high rate no slot waits, and answers must still be read
            begin += max(ROUND, len(block) * slot)
        return begin

    async def _until(self, due: float, frames: int, flight: _Flight) -> bool:
        """Wait for the slot and for the pace; True if everybody has answered meanwhile."""
        while (wait := max(due - self.pace.clock(), self.pace.delay(frames))) > 0:
            if wait < 0.02:
                await asyncio.sleep(wait)
                continue
            try:
                await asyncio.wait_for(flight.everybody.wait(), wait)
            except TimeoutError:
                continue
            return True
        return False

    async def _send(self, flight: _Flight, index: int, attempt: int, frames: int) -> None:
        number = flight.roster[index]
        for _ in range(200):  # a full queue drains within milliseconds; after a second something else is wrong
            flight.asked[attempt - 1][index] = flight.last_asked = self.pace.clock()
            try:
                self.medium.ask(number, attempt)
            except OSError as error:
                if error.errno in (errno.EAGAIN, errno.ENOBUFS):
                    await asyncio.sleep(max(0.005, self.pace.delay(frames)))
                    continue
                flight.asked[attempt - 1][index] = 0.0
                if error.errno in (errno.ENETDOWN, errno.ENODEV, errno.ENXIO, errno.EBADF):
                    raise
                self.refused[error.errno or 0] = self.refused.get(error.errno or 0, 0) + 1
            else:
                self.pace.sent(frames)
                self.sent += 1
                self.swept = self.swept or flight.is_over_targets
            return
        flight.asked[attempt - 1][index] = 0.0
        self.refused[errno.ENOBUFS] = self.refused.get(errno.ENOBUFS, 0) + 1

    def _hear(self) -> None:
        now = self.pace.clock()
        for heard in self.medium.hear():
            fitting = sum(flight.hear(heard, now) for flight in self._flights)
            self.replies += fitting
            if fitting:
                self.pace.sent(self.medium.trailing)
