"""What goes wrong on a LAN as a whole: frames get lost each way, switches hold back storms, radios sleep between beacons."""

from dataclasses import dataclass
from math import ceil

BEACON_MS = 102.4
"""100 time units of 1,024 us, the beacon interval of nearly every access point (IEEE 802.11-2020, 9.4.1.3)."""


@dataclass(frozen=True, slots=True)
class Impairments:
    """What the LAN does to frames; by default nothing. Shares are between 0 and 1."""

    loss_in: float = 0.0
    """The share of questions lost on their way to a device."""
    loss_out: float = 0.0
    """The share of answers lost on their way back."""
    ceiling: float | None = None
    """Group-addressed frames a second that the switches let pass; a token bucket of a tenth of it unless `ceiling_window_ms`."""
    ceiling_window_ms: float | None = None
    """Storm control as switches count: what an interval of this length may bear of `ceiling`, and nothing until it is over."""
    ceiling_all: bool = False
    """The ceiling holds for every frame, not only for those to a group."""
    wifi_loss: float = 0.0
    """The share of group-addressed frames that a device on Wi-Fi never gets: nobody repeats them (IEEE 802.11-2020, 9.2.8)."""


class StormControl:
    """Lets group-addressed frames pass up to a ceiling."""

    def __init__(self, given: Impairments) -> None:
        self._rate = given.ceiling or 0.0
        self._window = (given.ceiling_window_ms or 0.0) / 1000
        self._is_for_all = given.ceiling_all
        self._depth = max(1.0, self._rate * self._window if self._window else self._rate / 10)
        self._tokens = self._depth
        self._last = 0.0

    def passes(self, frame: bytes, at: float) -> bool:
        """Whether a frame that comes `at` gets through."""
        if not self._rate or not (self._is_for_all or frame[0] & 1):  # the I/G bit: sent to a group
            return True
        if self._window:
            if at // self._window != self._last // self._window:
                self._tokens = self._depth
        else:
            self._tokens = min(self._depth, self._tokens + max(0.0, at - self._last) * self._rate)
        self._last = at
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


def beacon_after(at: float) -> float:
    """When the next beacon is sent, after which an access point sends what it has kept for groups."""
    return ceil(at * 1000 / BEACON_MS) * BEACON_MS / 1000
