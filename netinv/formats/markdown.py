"""Markdown (GitHub's, with tables), for a wiki, an issue or a page of notes."""

import re
from collections.abc import Iterable, Iterator
from typing import TextIO

from netinv.classification.kinds import UNKNOWN
from netinv.formats.base import Format, Report, Style, in_order, stamp
from netinv.formats.summary import closing_parts
from netinv.formats.topology import HEADINGS, heading, title
from netinv.formats.words import percent
from netinv.model import Device
from netinv.text import clean

_TITLES = ("Address", "Name", "Kind", "Sure", "Vendor", "Model", "MAC", "First seen", "Because")
# What means anything within a line (CommonMark 0.31, 6), what makes links of bare words (GFM, 6.9), mathematics, emoji, people
# and issues (GitHub): every punctuation mark of ASCII may be escaped. At the beginning of a line more would mean something: no
# text of others stands there.
_MARKS = re.compile(r"[\\`*_{}\[\]<>#|~^$&@]|:(?=\S)|(?<=www)\.", re.IGNORECASE)


def write(report: Report, stream: TextIO, style: Style) -> None:
    """A heading and a table for each category."""
    stream.writelines(f"{line}\n" for line in _lines(report))


def _lines(report: Report) -> Iterator[str]:
    yield "# Devices on the network"
    yield ""
    yield _escaped(" · ".join(closing_parts(report)))
    if report.scan:
        yield ""
        yield f"Scanned {stamp(report.scan.started, 'seconds')} · {_escaped(report.scan.targets)}"
        for finding in report.scan.findings:
            yield ""
            yield f"**{_escaped(finding.severity.capitalize())}:** {_escaped(finding.says)}"
    devices = in_order(report.devices)
    for above in HEADINGS.values():
        members = [device for device in devices if heading(device) == above]
        if not members:
            continue
        yield ""
        yield f"## {above} ({len(members)})"
        yield ""
        yield _row(_TITLES)
        yield _row("---" for _ in _TITLES)
        yield from (_row(_cells(device)) for device in members)


def _cells(device: Device) -> Iterator[str]:
    verdict = device.verdict
    is_known = verdict.category != UNKNOWN
    yield _code(device.addresses)
    yield _escaped(device.name or "") + (" **new**" if device.is_new else "")
    yield _escaped(title(verdict.category, verdict.kind)) if is_known else ""
    yield _escaped(percent(verdict.confidence)) if is_known else ""
    yield _escaped(device.vendor or "")
    yield _escaped(verdict.model or "")
    yield _code(device.macs)
    yield stamp(device.first_seen, "seconds")[:10]
    yield _escaped(max(verdict.because, key=lambda reason: reason.weight).says) if verdict.because else ""


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _code(values: Iterable[str]) -> str:
    """Addresses as they are, in which `:ab:` is no emoji."""
    return "<br>".join(f"`{re.sub('[`|]', '', clean(value))}`" for value in values)


def _escaped(text: str) -> str:
    """Text that stays what it is: no mark-up, no HTML, no link, no end of the cell."""
    return _MARKS.sub(r"\\\g<0>", clean(text, 2048))


FORMAT = Format("markdown", suffix=".md", summary="tables for a wiki or an issue", write=write, needs_evidence=False)
