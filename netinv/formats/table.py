"""The table for people: devices by category, and as many columns as there is room for, the most telling first."""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TextIO

from netinv.classification.kinds import UNKNOWN
from netinv.formats.base import Format, Report, Style, in_order
from netinv.formats.summary import closing_parts, finding_lines
from netinv.formats.words import percent, spoken
from netinv.model import YOU, Device
from netinv.text import clean

# rich is imported where it is used: the other formats, on the same shelf, do without. Of it the table takes the widths of
# characters and the colours, but neither markup nor a table: nothing a device says is parsed, and headings may span columns.

_GROUPS = {
    "router": "Routers",
    "printer": "Printers",
    "computer": "Computers",
    "other": "Other",
    "unknown": "Unknown",
    "gone": "Gone",
}
_GUTTER = 4
"""Cells left of a device, for `new`; headings stand out into it."""
_GAP = 2
_NARROWEST = 40
_REASON_ROOM = 40
"""Cells without which a reason is not worth a column."""

_Paint = Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class _Column:
    title: str
    cell: Callable[[Device], str]
    ease: int = 1
    """Cells that do in most cases: without them the column is left out, and what has most, measured by this, gives way first."""
    style: str = ""
    is_right: bool = False


def _first(values: Sequence[str]) -> str:
    """The first, and how many more of its kind there are: that a device has IPv6 as well, or a link-local address, is no news."""
    if len(values) < 2:
        return clean(values[0]) if values else ""
    kinds = [(":" in value, value.startswith("fe80:")) for value in values]
    alike = [value for value, kind in zip(values, kinds, strict=True) if kind == kinds[0]]
    more = f" +{len(alike) - 1}" if len(alike) > 1 else ""
    return clean(alike[0]) + more


def _name(device: Device) -> str:
    is_self = bool(device.evidence) and any(fact.key == "local.self" for fact in device.evidence)
    return f"{clean(device.name or '')} {'(you)' if is_self else ''}".strip()


def _kind(device: Device) -> str:
    verdict = device.verdict
    if verdict.category == UNKNOWN:
        return ""
    # which kind of computer is open, that it is one is not
    return f"{spoken(verdict.category)}?" if verdict.kind == UNKNOWN else spoken(verdict.kind)


def _sure(device: Device) -> str:
    if device.annotations.kind:
        return YOU
    return percent(device.verdict.confidence) if _kind(device) else ""


def _rtt(device: Device) -> str:
    return "" if device.rtt_ms is None else f"{device.rtt_ms:.1f} ms"


def _why(device: Device) -> str:
    strongest = max(device.verdict.because, key=lambda reason: reason.weight, default=None)
    return clean(strongest.says) if strongest else ""


# As they stand from left to right.
_COLUMNS = (
    _Column("ADDRESS", lambda device: _first(device.addresses) or "-", ease=60),
    _Column("NAME", _name, ease=17, style="bold"),
    _Column("KIND", _kind, ease=15, style="cyan"),
    _Column("SURE", _sure, ease=4, style="dim", is_right=True),
    _Column("VENDOR", lambda device: clean(device.vendor or ""), ease=20),
    _Column("MODEL", lambda device: clean(device.verdict.model or ""), ease=18),
    _Column("OS", lambda device: clean(device.verdict.os or ""), ease=14),
    _Column("MAC", lambda device: _first(device.macs), ease=17, style="dim"),
    _Column("RTT", _rtt, ease=7, style="dim", is_right=True),
)
_ALWAYS = ("ADDRESS", "NAME", "KIND")
_BY_NEED = (*_ALWAYS, "SURE", "VENDOR", "MAC", "MODEL", "RTT", "OS")
_REASON = _Column("WHY", _why, style="italic")


def write(report: Report, stream: TextIO, style: Style) -> None:
    """To a terminal, as wide as it is; elsewhere nothing is cut. Ends with the closing line, and the findings of the scan."""
    stream.writelines(f"{line.rstrip()}\n" for line in _lines(report, style, _paint(style.color)))


def _lines(report: Report, style: Style, paint: _Paint) -> Iterator[str]:
    width = max(style.width, _NARROWEST) if style.width else sys.maxsize
    devices = in_order(report.devices)
    # elsewhere than on a terminal reasons are shown only to who asks for them
    shown = (*_COLUMNS, _REASON) if style.why or style.width is not None else _COLUMNS
    cells = {column: [column.cell(device) for device in devices] for column in shown}
    natural = _natural(cells)
    reason = natural.pop(_REASON, 0)
    widths = _fit(natural, width)
    room = width - _taken(widths) - _GAP
    is_beside = bool(reason) and room >= _REASON_ROOM
    if is_beside:
        widths[_REASON] = min(reason, room)
    if devices:
        yield _row(
            "", (_padded(column, column.title, widths[column], lambda text, _: paint(text, "dim")) for column in widths), paint
        )
    laid = [_laid(column, cells[column], widths[column], paint, style.color) for column in widths]
    rows = list(zip(*laid, strict=True))
    groups = list(map(_group, devices))
    for category, title in _GROUPS.items():
        members = [number for number, group in enumerate(groups) if group == category]
        if members:
            yield f"\n{paint(title, 'bold')} {paint(f'({len(members)})', 'dim')}"
        for number in members:
            mark = "new" if devices[number].is_new else ""
            yield _row(mark, rows[number], paint)
            if style.why and reason and not is_beside:
                margin = _GUTTER + _GAP
                for line in _wrapped(cells[_REASON][number], width - margin):
                    yield " " * margin + paint(line, _REASON.style)
    if devices:
        yield ""
    for number, statements in enumerate(_filled(closing_parts(report), " · ", width)):
        for line in _wrapped(statements, width):
            yield paint(line, "dim" if number else "")
    for said in finding_lines(report.scan) if report.scan else ():
        look = "yellow" if said.startswith("warning") else "dim"
        for number, line in enumerate(_wrapped(said, width - _GAP)):
            yield " " * _GAP * bool(number) + paint(line, look)


def _group(device: Device) -> str:
    if device.presence == "gone":
        return device.presence
    return device.verdict.category if device.verdict.category in _GROUPS else "other"


def _row(mark: str, cells: Iterable[str], paint: _Paint) -> str:
    return paint(mark, "bold green") + " " * (_GUTTER - len(mark)) + "".join(cells)


def _laid(column: _Column, values: Sequence[str], width: int, paint: _Paint, is_painted: bool) -> list[str]:
    """As `_padded` has each; all at once where they are plain."""
    if not is_painted and "".join(values).isascii() and max(map(len, values), default=0) <= width:
        pad, gap = str.rjust if column.is_right else str.ljust, " " * _GAP
        return [pad(value, width) + gap for value in values]
    return [_padded(column, value, width, paint) for value in values]


def _padded(column: _Column, value: str, width: int, paint: _Paint) -> str:
    """As wide as its column, and a gap."""
    value = _cut(value, width)
    space, painted = " " * (width - _width(value)), paint(value, column.style)
    return (space + painted if column.is_right else painted + space) + " " * _GAP


def _cut(text: str, width: int) -> str:
    """`text` in at most `width` cells of the terminal, of which wide characters take two."""
    if _width(text) <= width:
        return text
    from rich.cells import set_cell_size

    return set_cell_size(text, width - 1).rstrip() + "…"


def _width(text: str) -> int:
    """Cells of the terminal it takes, of which wide characters take two."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def _natural(cells: Mapping[_Column, Sequence[str]]) -> dict[_Column, int]:
    """How wide each column would be, those left out that have nothing to say."""
    needs = {column: max(map(_width, values), default=0) for column, values in cells.items()}
    return {column: max(need, len(column.title)) for column, need in needs.items() if need}


def _fit(natural: Mapping[_Column, int], width: int) -> dict[_Column, int]:
    """The columns there is room for, from left to right, each with the cells it gets."""
    eased: dict[_Column, int] = {}
    for column in sorted(natural, key=lambda column: _BY_NEED.index(column.title)):
        more = eased | {column: min(natural[column], column.ease)}
        if column.title in _ALWAYS or _taken(more) <= width:
            eased = more
    widths = {column: need for column, need in natural.items() if column in eased}
    while _taken(widths) > width:
        widest = max((column for column in widths if widths[column] > 1), key=lambda column: widths[column] / column.ease)
        widths[widest] -= 1
    return widths


def _taken(widths: Mapping[_Column, int]) -> int:
    return _GUTTER + sum(cells + _GAP for cells in widths.values()) - _GAP


def _wrapped(text: str, width: int) -> list[str]:
    return [_cut(line, width) for line in _filled(text.split(), " ", width)]


def _filled(parts: Iterable[str], joint: str, width: int) -> list[str]:
    """The parts joined into as few lines as there need be, none of them broken."""
    lines: list[str] = []
    for part in parts:
        longer = joint.join([*lines[-1:], part])
        if _width(longer) <= width:
            lines[-1:] = [longer]
        else:
            lines.append(part)
    return lines


def _paint(color: bool) -> _Paint:
    if not color:
        return lambda text, _: text
    from rich.color import ColorSystem
    from rich.style import Style as Look

    # The sixteen colours that terminals let their users choose.
    return lambda text, look: Look.parse(look).render(text, color_system=ColorSystem.STANDARD) if look else text


FORMAT = Format(
    "table",
    suffix=".txt",
    summary="for people: devices by category, as wide as the terminal",
    write=write,
    closes=True,
    needs_evidence=False,
)
