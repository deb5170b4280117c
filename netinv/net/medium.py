"""What a sweep asks through: an open socket that questions leave by and answers come in by."""

from collections.abc import Iterable
from typing import NamedTuple, Protocol

from netinv.model import MAC

ROUND = 1.0
"""Seconds between two questions to one address at the least: time for a sleeping radio to wake, and for a slow reply to come."""
READ_AT_ONCE = 1024
"""Packets read before others get their turn: a flood must not stop the sweep."""


class Heard(NamedTuple):
    """One well-formed answer, as a medium read it."""

    number: int
    """The answering IPv4 address as an integer."""
    mac: MAC | None = None
    ttl: int | None = None
    attempt: int | None = None
    """Which question it answers, where the answer says so."""
    said: str | None = None
    """As in `Reply`."""


class Medium(Protocol):
    """Asks by one protocol; keeps nothing of the silent."""

    rounds: int | None
    """How often an address is asked, where the medium decides it; None to leave it to the scan."""
    repeats: int
    """How often the kernel asks the silent again by itself, a `ROUND` apart."""
    most: float | None
    """Questions a second at the most, for the kernel has no room for more in flight."""
    share: float
    """The part of the rate a sweep takes for itself: the rest is for identifying who was found, and for what the kernel adds."""
    lasting_share: float
    """The same for a sweep that goes on while the kernel repeats its first questions."""
    trailing: int
    """Frames the kernel sends once an address has answered: what it held back for want of a MAC address."""

    @property
    def patience(self) -> float:
        """Seconds to wait beyond the scan's timeout, because the kernel is still making sure of somebody."""

    grace: float
    """Seconds to go on listening when everybody has answered: a second answer to one question is a conflict."""
    block: int | None
    """How many addresses may be in flight at once; None for any number. Their rounds then do not overlap."""

    def fileno(self) -> int: ...
    def cost(self, number: int, attempt: int) -> int:
        """How many frames leave for one question to this address."""

    def ask(self, number: int, attempt: int, mac: MAC | None = None) -> None:
        """Send one question, not blocking; OSError as the kernel says. To `mac` alone, where that makes a difference."""

    def hear(self) -> Iterable[Heard]:
        """All answers waiting, not blocking."""

    def waited(self) -> float:
        """Seconds the answer heard last has waited to be heard, because we were busy; 0.0 where nobody can tell."""

    def dropped(self) -> int:
        """Answers lost so far because the socket's buffer was full."""

    def close(self) -> None: ...
