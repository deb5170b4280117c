"""The pace: how many frames leave in any moment, kept in one place for all who send through one door."""

import asyncio
import time
from collections import deque
from collections.abc import Callable

SPARE = 0.1
"""The part of the budget left free by those who wait in line, for what the kernel sends without asking."""
WINDOW = 0.1
"""Seconds. The rate holds in every window of this length, not only on average: it is bursts that make cameras drop frames."""

LATE = 0.01
"""Seconds of delay that those in line may catch up with."""


class Pace:
    """At most `rate` frames a second in any `WINDOW`; counts what it lets pass."""

    def __init__(self, rate: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate = rate
        self.clock = clock
        self.frames = 0
        self._window = max(WINDOW, 1 / rate)
        self._budget = max(1, int(rate * self._window + 1e-9))
        self._recent: deque[float] = deque()
        self._added: deque[float] = deque()
        """Those of them that the kernel added by itself; the last of all is kept."""
        self._first: float | None = None
        self._last = 0.0
        self._fullest = 0
        self._line = asyncio.Lock()
        self._gate = asyncio.Lock()
        self._waiting = 0
        """How many wait for their turn."""
        self._due = 0.0
        """When the next in line may go, were they spaced to the letter."""
        self._ahead = 0
        """How many wait ahead of the line."""

    @property
    def peak_pps(self) -> int:
        """The fullest window, scaled to a second."""
        return round(self._fullest / self._window)

    @property
    def mean_pps(self) -> float:
        """Frames a second from the first to the last one sent."""
        if self._first is None or self._last <= self._first:
            return float(self.frames)
        return round((self.frames - 1) / max(self._last - self._first, self._window), 1)

    def delay(self, frames: int = 1) -> float:
        """Seconds until so many more may leave at once; 0 if they may now."""
        now = self.clock()
        room = max(0, self._budget - frames - self._expected())
        while self._recent and self._recent[0] <= now - self._window:
            self._recent.popleft()
        if len(self._recent) <= room:
            return 0.0
        return self._recent[len(self._recent) - room - 1] + self._window - now

    def sent(self, frames: int = 1) -> None:
        """So many have left."""
        if not frames:
            return
        now = self.clock()
        self._first = now if self._first is None else self._first
        self._last = now
        self.frames += frames
        self._recent.extend([now] * frames)
        while self._recent[0] <= now - self._window:
            self._recent.popleft()
        self._fullest = max(self._fullest, len(self._recent))

    async def ahead(self, frames: int = 1) -> None:
        """As `turn`, ahead of those in line: for the few questions that many answer."""
        room = int(self._budget * SPARE)
        self._ahead += 1
        try:
            while (wait := self.delay(frames + room)) > 0:  # noqa: ASYNC110 - it awaits time
                await asyncio.sleep(wait)
            self.sent(frames)
        finally:
            self._ahead -= 1

    def added(self, frames: int = 1) -> None:
        """So many have left that nobody could hold back; as many more are expected."""
        self._added.extend([self.clock()] * frames)
        self.sent(frames)

    async def turn(self, cost: int | Callable[[], int] = 1, *, under_way: bool = False) -> None:
        """Wait in line until so many may leave, evenly spaced, and count them as sent; leaves room for what the kernel adds.

        A `cost` to be called says how many once the turn has come: others may have paid for the way meanwhile. Who is `under_way`
        goes before who has not begun: an answer has to be waited for, and the sooner that begins, the sooner all is over.
        """
        if not self._waiting:
            self._due = max(self._due, self.clock())
        self._waiting += 1
        try:
            if under_way:
                await self._pass(cost)
            else:
                async with self._line:  # so that but one of them is at the gate
                    await self._pass(cost)
        finally:
            self._waiting -= 1

    async def _pass(self, cost: int | Callable[[], int]) -> None:
        room = int(self._budget * SPARE)
        async with self._gate:
            frames = cost if isinstance(cost, int) else cost()
            # Nobody wakes to the microsecond: whoever is late has not delayed all who come after.
            self._due = max(self._due, self.clock() - LATE)
            while (wait := max(self.delay(frames + room), self._due + self._ahead / self.rate - self.clock())) > 0:  # noqa: ASYNC110 - it awaits time
                await asyncio.sleep(wait)
            self.sent(frames)
            self._due += frames / self.rate

    def _expected(self) -> int:
        """Frames the kernel will add unasked: one more than it has of late, once it does at all; up to half of the budget."""
        if not self._added:
            return 0
        while len(self._added) > 1 and self._added[0] <= self.clock() - self._window:
            self._added.popleft()
        return min(len(self._added) + 1, self._budget // 2)
