"""The sweep: many addresses asked by one template through one medium, at one pace, and each answer told as it comes.

The hot path of netinv. Objects exist for replies only; of a silent address nothing is kept but the times it was asked.
How the questions follow each other is the business of `rounds` (gently, in slots) and `eager` (as fast as the link answers).
"""

import asyncio
import errno
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address

from netinv.model import MAC
from netinv.net.absentees import Expected, ask_again
from netinv.net.eager import Eager
from netinv.net.flight import Flight
from netinv.net.medium import ROUND, Medium
from netinv.net.network import Replies
from netinv.net.pace import Pace
from netinv.net.roster import Roster
from netinv.net.rounds import Rounds
from netinv.net.targets import Targets

LEAST_WAIT = 0.2
"""Seconds to listen after the last question at the least, where nobody said how long: every address was asked before that one."""
USUAL_WAITS = 8
"""So many usual round trips are waited for where nobody said how long."""

MOST_ATTEMPTS = 16
"""No address is asked more often; a medium may prepare that many questions."""

_DEAD = (errno.ENETDOWN, errno.ENODEV, errno.ENXIO, errno.EBADF)
_FULL = (errno.EAGAIN, errno.ENOBUFS)


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
        self._flights: list[Flight] = []

    async def sweep(
        self,
        targets: Iterable[str],
        *,
        rounds: int,
        timeout: float,
        most_rounds: int | None = None,
        is_eager: bool = False,
        is_hurried: bool = False,
        expected: Sequence[Expected] = (),
    ) -> Replies:
        """Ask all; yield each answer as it comes; end `timeout` seconds after the last question, or when all have answered.

        Where the link loses, up to `most_rounds`. `is_eager` asks as fast as the link answers, where the medium can. `is_hurried`
        ends after a few usual round trips, `timeout` at the latest. Who is `expected` and silent is asked again, and alone: see
        `absentees`; not by an eager sweep, nor where the kernel asks.
        """
        roster = Roster(targets)
        if not len(roster):
            return
        rounds = self.medium.rounds or rounds
        is_over_targets = isinstance(targets, Targets)
        is_eager = is_eager and is_over_targets and self.medium.rounds is None
        flight = Flight(roster, is_over_targets=is_over_targets, is_eager=is_eager)
        self.slots_planned += rounds * len(roster)
        if not self._flights:
            asyncio.get_running_loop().add_reader(self.medium.fileno(), self._hear)
        self._flights.append(flight)
        asking = asyncio.create_task(
            self._asked_by(flight, rounds, most_rounds or rounds, expected, is_eager=is_eager, is_alone=is_hurried)
        )
        asking.add_done_callback(lambda _: flight.replies.put_nowait(None))
        try:
            while (reply := await flight.replies.get()) is not None:
                yield reply
            wait = asking.result() or timeout
            while (left := self._ends(flight, wait, is_hurried=is_hurried) - self.pace.clock()) > 0:
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

    async def _asked_by(
        self, flight: Flight, rounds: int, most: int, expected: Sequence[Expected], *, is_eager: bool, is_alone: bool
    ) -> float | None:
        """Ask everybody; how long to wait for the last answers, where the way of asking knows."""
        if is_eager:
            return await Eager(self, flight, most=most).ask()
        await Rounds(self, flight, rounds=rounds, most=most, is_alone=is_alone).ask()
        if expected and self.medium.rounds is None:
            await ask_again(self, flight, expected)
        return None

    def _ends(self, flight: Flight, timeout: float, *, is_hurried: bool) -> float:
        if flight.everybody.is_set():
            return flight.last_asked + self.medium.grace
        if is_hurried and flight.usual_wait is not None:
            timeout = min(timeout, max(LEAST_WAIT, USUAL_WAITS * flight.usual_wait))
        return flight.last_asked + self.medium.repeats * ROUND + timeout + self.medium.patience

    async def send(self, flight: Flight, index: int, attempt: int, mac: MAC | None = None) -> None:
        """Put a question to the address with this number, and to `mac` alone; waits while the system's queue is full."""
        number = flight.roster[index]
        for _ in range(200):  # a full queue drains within milliseconds; after a second something else is wrong
            flight.note_asked(index, attempt, self.pace.clock())
            frames = self.medium.cost(number, attempt)
            try:
                self.medium.ask(number, attempt, mac)
            except OSError as error:
                flight.take_back(index, attempt)
                if error.errno not in _FULL:
                    self._note_refusal(error)
                    return
                await asyncio.sleep(max(0.005, self.pace.delay(frames)))
            else:
                self._note_sent(flight, frames)
                for repeat in range(1, self.medium.repeats + 1):
                    asyncio.get_running_loop().call_later(repeat * ROUND, self._note_repeat, flight, index)
                return
        self._note_refusal(OSError(errno.ENOBUFS, "no room in the queue"))

    def put(self, flight: Flight, order: Sequence[int], attempts: bytearray) -> int:
        """Put questions to these addresses at once, in this order; how many, before the system's queue was full.

        `attempts` counts how often each address has been asked.
        """
        now, ask, cost, note = self.pace.clock(), self.medium.ask, self.medium.cost, flight.note_asked
        frames = put = 0
        near, offset = range(0), 0
        for index in order:
            if index not in near:
                near, offset = flight.roster.near(index)
            number, attempt = index + offset, min(attempts[index] + 1, MOST_ATTEMPTS)
            price = cost(number, attempt)
            note(index, attempt, now)
            try:
                ask(number, attempt)
            except OSError as error:
                flight.take_back(index, attempt)
                if error.errno in _FULL:
                    break
                self._note_refusal(error)
            else:
                attempts[index] = attempt
                frames += price
            put += 1
        self._note_sent(flight, frames)
        return put

    def _note_repeat(self, flight: Flight, index: int) -> None:
        """The kernel asks again about now, if it has to."""
        if not flight.answered[index] and flight in self._flights:
            self.pace.sent()

    def _note_sent(self, flight: Flight, frames: int) -> None:
        self.pace.sent(frames)
        self.sent += frames
        self.swept = self.swept or (flight.is_over_targets and bool(frames))

    def _note_refusal(self, error: OSError) -> None:
        if error.errno in _DEAD:
            raise error
        self.refused[error.errno or 0] = self.refused.get(error.errno or 0, 0) + 1

    def _hear(self) -> None:
        for heard in self.medium.hear():
            now = self.pace.clock()
            if any(flight.is_timing for flight in self._flights):  # it came while we were busy: that is no slowness of the host's
                now -= self.medium.waited()
            fitting = sum(flight.hear(heard, now) for flight in self._flights)
            self.replies += fitting
            if fitting:
                self.pace.sent(self.medium.trailing)
