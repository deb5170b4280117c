"""Who is told of events beside the terminal: each a small room of its own, that never holds up the watch."""

from collections.abc import Callable
from typing import Protocol

from netinv.watch.events import Event

Say = Callable[[str], None]
"""Tells the user of a trouble, in a line that names no secret."""


class Outlet(Protocol):
    """Somebody to tell. What goes wrong is said, and never raised."""

    def offer(self, event: Event) -> None:
        """Take an event over, without waiting for anybody."""

    def poll(self) -> None:
        """Do what is due; called several times a second."""

    def close(self) -> None:
        """Try for a few seconds to tell what has not been told, and end."""
