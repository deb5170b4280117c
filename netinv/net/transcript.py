"""Transcripts: everything that passed the door in one scan, as a file of JSON lines that can be read, checked and replayed.

The first line tells what was asked of whom; each other line has the second `t` after the start at which it happened:

    {"t": 0.2, "ask": 7, "door": 0, "verb": "udp", "with": {"address": "10.0.0.1", "port": 53, ...}}
    {"t": 0.3, "of": 7, "got": ...}           an answer; `"failed"` in its place is an error
    {"t": 0.3, "of": 7, "end": true}          there are no more
    {"t": 0.4, "door": 0, "is": {...}}        what the door said of itself
    {"t": 9.1, "over": {...}}                 the scan has ended

A file that ends without the last line is one of a scan that was killed. A file is hostile: its size, its values and its order are
checked, and what is wrong with it is told by its line.
"""

import errno
import gzip
import io
import json
import os
import re
import stat
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from os import PathLike
from pathlib import Path
from typing import Any, BinaryIO, Final

from netinv.errors import TranscriptError
from netinv.model import Interface
from netinv.net.plain import meant, plain
from netinv.net.targets import Targets
from netinv.net.verbs import Verb, states, verbs
from netinv.privileges import as_caller
from netinv.text import clean

SCHEMA: Final = "netinv-transcript/1"
LARGEST: Final = 128 << 20
"""Bytes of a transcript, unpacked: what comes after them is not kept, and a larger file not read."""
LONGEST: Final = 4 << 20
"""Bytes of one line."""
DOORS: Final = 64
SECONDS: Final = 100_000.0
"""The longest scan: a day of listening, and some time to ask."""

_ID = re.compile(r"[\w.-]{1,64}")
_KINDS: Final[Mapping[str, frozenset[str]]] = {
    "ask": frozenset({"t", "ask", "door", "verb", "with"}),
    "got": frozenset({"t", "of", "got"}),
    "failed": frozenset({"t", "of", "failed"}),
    "end": frozenset({"t", "of", "end"}),
    "is": frozenset({"t", "door", "is"}),
    "over": frozenset({"t", "over"}),
}
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


def write_transcript(transcript: Transcript, writer: "Writer") -> None:
    """Write a transcript that has been read, or made of one."""
    writer.write({"schema": SCHEMA, **plain(transcript.header)})
    for line in transcript.lines:
        writer.write(line)


class Writer:
    """Writes a transcript line by line, so that what is there counts if the scan is killed; packed if the name ends in `.gz`.

    The file is opened with the first line, as the user who called sudo, and for that user's eyes only. Without a path, it is
    kept in memory, for `kept`.
    """

    def __init__(self, path: str | PathLike[str] | None = None) -> None:
        self.is_full = False
        """Something is missing: more came than a transcript holds, or the disk does."""
        self.problem: TranscriptError | None = None
        self._path = Path(path or "a transcript")
        self._file: io.FileIO | io.BytesIO | None = None if path else io.BytesIO()
        # 31: with a gzip header (zlib.h, deflateInit2)
        self._packer = zlib.compressobj(wbits=31) if self._path.name.endswith(".gz") else None
        self._left = LARGEST

    def write(self, line: Line) -> None:
        """Keep a line, unless there is no more room; the last lines, which tell how it ended, find some.

        TranscriptError where the file cannot be opened; what goes wrong later is a `problem`.
        """
        if self.problem:
            return
        if self.is_full and "over" in line:
            line = {**line, "over": {**line["over"], "is_partial": True}}
        text = json.dumps(line, ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode() + b"\n"
        if len(text) > LONGEST or (len(text) > self._left and not {"over", "is"} & line.keys()):
            self.is_full = True
            return
        self._left -= len(text)
        self._put(self._packer.compress(text) + self._packer.flush(zlib.Z_SYNC_FLUSH) if self._packer else text)

    def open(self) -> None:
        """Open the file now; TranscriptError where that fails."""
        self._file = self._file or self._open()

    def kept(self) -> "Transcript | None":
        """What has been kept in memory; None if that is nothing."""
        told = self._file.getvalue() if isinstance(self._file, io.BytesIO) else b""
        return _read(io.BytesIO(told), "the recording") if told else None

    def close(self) -> None:
        """Close the file, if there is one."""
        if self._file:
            if self._packer and not self.problem:
                self._put(self._packer.flush())
            self._file.close()

    def _put(self, packed: bytes) -> None:
        file = self._file = self._file or self._open()
        try:
            while packed:
                packed = packed[file.write(packed) :]
        except OSError as error:
            self.problem = self._refusal(error)

    def _open(self) -> io.FileIO:
        try:
            with as_caller():
                # Not blocking, lest a pipe that nobody reads holds us up.
                descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK, 0o600)
            file = io.FileIO(descriptor, "w")
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                file.close()
                raise OSError(errno.EINVAL, "it is no ordinary file")
            os.fchmod(descriptor, 0o600)
            os.ftruncate(descriptor, 0)
        except OSError as error:
            raise self._refusal(error) from error
        return file

    def _refusal(self, error: OSError) -> TranscriptError:
        hint = "the recording ends there" if self._file else "choose a place you may write to; its directory must exist"
        return TranscriptError(f"cannot write {os.fspath(self._path)!r}: {error.strerror or error}", hint=hint)


def read_transcript(path: str | Path) -> Transcript:
    """The transcript in a file, packed by gzip or not; TranscriptError for one that cannot be read or is none."""
    name = clean(os.fspath(path), 200)
    try:
        with Path(path).open("rb") as file:
            return _read(_unpacked(file), name)
    except OSError as error:
        raise TranscriptError(
            f"cannot read {name!r}: {error.strerror or error}", hint="name a file of `netinv scan --record`"
        ) from error


def _unpacked(file: BinaryIO) -> BinaryIO:
    start = file.read(2)
    file.seek(0)
    return gzip.open(file) if start == b"\x1f\x8b" else file  # type: ignore[return-value]


def _read(file: BinaryIO, name: str) -> Transcript:
    header: Header | None = None
    kept: list[Line] = []
    over: Over | None = None
    reading = _Reading()
    for number, text in _texts(file, name):
        try:
            line = json.loads(text, parse_constant=_refuse)
            if header is None:
                header = _header(line)
                continue
            if over:
                raise ValueError("goes on after its end")
            reading.check(line, len(header.doors))
            if "over" in line:
                over = meant(line["over"], Over)
                _moment(over.finished)
            kept.append(line)
        except (ValueError, RecursionError, TypeError) as error:
            if not text.endswith(b"\n") and header:
                break  # the scan was killed while it wrote this line
            said = "is no JSON" if isinstance(error, json.JSONDecodeError | RecursionError) else clean(str(error), 120)
            hint = "this is no file of `netinv scan --record`" if header is None else "a transcript is not to be edited by hand"
            raise TranscriptError(f"{name}, line {number}: {said}", hint=hint) from error
    if header is None:
        raise TranscriptError(f"{name} is empty", hint="name a file of `netinv scan --record`")
    return Transcript(header, tuple(kept), over, name)


def _texts(file: BinaryIO, name: str) -> Iterator[tuple[int, bytes]]:
    """The lines with their numbers, as far as the file can be unpacked."""
    size = number = 0
    # A packed file that was cut off, or damaged at its end, is read as far as it goes.
    with suppress(EOFError, zlib.error, gzip.BadGzipFile):
        while text := file.readline(LONGEST + 1):
            number += 1
            size += len(text)
            if len(text) > LONGEST or size > LARGEST + LONGEST:
                raise TranscriptError(f"{name}, line {number}: too large", hint="netinv writes no transcript as large as this")
            yield number, text


def _header(line: Any) -> Header:
    if not isinstance(line, dict) or not isinstance(line.get("schema"), str):
        raise ValueError("no transcript begins like this")
    if line["schema"] != SCHEMA:
        raise ValueError(f"this netinv reads {SCHEMA}, not {clean(line['schema'], 40)}")
    header: Header = meant(line, Header)
    if not 0 < len(header.doors) <= DOORS or not _ID.fullmatch(header.id) or header.asked < 0:
        raise ValueError("has an id, a number of doors or of addresses that no scan has")
    for door in header.doors:
        _check_targets(door.targets)
    _moment(header.started)
    return header


def _check_targets(targets: Targets) -> None:
    """What is hostile may name any numbers as addresses."""
    for ranges in (targets.ranges, targets._asked, targets._excluded):
        numbers = [number for pair in ranges for number in pair]
        if any(not 0 <= number < 1 << 32 for number in numbers) or numbers != sorted(numbers):
            raise ValueError("has targets that are no ascending addresses")


def _moment(said: str) -> None:
    moment = datetime.fromisoformat(said)
    if moment.tzinfo is None or not 1970 < moment.year < 9000:
        raise ValueError("has a moment without a time zone, or far from any")


def _object(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("is no object")
    return value


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is no number")


class _Reading:
    """What the lines so far allow the next one to say."""

    def __init__(self) -> None:
        self._now = 0.0
        self._open: dict[int, Verb | None] = {}
        """Questions that may still be answered; None is one of a later netinv."""
        self._asked = -1

    def check(self, line: Any, doors: int) -> None:
        if not isinstance(line, dict):
            raise ValueError("is no object")
        kind = next((kind for kind in _KINDS if kind in line), None)
        if kind is None or line.keys() != _KINDS[kind]:
            raise ValueError("is neither question nor answer")
        now = meant(line["t"], float)
        if not self._now <= now <= SECONDS:
            raise ValueError(f"happened at {now}, after {self._now}")
        self._now = now
        if "door" in line and not 0 <= meant(line["door"], int) < doors:
            raise ValueError(f"there is no door {line['door']}")
        if kind == "ask":
            if meant(line["ask"], int) <= self._asked or not isinstance(line["verb"], str) or not isinstance(line["with"], dict):
                raise ValueError("is no question")
            self._asked = line["ask"]
            self._open[self._asked] = verbs().get(line["verb"])
        elif "of" in line:
            if meant(line["of"], int) not in self._open:
                raise ValueError(f"answers {line['of']}, which is no open question")
            verb = self._open[line["of"]] if kind == "got" else self._open.pop(line["of"])
            if verb and kind != "end":
                meant(line[kind], verb.answers if kind == "got" else Failure)
        elif kind == "is":
            for name, value in _object(line["is"]).items():
                if name in states():
                    meant(value, states()[name])
