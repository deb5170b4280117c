"""Event loops in which one thing comes after the other, so that a scan and its replay take every step in the same order.

Both do what asyncio does. Only when every task waits for the outside does the one let in the next thing that came by the door,
and the other move its clock to the next moment something is due: what came is always done with before more comes.
"""

import asyncio
import selectors
from collections import deque
from collections.abc import Callable
from typing import Any


class RecordingLoop(asyncio.SelectorEventLoop):
    """The real network in real time; what comes waits for its `turn`."""

    def __init__(self) -> None:
        self._waiting: deque[asyncio.Future[None]] = deque()
        super().__init__(_Watched(self._let_in))

    async def turn(self) -> None:
        """Wait until all that came before has been done with."""
        mine: asyncio.Future[None] = self.create_future()
        self._waiting.append(mine)
        await mine

    def _let_in(self, timeout: float | None) -> float | None:
        while self._waiting and timeout != 0:
            if not (first := self._waiting.popleft()).done():  # whoever waited for it may have been cancelled
                first.set_result(None)
                return 0
        return timeout


class ReplayLoop(asyncio.SelectorEventLoop):
    """No network, and no time: the clock, which starts at 0, stands still while there is something to do and then leaps.

    It is good for some days: beyond 10^7 seconds the nanosecond that asyncio reckons with is lost in a float.
    """

    def __init__(self) -> None:
        self._now = 0.0
        super().__init__(_Watched(self._leap))

    def time(self) -> float:
        return self._now

    def _leap(self, timeout: float | None) -> float | None:
        if timeout is None:
            return None
        self._now += timeout
        return 0


async def turn() -> None:
    """Wait until all that came before has been done with; at once in any loop but a `RecordingLoop`."""
    loop = asyncio.get_running_loop()
    if isinstance(loop, RecordingLoop):
        await loop.turn()


class _Watched(selectors.DefaultSelector):
    """Asks how long to wait for the outside, whenever asyncio would."""

    def __init__(self, patience: Callable[[float | None], float | None]) -> None:
        super().__init__()
        self._patience = patience

    def select(self, timeout: float | None = None) -> Any:
        return super().select(self._patience(timeout))
