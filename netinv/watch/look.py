"""The look that goes on, as the watch follows it: what it has told so far, and what of that is ripe to be looked at."""

from dataclasses import dataclass, field
from datetime import datetime

from netinv.gathering import Gathering
from netinv.model import Scan
from netinv.net.transcript import Header
from netinv.outline import Outline
from netinv.plan import Plan
from netinv.survey import Ended, Event, Heard, Settled

ATTENTION = 2.0
"""Seconds for which what is heard between sweeps is gathered before it is looked at."""
PATIENCE = 8.0
"""Seconds to wait at most for somebody new to be identified, before they are told of as they are known."""


@dataclass(slots=True)
class Look:
    """Times are those of the watch's clock, in seconds."""

    began: float
    is_thorough: bool
    last_sign: float
    outline: Outline | None = None
    """None until its sockets are open."""
    gathering: Gathering = field(default_factory=Gathering)
    doors: int = 0
    scan: Scan | None = None
    """The sweep, once it is through."""
    dirty: dict[str, float] = field(default_factory=dict)
    """When something was first heard of each address since what was heard was last looked at."""
    settled: set[str] = field(default_factory=set)
    newcomers: int = 0
    """Devices nobody knew that were heard since the sweep."""
    is_doubtful: bool = False

    def open(self, header: Header) -> None:
        """Its sockets are open."""
        self.doors = len(header.doors)
        self.outline = Outline(
            id=header.id,
            started=header.start,
            plans=[Plan(door.interface, door.targets) for door in header.doors],
            targets=header.targets,
            asked=header.asked,
            sensor=header.sensor,
            pace=header.pace,
        )

    def hear(self, event: Event, now: float) -> bool:
        """Take in what it tells; whether the sweep is through by that."""
        self.gathering.take(event)
        match event:
            case Heard(evidence) if self.scan:
                self.dirty.setdefault(evidence.address, now)
            case Settled(address):
                self.settled.add(address)
            case Ended() if self.scan is None and len(self.gathering.ended) >= self.doors:
                return self.outline is not None
        return False

    def so_far(self, finished: datetime) -> Scan | None:
        """All it has told, as a scan; None before its sockets are open."""
        return self.outline.filled(self.gathering, finished=finished) if self.outline else None

    def ripe(self, now: float) -> set[str]:
        """The addresses of which enough was heard, or for long enough; from now on they wait for what is heard next."""
        found = {a for a, since in self.dirty.items() if now > since + (ATTENTION if a in self.settled else PATIENCE)}
        for address in found:
            del self.dirty[address]
        return found
