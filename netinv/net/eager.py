"""Asking as fast as the link answers: a rate that grows while witnesses answer, and backs off where they fall silent.

Questions leave in bursts of some ten milliseconds. Within each burst hosts that have answered before are asked once more, as
witnesses (see `loss`): if they answer, so could everybody else in the burst have. If some stay silent the burst counts for
nothing, its addresses are asked again, and the rate falls to half of what got through; that is how a switch's storm control
and an access point's slow air show. What stays lost however slowly one asks is chance, not haste: then all are asked as often
as that loss demands, and the rate is free to grow again.
"""

import asyncio
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from itertools import islice, zip_longest
from math import sqrt
from typing import Protocol

from netinv.net.flight import Flight
from netinv.net.loss import Loss
from netinv.net.medium import Medium
from netinv.net.pace import Pace

START = 1000.0
"""Frames a second in the first burst."""
FLOOR = 300.0
"""Frames a second that every link bears: what is lost at this rate is not lost for haste."""
BLIND = 4000.0
"""Frames a second at the most while no host has answered that could be a witness."""
BURST = 0.01
"""Seconds of sending between two looks at the witnesses."""
LONGEST_BURSTS = 4
"""Where the rate can grow no more, bursts become longer, up to so many times."""
LEAST, WITNESSED = 8, 8
"""A burst has at least so many questions, and a witness for so many of them."""
MOST_WITNESSES = 16
TEST = 16
"""Witnesses asked at `FLOOR` to tell chance from haste."""
WARY = 6
"""So many questions for a witness, where haste has cost some."""
CLEAR = 8
"""So many witnesses in a row vouch for what was asked before them."""
SURE = 3
"""Standard errors by which more must be lost than chance explains, for haste to be the cause."""
GIVEN_UP = 2
"""A witness silent so often in a row is asleep or gone."""
ENOUGH = 5e-5
"""Of the hosts that are there, the share that may stay unheard of for loss alone: a question more costs little here."""
HOPELESS = 4
"""Bursts in a row without a single witness heard: the cable is out, or all have gone."""
SHORTEST_WAIT, LONGEST_WAIT, LAST_WAIT = 0.015, 0.3, 0.03
"""Bounds of what is waited for witnesses, and the least for the last answers of all, in seconds."""
WAITS = 8
"""So many usual round trips are waited for."""
TOO_MUCH = 0.8
"""The part of a rate that was too much which is taken for bearable at the most."""
GROWTH = 1.02
"""Of the rate from one burst to the next, where more has been too much before."""
PAUSE = 0.25
"""Seconds of silence after a loss: storm control shuts a port for the rest of its interval, often 200 ms."""
QUEUE_TRIES = 500
"""A full queue drains within milliseconds: after so many ticks something else is wrong."""
TICK = 0.001
"""Seconds; sleeping is no finer than this."""


class Outlet(Protocol):
    """How questions leave; the sweeper."""

    medium: Medium
    pace: Pace
    slots_passed: int
    slots_planned: int

    def put(self, flight: Flight, order: Sequence[int], attempts: bytearray) -> int:
        """Put questions to these addresses at once, in this order; how many, before the system's queue was full.

        `attempts` counts how often each address has been asked.
        """


class Eager:
    """One sweep's asking, in up to `most` passes over the addresses."""

    def __init__(self, outlet: Outlet, flight: Flight, *, most: int) -> None:
        self._outlet = outlet
        self._flight = flight
        self._most = most
        self._rate = min(START, outlet.pace.rate)
        self._bound = LONGEST_BURSTS * outlet.pace.rate
        """Up to it the rate doubles; beyond it something has been lost, and the rate grows by little."""
        self._chance = Loss(ENOUGH)
        """What is lost at any rate."""
        self._attempts = bytearray(len(flight.roster))
        self._counted = bytearray(len(flight.roster))
        """How often each address has been asked in a burst that got through."""
        self._is_wary = False
        """Something has been lost for haste."""
        self._trail: deque[tuple[int, Sequence[int]]] = deque(maxlen=CLEAR)
        """The last bursts that seemed to get through, each with the number of its witnesses."""
        self._known: list[int] = []
        """Who has answered, and so may be a witness; the next one first."""
        self._deaf_for = 0
        """Bursts in a row of which no witness was heard."""
        self._silences: dict[int, int] = {}
        """How often in a row each witness has kept silent."""

    async def ask(self) -> float:
        """Ask everybody; how long the last answers may take, in seconds."""
        size = len(self._flight.roster)
        for turn in range(self._most):
            unsure = self._unsure()
            asked = 0
            while burst := list(islice(unsure, self._size(size - asked))):
                asked += len(burst)
                await self._ask_burst(burst)
                if not turn:
                    self._outlet.slots_passed += len(burst)
            if not asked or (turn and not self._known):
                break  # even asked twice, nobody is there
            await asyncio.sleep(self._patience)  # a late answer spares a question
        return max(LAST_WAIT, self._patience)

    @property
    def _patience(self) -> float:
        usual = self._flight.usual_wait
        return LONGEST_WAIT if usual is None else min(LONGEST_WAIT, max(SHORTEST_WAIT, WAITS * usual))

    def _unsure(self) -> Iterator[int]:
        """Those silent that have not been asked often enough for what the link loses."""
        flight, counted = self._flight, self._counted
        for index in range(len(flight.roster)):
            if not flight.answered[index] and counted[index] < self._chance.questions:
                yield index

    def _size(self, left: int) -> int:
        """How many addresses the next burst asks: few where few are left, so that one lost burst costs little."""
        whole = int(self._rate * BURST)
        return max(LEAST, min(whole, max(4 * LEAST, left // 4, whole // 8)))

    async def _ask_burst(self, burst: Sequence[int]) -> None:
        """Ask these addresses, judge by the witnesses among them whether they could hear it, and set the rate."""
        begin = self._outlet.pace.clock()
        each = WARY if self._is_wary else WITNESSED
        witnesses = self._call_witnesses(max(1, min(MOST_WITNESSES, len(burst) // each)))
        sent = await self._send(_spread(burst, witnesses), frozenset(witnesses), self._rate)
        if not witnesses:
            self._rate = max(self._rate, min(2 * self._rate, BLIND, self._outlet.pace.rate))
            return
        lost = await self._hear_witnesses(witnesses)
        if self._is_deaf(all_lost=lost == len(witnesses)):
            return
        expected = self._chance.share * len(witnesses)
        if lost <= expected + SURE * sqrt(expected * (1 - self._chance.share)):
            if expected:
                self._chance.count(len(witnesses), lost)
            for index in burst:
                self._counted[index] += 1
            self._trail.append((len(witnesses), burst))
            self._rate *= 2 if 2 * self._rate <= self._bound else GROWTH
            self._rate = min(self._rate, LONGEST_BURSTS * self._outlet.pace.rate)
            return
        self._doubt_trail()
        self._is_wary = True
        real = sent / (self._outlet.pace.clock() - begin)
        got_through = max(1 / 2, 1 - lost / len(witnesses))
        self._bound = max(FLOOR, real * min(TOO_MUCH, got_through))
        self._rate = max(FLOOR, self._bound / 2)
        await asyncio.sleep(PAUSE)
        await self._test()

    def _is_deaf(self, *, all_lost: bool) -> bool:
        """Whether nobody has been heard for so long that nobody who is known can be a witness any more."""
        self._deaf_for = self._deaf_for + 1 if all_lost else 0
        if self._deaf_for < HOPELESS:
            return False
        self._deaf_for = 0
        self._known.clear()
        return True

    def _doubt_trail(self) -> None:
        """Take back the bursts before this one as far as few witnesses spoke for them: the loss has hardly begun just now."""
        spoken = 0
        while self._trail and (spoken := spoken + self._trail[-1][0]) <= CLEAR:
            for index in self._trail.pop()[1]:
                self._counted[index] -= 1
        self._trail.clear()

    async def _test(self) -> None:
        """Ask witnesses so slowly that what is lost now is lost by chance."""
        asked = lost = 0
        for _ in range(TEST):
            if asked >= TEST or not (witnesses := self._call_witnesses(TEST - asked)):
                break
            await self._send(witnesses, frozenset(witnesses), FLOOR)
            asked += len(witnesses)
            lost += await self._hear_witnesses(witnesses)
        if lost and lost < asked:
            self._chance.count(asked, lost)
            self._bound = LONGEST_BURSTS * self._outlet.pace.rate
            self._rate = min(START, self._outlet.pace.rate)

    def _call_witnesses(self, wanted: int) -> list[int]:
        """Whom to ask again, each in turn."""
        flight = self._flight
        for index in flight.take_new():
            self._known.append(index)
        called = self._known[:wanted]
        self._known = self._known[wanted:] + called
        return called

    async def _hear_witnesses(self, witnesses: Sequence[int]) -> int:
        """How many of them stay silent."""
        awaited = self._flight.awaited
        with suppress(TimeoutError):
            if awaited:
                self._flight.witnessed.clear()
                await asyncio.wait_for(self._flight.witnessed.wait(), self._patience)
        silent = [index for index in witnesses if awaited.pop(index, None) is not None]
        for index in witnesses:
            self._silences[index] = self._silences.get(index, 0) + 1 if index in silent else 0
        gone = [index for index in silent if self._silences[index] >= GIVEN_UP]
        if len(gone) < len(witnesses):
            self._known = [index for index in self._known if index not in gone]
            return len(silent) - len(gone)
        return len(silent)

    async def _send(self, order: Sequence[int], witnesses: Collection[int], rate: float) -> int:
        """Ask in this order at this rate; how many frames left."""
        outlet, flight = self._outlet, self._flight
        pace, answered = outlet.pace, flight.answered
        rate = min(rate, pace.rate)
        at_once = max(1, int(rate * TICK))
        begin, before = pace.clock(), pace.frames
        for place in range(0, len(order), at_once):
            early = begin + place / rate - pace.clock()
            await asyncio.sleep(early if early > TICK / 2 else 0)
            while (wait := pace.delay(at_once)) > 0:  # noqa: ASYNC110 - it awaits time
                await asyncio.sleep(wait)
            now = pace.clock()
            some = [i for i in order[place : place + at_once] if not answered[i] or i in witnesses]
            flight.awaited.update((i, now) for i in some if answered[i])
            tries = 0
            while (left := outlet.put(flight, some, self._attempts)) < len(some) and tries < QUEUE_TRIES:
                some, tries = some[left:], tries + 1
                await asyncio.sleep(TICK)
        return pace.frames - before


def _spread(burst: Sequence[int], witnesses: Sequence[int]) -> list[int]:
    """The burst with its witnesses evenly among it, one of them last."""
    if not witnesses:
        return list(burst)
    part = -(-len(burst) // len(witnesses))
    parts = (burst[at : at + part] for at in range(0, len(burst), part))
    return [index for some, witness in zip_longest(parts, witnesses) for index in (*(some or ()), witness) if index is not None]
