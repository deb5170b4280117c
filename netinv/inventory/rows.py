"""What is kept of a device, as the text and numbers a database holds, and back: whatever is read may be damaged."""

import json
import zlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from netinv.model import MAC, Alternative, Detail, Finding, Name, Problem, Reason, Traffic, Verdict
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


def verdict_row(verdict: Verdict) -> str:
    """As JSON."""
    v = verdict
    others = [[a.category, a.kind, a.confidence, _reason_rows(a.because)] for a in v.alternatives]
    details = [[d.field, d.value, d.confidence, list(d.sources), list(d.evidence)] for d in v.details]
    told = [v.vendor, v.model, v.os, v.firmware, v.serial]
    return _json([v.category, v.kind, told, v.confidence, _reason_rows(v.because), others, details])


def read_verdict(row: object, *, brief: bool = False) -> Verdict:
    """What `verdict_row` wrote; `brief` without its alternatives and details."""
    match _parsed(row):
        case [category, kind, [vendor, model, os, firmware, serial], confidence, list(because), list(others), list(details)]:
            return Verdict(
                text(category),
                text(kind),
                optional_text(vendor),
                optional_text(model),
                optional_text(os),
                _share(confidence),
                _reasons(because),
                () if brief else tuple(map(_alternative, others)),
                optional_text(firmware),
                optional_text(serial),
                () if brief else tuple(map(_detail, details)),
            )
        case [category, kind, vendor, model, os, confidence, list(because), list(others)]:  # before there were details
            return Verdict(
                text(category),
                text(kind),
                optional_text(vendor),
                optional_text(model),
                optional_text(os),
                _share(confidence),
                _reasons(because),
                () if brief else tuple(map(_alternative, others)),
            )
    raise Damaged("a verdict that is none")


def read_kind(row: object) -> str:
    """The kind of what `verdict_row` wrote."""
    match _parsed(row):
        case [_, kind, *_]:
            return text(kind)
    raise Damaged("a verdict that is none")


def names_row(names: Iterable[Name]) -> str:
    """As JSON."""
    return _json(list(names))


def read_names(row: object) -> tuple[Name, ...]:
    """What `names_row` wrote."""
    found = []
    for item in _list(row):
        match item:
            case [name, source]:
                found.append(Name(text(name), text(source)))
            case _:
                raise Damaged("a name that is none")
    return tuple(found)


def texts_row(texts: Iterable[str]) -> str:
    """As JSON."""
    return _json(list(texts))


def read_texts(row: object) -> tuple[str, ...]:
    """What `texts_row` wrote."""
    if row == "[]":
        return ()
    if isinstance(row, str) and len(row) > 3 and row[:2] == '["' and row[-2:] == '"]' and "\\" not in row:
        words = row[2:-2].split('","')
        if '"' not in "".join(words):  # several times faster than JSON, and nearly all of them
            return tuple(map(text, words))
    return tuple(map(text, _list(row)))


def findings_row(findings: Iterable[Finding]) -> str:
    """As JSON."""
    return _json(
        [
            [f.kind, f.says, list(f.addresses), list(f.macs), list(f.devices), list(f.evidence), f.severity, f.hint]
            for f in findings
        ]
    )


def read_findings(row: object) -> tuple[Finding, ...]:
    """What `findings_row` wrote."""
    found = []
    for item in _list(row):
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
    return _json([[p.source, p.message, p.hint] for p in problems])


def read_problems(row: object) -> tuple[Problem, ...]:
    """What `problems_row` wrote."""
    found = []
    for item in _list(row):
        match item:
            case [source, message, hint]:
                found.append(Problem(text(source), text(message), optional_text(hint)))
            case _:
                raise Damaged("a problem that is none")
    return tuple(found)


def traffic_row(traffic: Traffic) -> str:
    """As JSON."""
    t = traffic
    return _json([t.frames, t.peak_pps, t.mean_pps, t.replies, t.dropped])


def read_traffic(row: object) -> Traffic:
    """What `traffic_row` wrote."""
    match _parsed(row):
        case [frames, peak, int() | float() as mean, replies, dropped]:
            return Traffic(number(frames), number(peak), float(mean), number(replies), number(dropped))
    raise Damaged("traffic that is none")


def _reason_rows(reasons: Iterable[Reason]) -> list[object]:
    return [[r.rule, r.says, r.weight, list(r.evidence)] for r in reasons]


def _reasons(rows: Iterable[object]) -> tuple[Reason, ...]:
    found = []
    for row in rows:
        match row:
            case [rule, says, int() | float() as weight, list(evidence)]:
                found.append(Reason(text(rule), text(says), float(weight), tuple(map(text, evidence))))
            case _:
                raise Damaged("a reason that is none")
    return tuple(found)


def _alternative(row: object) -> Alternative:
    match row:
        case [category, kind, confidence, list(because)]:
            return Alternative(text(category), text(kind), _share(confidence), _reasons(because))
    raise Damaged("an alternative that is none")


def _detail(row: object) -> Detail:
    match row:
        case [field, value, confidence, list(sources), list(evidence)]:
            return Detail(text(field), text(value), _share(confidence), tuple(map(text, sources)), tuple(map(text, evidence)))
    raise Damaged("a detail that is none")


def _share(value: object) -> float:
    if isinstance(value, int | float) and 0 <= value <= 1:
        return float(value)
    raise Damaged("a confidence that is none")


def _json(value: object) -> str:
    return _encode(value)


def _list(row: object) -> list[Any]:
    value = _parsed(row)
    if not isinstance(value, list):
        raise Damaged("no list where a list should be")
    return value


def _parsed(row: object) -> Any:
    if not isinstance(row, str):
        raise Damaged(f"{type(row).__name__} where text should be")
    try:
        value, end = _decode(row)  # ours has no space around it, for which `json.loads` looks at some cost
    except (ValueError, RecursionError) as error:
        raise Damaged("text that should be JSON") from error
    if end != len(row):
        raise Damaged("text that should be JSON")
    return value
