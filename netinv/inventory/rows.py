"""What is kept of a device, as the text and numbers a database holds, and back: whatever is read may be damaged."""

import json
import zlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from netinv.model import MAC, Evidence, Finding, Name, Problem, Traffic
from netinv.text import clean

_encode = json.JSONEncoder(separators=(",", ":")).encode
_decode = json.JSONDecoder().raw_decode
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
ALL = 1 << 62
"""A LIMIT that is none."""
_MOST_NUMBERS = 1 << 27
"""Bits in a set of numbers: more devices than any inventory has, and no more memory than 16 MiB when a file lies."""


class Damaged(Exception):  # noqa: N818 - it becomes a StoreError where the file's name is known
    """What was read is not what was written."""


def text(value: object) -> str:
    """Text as it was written; made safe again, since anybody may have written it."""
    if not isinstance(value, str):
        raise Damaged(f"{type(value).__name__} where text should be")
    return value if value.isprintable() else clean(value)


def optional_text(value: object) -> str | None:
    """As `text`, or None."""
    return None if value is None else text(value)


def number(value: object) -> int:
    """A number that counts something."""
    if not isinstance(value, int) or value < 0:
        raise Damaged(f"{type(value).__name__} where a number should be")
    return value


def microseconds(moment: datetime) -> int:
    """Since 1970: a moment as a number, exactly."""
    return (moment - _EPOCH) // _MICROSECOND


def moment(value: object) -> datetime:
    """Aware, UTC."""
    if not isinstance(value, int):
        raise Damaged(f"{type(value).__name__} where a time should be")
    try:
        return _EPOCH + timedelta(microseconds=value)
    except OverflowError as error:
        raise Damaged("a time beyond all calendars") from error


def read_evidence(row: Sequence[object]) -> Evidence:
    """From address, key, value, probe and time, the first five columns."""
    return Evidence(text(row[0]), text(row[1]), text(row[2]), text(row[3]), moment(row[4]))


def pack(numbers: Iterable[int]) -> bytes:
    """A set of small numbers as compressed bits: a thousand devices, seen in a scan as in the one before, take some 20 bytes."""
    bits = bytearray()
    for n in sorted(numbers, reverse=True):
        if not bits:
            bits = bytearray((n >> 3) + 1)
        bits[n >> 3] |= 1 << (n & 7)
    return zlib.compress(bits)


def unpack(value: object) -> frozenset[int]:
    """The numbers given to `pack`."""
    return frozenset(at << 3 | bit for at, byte in enumerate(_bits(value)) if byte for bit in range(8) if byte >> bit & 1)


def contains(value: object, wanted: int) -> bool:
    """Whether it is among the numbers given to `pack`."""
    bits = _bits(value)
    return wanted >> 3 < len(bits) and bool(bits[wanted >> 3] >> (wanted & 7) & 1)


def _bits(value: object) -> bytes:
    if not isinstance(value, bytes):
        raise Damaged(f"{type(value).__name__} where a set should be")
    try:
        return zlib.decompressobj().decompress(value, _MOST_NUMBERS >> 3)
    except zlib.error as error:
        raise Damaged("a set that cannot be unpacked") from error


def encoded(value: object) -> str:
    """JSON on one line."""
    return _encode(value)


def decoded(row: object) -> Any:
    """Of JSON as `encoded` writes it."""
    if not isinstance(row, str):
        raise Damaged(f"{type(row).__name__} where text should be")
    try:
        value, end = _decode(row)  # ours has no space around it, for which `json.loads` looks at some cost
    except (ValueError, RecursionError) as error:
        raise Damaged("text that should be JSON") from error
    if end != len(row):
        raise Damaged("text that should be JSON")
    return value


def decoded_list(row: object) -> list[Any]:
    """As `decoded`, of a list."""
    value = decoded(row)
    if not isinstance(value, list):
        raise Damaged("no list where a list should be")
    return value


def names_row(names: Iterable[Name]) -> str:
    """As JSON."""
    return encoded(list(names))


def read_names(row: object) -> tuple[Name, ...]:
    """What `names_row` wrote."""
    found = decoded_list(row)
    for item in found:
        if not isinstance(item, list) or len(item) != 2:
            raise Damaged("a name that is none")
    return tuple([Name(text(name), text(source)) for name, source in found])


def texts_row(texts: Iterable[str]) -> str:
    """As JSON."""
    return encoded(list(texts))


def read_texts(row: object) -> tuple[str, ...]:
    """What `texts_row` wrote."""
    if row == "[]":
        return ()
    if isinstance(row, str) and row[:2] == '["' and row[-2:] == '"]' and "\\" not in row and row.isprintable():
        words = row[2:-2].split('","')
        if row.count('"') == 2 * len(words):  # several times faster than JSON, and nearly all of them
            return tuple(words)
    return tuple(map(text, decoded_list(row)))


def findings_row(findings: Iterable[Finding]) -> str:
    """As JSON."""
    return encoded(
        [
            [f.kind, f.says, list(f.addresses), list(f.macs), list(f.devices), list(f.evidence), f.severity, f.hint]
            for f in findings
        ]
    )


def read_findings(row: object) -> tuple[Finding, ...]:
    """What `findings_row` wrote."""
    found = []
    for item in decoded_list(row):
        match item:
            case [kind, says, list(addresses), list(macs), list(devices), list(evidence), "warning" | "info" as severity, hint]:
                found.append(
                    Finding(
                        kind=text(kind),
                        says=text(says),
                        addresses=tuple(map(text, addresses)),
                        macs=tuple(MAC(text(mac)) for mac in macs),
                        devices=tuple(map(text, devices)),
                        evidence=tuple(map(text, evidence)),
                        severity=severity,
                        hint=optional_text(hint),
                    )
                )
            case _:
                raise Damaged("a finding that is none")
    return tuple(found)


def problems_row(problems: Iterable[Problem]) -> str:
    """As JSON."""
    return encoded([[p.source, p.message, p.hint] for p in problems])


def read_problems(row: object) -> tuple[Problem, ...]:
    """What `problems_row` wrote."""
    found = []
    for item in decoded_list(row):
        match item:
            case [source, message, hint]:
                found.append(Problem(text(source), text(message), optional_text(hint)))
            case _:
                raise Damaged("a problem that is none")
    return tuple(found)


def traffic_row(traffic: Traffic) -> str:
    """As JSON."""
    t = traffic
    return encoded([t.frames, t.peak_pps, t.mean_pps, t.replies, t.dropped])


def read_traffic(row: object) -> Traffic:
    """What `traffic_row` wrote."""
    match decoded(row):
        case [frames, peak, int() | float() as mean, replies, dropped]:
            return Traffic(number(frames), number(peak), float(mean), number(replies), number(dropped))
    raise Damaged("traffic that is none")
