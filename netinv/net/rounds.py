"""Asking in rounds, each address in its own slot: gentle, and the best way to find who sleeps.

An address keeps its slot from round to round, so a later round, which asks only the silent, is sparser, and nobody is hurried.
The round after the first also asks some who have answered already: as witnesses of how much the link loses (see `loss`).
Where it loses, the silent are asked in further rounds.
"""

import asyncio
from contextlib import suppress
from typing import Protocol

from netinv.model import MAC
from netinv.net.flight import BEACON, Flight
from netinv.net.loss import Loss
from netinv.net.medium import ROUND, Medium
from netinv.net.pace import Pace

WITNESSES = 24
"""Hosts asked again to tell the loss, and at least every `PART`-th of those found."""
PART = 8
GIVES_UP = 0.6
"""Seconds the kernel takes after its last question has gone unanswered, by its coarse timers, until it would ask anew."""
BRIEF = 1.5
"""Rounds: in so many the kernel's repetitions hardly meet."""
AIR = 1
"""Rounds more where some are asked over the air: a broadcast there is acknowledged by nobody, and never sent again."""
ALONE = 0.95
"""The part of the rate taken where nothing else goes on; the rest is for the clock, which is no finer."""


class Outlet(Protocol):
    """How questions leave; the sweeper."""

    medium: Medium
    pace: Pace
    slots_passed: int
    slots_planned: int

    async def send(self, flight: Flight, index: int, attempt: int, mac: MAC | None = None) -> None:
        """Put a question to the address with this number, and to `mac` alone; waits while the system's queue is full."""


class Rounds:
    """One sweep's asking: `rounds` of them in any case, up to `most` where the link loses."""

    def __init__(self, outlet: Outlet, flight: Flight, *, rounds: int, most: int, is_alone: bool = False) -> None:
        self._outlet = outlet
        self._flight = flight
        self._rounds = rounds
        self._most = max(rounds, most)
        medium, rate = outlet.medium, outlet.pace.rate
        share = ALONE if is_alone and medium.rounds is None else medium.share
        if medium.repeats and len(flight.roster) / (rate * share) > BRIEF * ROUND:
            share = medium.lasting_share
        self._slot = 1 / min(rate * share, medium.most or rate)
        self._round = (1 + medium.repeats) * ROUND + (GIVES_UP if medium.repeats else 0.0)
        self._loss = Loss()
        self._called: dict[int, float] = {}
        """Witnesses that have not been counted yet, and when they were asked."""
        self._suspected: set[int] = set()
        """Witnesses that kept silent once: for a loss, or because they sleep."""
        self._has_witnesses = outlet.medium.rounds is None and flight.is_over_targets and self._most > rounds

    async def ask(self) -> None:
        """Ask everybody; returns when the last question has left."""
        size = len(self._flight.roster)
        medium = self._outlet.medium
        block = min(medium.block, max(1, int(ROUND / self._slot))) if medium.block else size
        begin = self._outlet.pace.clock()
        for first in range(0, size, block):
            begin = await self._ask_block(range(first, min(first + block, size)), begin)

    async def _ask_block(self, block: range, begin: float) -> float:
        """Ask a block of addresses in all rounds, from the moment `begin`; when the next block may begin."""
        attempt = 1
        while attempt <= await self._wanted(attempt, begin) and self._flight.silent:
            if attempt > self._rounds:
                self._outlet.slots_planned += len(block)
            await self._until(begin, 0)  # for the witnesses of the round before to answer
            witnesses = self._call_witnesses(attempt)
            for place, index in enumerate(block):
                if self._flight.answered[index] and index not in witnesses:
                    self._outlet.slots_passed += 1
                    continue
                await self._ask_one(index, attempt, begin + place * self._slot, is_witness=index in witnesses)
                if place % 32 == 0:
                    await asyncio.sleep(0)  # at a high rate no slot waits, and answers must still be read
            begin += max(self._round, len(block) * self._slot)
            attempt += 1
        return begin

    async def _ask_one(self, index: int, attempt: int, due: float, *, is_witness: bool) -> None:
        flight, outlet = self._flight, self._outlet
        if attempt > 1:  # the round before may have run late, where others took the pace
            due = max(due, flight.asked[attempt - 2][index] + self._round)
        frames = outlet.medium.cost(flight.roster[index], attempt)
        everybody = await self._until(due, frames)
        outlet.slots_passed += 1
        if everybody or (flight.answered[index] and not is_witness):
            return
        if is_witness:
            flight.awaited[index] = self._called[index] = outlet.pace.clock()
        await outlet.send(flight, index, attempt)

    async def _until(self, due: float, frames: int) -> bool:
        """Wait for the slot and for the pace; True if everybody has answered meanwhile."""
        pace = self._outlet.pace
        while (wait := max(due - pace.clock(), pace.delay(frames))) > 0:
            if wait < 0.02:
                await asyncio.sleep(wait)
                continue
            try:
                await asyncio.wait_for(self._flight.everybody.wait(), wait)
            except TimeoutError:
                continue
            return True
        return False

    async def _wanted(self, attempt: int, begin: float) -> int:
        """How many rounds there shall be, as far as it is known when round `attempt` could begin."""
        flight = self._flight
        if self._outlet.medium.repeats and flight.is_over_targets and self._most > self._rounds:
            await self._until(flight.last_asked + BEACON[1] if attempt > 1 else begin, 0)
            return self._rounds + (AIR if flight.is_over_air else 0)
        if attempt <= self._rounds or not self._has_witnesses:
            return self._rounds
        if flight.awaited:
            flight.witnessed.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(flight.witnessed.wait(), max(0.0, begin - self._outlet.pace.clock()))
        self._judge()
        if len(self._suspected) > 1:  # one may be asleep, not several at once
            self._loss.count(len(self._suspected), len(self._suspected))
            self._suspected.clear()
        at_least = self._rounds + (AIR if flight.is_over_air else 0)
        return min(self._most, max(at_least, self._loss.questions))

    def _judge(self) -> None:
        """Count the witnesses that have answered, or have had time to."""
        now = self._outlet.pace.clock()
        for index, asked in list(self._called.items()):
            is_silent = index in self._flight.awaited
            if not is_silent or now - asked > ROUND / 2:
                del self._called[index]
                self._flight.awaited.pop(index, None)
                if is_silent:
                    self._suspected ^= {index}  # silent twice, it is asleep
                else:
                    self._loss.count(1, index in self._suspected)
                    self._suspected.discard(index)

    def _call_witnesses(self, attempt: int) -> frozenset[int]:
        """Whom to ask again in this round: spread evenly over those who answered, and once more who then kept silent."""
        if not self._has_witnesses or attempt == 1:
            return frozenset()
        self._judge()
        if 2 < attempt <= self._rounds:
            return frozenset(self._suspected)
        found = [index for index, answered in enumerate(self._flight.answered) if answered]
        step = max(1, len(found) // max(WITNESSES, len(found) // PART))
        return frozenset(found[::step]) - self._called.keys()
