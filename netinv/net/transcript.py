"""Transcripts: everything that passed the door in one scan, as a file of JSON lines that can be read, checked and replayed.

The first line tells what was asked of whom; each other line has the second `t` after the start at which it happened:

    {"t": 0.2, "ask": 7, "door": 0, "verb": "udp", "with": {"address": "10.0.0.1", "port": 53, ...}}
    {"t": 0.3, "of": 7, "got": ...}           an answer; `"failed"` in its place is an error
    {"t": 0.3, "of": 7, "end": true}          there are no more
    {"t": 0.4, "door": 0, "is": {...}}        what the door said of itself
    {"t": 9.1, "over": {...}}                 the scan has ended

A file that ends without the last line is one of a scan that was killed. Here is what there is in one; `transcript_writer` writes
files, and `transcript_reader` reads them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from netinv.model import Interface
from netinv.net.targets import Targets

SCHEMA: Final = "netinv-transcript/1"
LARGEST: Final = 128 << 20
"""Bytes of a transcript, unpacked: what comes after them is not kept, and a larger file not read."""
LONGEST: Final = 4 << 20
"""Bytes of one line."""

Line = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Failure:
    """An error that a verb raised in place of an answer."""

    error: str
    """Name of its class."""
    says: str = ""
    errno: int | None = None

    def __post_init__(self) -> None:
        if not self.error.isidentifier() or len(self.error) > 64:
            raise ValueError("is no name of an error")


@dataclass(frozen=True, slots=True)
class Door:
    """One interface, and whom was asked through it."""

    interface: Interface
    targets: Targets


@dataclass(frozen=True, slots=True)
class Header:
    """What was scanned."""

    id: str
    started: str
    """ISO 8601, aware."""
    targets: str
    """In the user's words."""
    asked: int
    doors: tuple[Door, ...]
    probes: tuple[str, ...]
    pace: str = "default"
    sensor: str = "local"
    is_anonymous: bool = False
    schema: str = SCHEMA

    @property
    def start(self) -> datetime:
        """When the scan started."""
        return datetime.fromisoformat(self.started).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Over:
    """How it ended."""

    finished: str
    """ISO 8601, aware."""
    is_partial: bool = False
    """It was stopped, or more came than a transcript holds."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """A transcript that has been read."""

    header: Header
    lines: tuple[Line, ...]
    over: Over | None
    """None where the scan was killed."""
    name: str = field(default="", compare=False)
    """The file, for messages."""

    @property
    def finished(self) -> datetime:
        """When the scan ended; of one that was killed, when the last thing happened."""
        if self.over:
            return datetime.fromisoformat(self.over.finished).astimezone(UTC)
        return self.header.start + timedelta(seconds=self.end)

    @property
    def end(self) -> float:
        """Seconds from the start to the last thing that happened."""
        return float(self.lines[-1]["t"]) if self.lines else 0.0
