"""The manners of a scan: how long it waits, how fast it asks, how often; and the three paces that have names."""

from dataclasses import dataclass, replace
from typing import Self

TIMEOUT = 1.0
"""Seconds to wait for an answer after the last question: one patience for everything that is asked."""
RATE = 300.0
"""Packets a second, in any tenth of a second."""
GENTLE_RATE = 100.0
FAST_RATE = 250_000.0
"""What Gigabit Ethernet bears of the smallest frames is six times as much; few links get to the half of this."""
COMMUNITIES = ("public",)
"""SNMP communities asked with, where the user wants SNMP and names none: what nearly every device came with."""
LISTEN = 60.0
"""Seconds a scan that only listens does so: most announce themselves, or ask for somebody, at least once a minute."""
RETRIES = 2
"""How often a silent address is asked again, each time a round later."""
MOST_RETRIES = 7
"""How often at the most, where the link is seen to lose."""
FAST_RETRIES = 15
EVERY = "5m"
"""From one sweep of a watch to the next."""
CALM = ("gentle", "default")
"""The paces a watch may have; what it has by itself first."""


@dataclass(frozen=True, slots=True)
class Manners:
    """How a scan behaves on the network."""

    pace: str = "default"
    rate: float = RATE
    """Packets a second, in any tenth of a second."""
    timeout: float = TIMEOUT
    """Seconds."""
    retries: int = RETRIES
    most_retries: int = MOST_RETRIES
    is_eager: bool = False
    """Ask as fast as the link answers, and only who is there."""
    is_hurried: bool = False
    """The last answers are waited for no longer than the usual round trip suggests: nothing else goes on meanwhile."""

    def but(self, *, rate: float | None = None, timeout: float | None = None, retries: int | None = None) -> Self:
        """The same with what a user says otherwise, which then holds to the letter."""
        changed = self
        if rate is not None:
            changed = replace(changed, rate=rate)
        if timeout is not None:
            changed = replace(changed, timeout=timeout, is_hurried=False)
        if retries is not None:
            changed = replace(changed, retries=retries, most_retries=retries)
        return changed


PACES = {
    "gentle": Manners("gentle", rate=GENTLE_RATE),
    "default": Manners(),
    "fast": Manners("fast", rate=FAST_RATE, retries=FAST_RETRIES, most_retries=FAST_RETRIES, is_eager=True, is_hurried=True),
}
