"""What time it is for a watch, which the user's clock and the sleep of the machine must not confuse."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple


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
