"""What a survey tells while it runs."""

from datetime import datetime
from typing import NamedTuple

from netinv.model import Evidence, Notice, Problem, Traffic


class Heard(NamedTuple):
    """A new fact about a host that is there."""

    evidence: Evidence


class Noticed(NamedTuple):
    """Something was overheard that is no fact about a target."""

    notice: Notice
    probe: str
    seen: datetime


class Settled(NamedTuple):
    """Everything that could be asked of this address has been."""

    address: str


class Progress(NamedTuple):
    """How many of the sweep's questions have had their turn."""

    passed: int
    planned: int
    listening: float = 0.0
    """Seconds it will be listened yet, where nothing else is left to do."""


class Ended(NamedTuple):
    """The survey is over; last of its events."""

    traffic: Traffic
    problems: tuple[Problem, ...]
    method: tuple[str, ...]
    is_partial: bool


Event = Heard | Noticed | Settled | Progress | Ended
