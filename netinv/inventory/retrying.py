"""Trying again what failed for a reason that may pass, such as a server that restarts."""

import time
from collections.abc import Callable
from itertools import count
from random import uniform
from typing import TypeVar

from netinv.inventory.database import Passing

FIRST, LONGEST = 0.1, 2.5
"""Seconds between two tries: twice as many each time, and not quite the same for any two programs.

A server that keeps falling is up for moments only: whoever looks every five seconds may miss all of them for half a minute.
"""

_Result = TypeVar("_Result")


def persistently(
    act: Callable[[int], _Result],
    patience: float,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], object] = time.sleep,
) -> _Result:
    """What `act` returns, who is told how often it was tried before; its `Passing` is raised once `patience` seconds are over."""
    end = clock() + patience
    for tried in count():
        try:
            return act(tried)
        except Passing:
            pause = min(LONGEST, FIRST * 2**tried) * uniform(0.75, 1)
            if clock() + pause > end:
                raise
        sleep(pause)
    raise AssertionError
