"""Reading transcripts. A file is hostile: its size, values and order are checked, and what is wrong is told by its line."""

import gzip
import json
import os
import re
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any, BinaryIO, Final

from netinv.errors import TranscriptError
from netinv.net.plain import meant
from netinv.net.resemblance import is_bytes
from netinv.net.targets import Targets
from netinv.net.transcript import LARGEST, LONGEST, SCHEMA, Failure, Header, Line, Over, Transcript
from netinv.net.verbs import Verb, states, verbs
from netinv.text import clean

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


def read_transcript(path: str | Path) -> Transcript:
    """The transcript in a file, packed by gzip or not; TranscriptError for one that cannot be read or is none."""
    name = clean(os.fspath(path), 200)
    try:
        with Path(path).open("rb") as file:
            return read(_unpacked(file), name)
    except OSError as error:
        raise TranscriptError(
            f"cannot read {name!r}: {error.strerror or error}", hint="name a file of `netinv scan --record`"
        ) from error


def _unpacked(file: BinaryIO) -> BinaryIO:
    start = file.read(2)
    file.seek(0)
    return gzip.open(file) if start == b"\x1f\x8b" else file  # type: ignore[return-value]


def read(file: BinaryIO, name: str) -> Transcript:
    """The transcript in what has been unpacked; errors as above, in which the file is called `name`."""
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


def _check_sender(answer: Any) -> None:
    """Whoever is said to have answered, or to have been overheard, has an IP address; ValueError for anything else."""
    for said in (getattr(answer, "address", None), getattr(answer, "source", None)):
        if said is not None and "%" in said:
            raise ValueError(f"wants an address without a zone, not {said[:40]!r}")
        if said is not None:
            ip_address(said)


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
            for value in filter(is_bytes, line["with"].values()):
                meant(value, bytes)
            self._asked = line["ask"]
            self._open[self._asked] = verbs().get(line["verb"])
        elif "of" in line:
            if meant(line["of"], int) not in self._open:
                raise ValueError(f"answers {line['of']}, which is no open question")
            verb = self._open[line["of"]] if kind == "got" else self._open.pop(line["of"])
            if verb and kind != "end":
                _check_sender(meant(line[kind], verb.answers if kind == "got" else Failure))
        elif kind == "is":
            for name, value in _object(line["is"]).items():
                if name in states():
                    meant(value, states()[name])
