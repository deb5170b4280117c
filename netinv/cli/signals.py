"""The signals that end a command, which ends in order: what it found is kept."""

import signal
from types import FrameType
from typing import Any, Self

INTERRUPTED = {signal.SIGHUP: 129, signal.SIGINT: 130, signal.SIGTERM: 143}
"""The exit code after each."""


class Signals:
    """Collects them while it is entered; the command looks whether there is one, and ends."""

    def __init__(self) -> None:
        self.caught: list[signal.Signals] = []
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        self._before = {number: signal.signal(number, self.note) for number in INTERRUPTED}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def note(self, number: int, frame: FrameType | None) -> None:
        """One has come."""
        self.caught.append(signal.Signals(number))
