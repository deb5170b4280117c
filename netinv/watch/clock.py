"""What time it is for a watch, which the user's clock and the sleep of the machine must not confuse."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

from netinv.errors import UsageError
from netinv.text import clean

SHORTEST = 1.0
"""Seconds between two sweeps at least; the next one waits for the end of the last in any case."""
LONGEST = 86_400.0
_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}


class Clock(NamedTuple):
    """What time it is, for intervals and for stamps, which the user may set as they like."""

    elapsed: Callable[[], float] = time.monotonic
    """Seconds that never jump; they stand still while the machine sleeps, where the system has them do so."""
    slept: Callable[[], float] = lambda: 0.0
    """Seconds the machine has slept, as far as `elapsed` does not know."""
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


def system_clock() -> Clock:
    """The clocks of this system."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)  # Linux: counts on in suspend, where CLOCK_MONOTONIC stands (clock_gettime(2))
    if boot is None:
        return Clock()
    return Clock(slept=lambda: time.clock_gettime(boot) - time.clock_gettime(time.CLOCK_MONOTONIC))


def duration(word: str) -> float:
    """Seconds between two sweeps: `30s`, `5m`, `1h`, `90`; UsageError for anything else."""
    number, unit = (word[:-1], _UNITS[word[-1]]) if word[-1:] in _UNITS else (word, 1.0)
    try:
        seconds = float(number) * unit
    except ValueError:
        seconds = -1.0
    if not SHORTEST <= seconds <= LONGEST:
        raise UsageError(f"'{clean(word, 40)}' is no time between two sweeps", hint="write it as 30s, 5m or 1h: 1 s to a day")
    return seconds
