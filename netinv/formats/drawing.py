"""The topology as a picture: SVG without colours of its own, to stand within an HTML page whose style sheet paints it."""

from collections.abc import Iterator, Sequence
from html import escape
from unicodedata import east_asian_width

from netinv.formats.topology import Site
from netinv.formats.words import spoken
from netinv.model import Device
from netinv.text import clean

# In pixels of the picture, which a page may scale.
_WIDTH = 1000
_COLUMNS = 4
_MARGIN = 14
_CARD = 224
_WIDE = 2 * _CARD + 30
"""The card of what connects others: beside each of them stands which kind it is."""
_GAP = 30
_HANG = 10
"""How far left of its card the line is that a card hangs at."""
_LINE = 19
_HEAD = 30
_FOOT = 9
_MOST = 10
"""Devices named on a card; the others are counted."""
_NAME_ROOM = 27
"""Letters of ordinary width that a name and an address have together."""


def drawing(sites: Sequence[Site]) -> str:
    """The picture, one site below the other; its text is escaped. An image to screen readers, for whom the table is there."""
    parts: list[str] = []
    y = 1.0
    for site in sites:
        drawn, y = _site(site, y)
        parts += drawn
        y += _GAP
    height = max(y - _GAP + 2, 10)
    devices = sum(len(_everybody(site)) for site in sites)
    return (
        f'<svg viewBox="0 0 {_WIDTH} {height:g}" width="{_WIDTH}" height="{height:g}" role="img" aria-labelledby="map-title">'
        f'<title id="map-title">From the Internet by the gateway to {devices} devices, by kind</title>{"".join(parts)}</svg>'
    )


def _everybody(site: Site) -> tuple[Device, ...]:
    grouped = tuple(device for group in site.groups for device in group.devices)
    return (*((site.gateway,) if site.gateway else ()), *site.joining, *grouped, *site.beyond)


def _site(site: Site, top: float) -> tuple[list[str], float]:
    """Internet, gateway, and what joins cables from left to right; below them the others, hanging at one line."""
    lines: list[str] = []
    cards = [_card(_x(0), top, "Internet", "outside", ())]
    middle = top + _HEAD / 2
    left = _Pen(top + _height(()) + _FOOT)
    if site.gateway:
        gateway, category = _card(_x(1), top, "gateway", "router", (site.gateway,)), 1
    else:
        gateway, category = _card(_x(1), top, f"gateway {site.address or 'not known'}", "unknown", ()), 0
    cards.append(gateway)
    bottom = top + _height((None,) * category)
    lines.append(_line((_x(0) + _CARD, middle), (_x(1), middle)))
    if site.beyond:
        y = left.y + _FOOT
        cards.append(_card(_x(0), y, f"behind a router ({len(site.beyond):,})", "outside", site.beyond))
        turn = _x(1) - _GAP / 2
        lines.append(_line((_x(0) + _CARD, y + _HEAD / 2), (turn, y + _HEAD / 2), (turn, middle)))
        bottom = max(bottom, y + _height(site.beyond))
    if site.joining:
        cards.append(_card(_x(2), top, f"connects the others ({len(site.joining):,})", "joining", site.joining, _WIDE))
        lines.append(_line((_x(1) + _CARD, middle), (_x(2), middle)))
        bottom = max(bottom, top + _height(site.joining))
    if not site.groups:
        return [*lines, *cards], bottom
    bus = bottom + _GAP * 0.6
    is_switched = any(device.verdict.kind == "switch" for device in site.joining)
    source = _x(2 if is_switched else 1) + _CARD / 2
    start = top + _height(site.joining if is_switched else (None,) * category)
    pens = [_Pen(bus + _GAP * 0.6) for _ in range(min(_COLUMNS, len(site.groups)))]
    for group in site.groups:
        column = min(range(len(pens)), key=lambda number: pens[number].y)
        pen, x = pens[column], _x(column)
        cards.append(_card(x, pen.y, f"{group.title} ({len(group.devices):,})", group.category, group.devices))
        lines.append(_line((x - _HANG, bus), (x - _HANG, pen.y + _HEAD / 2), (x, pen.y + _HEAD / 2)))
        pen.y += _height(group.devices) + _GAP / 2
    ends = [_x(column) - _HANG for column in range(len(pens))]
    lines.append(_line((source, start), (source, bus)))
    lines.append(_line((min(*ends, source), bus), (max(*ends, source), bus)))
    return [*lines, *cards], max(pen.y for pen in pens) - _GAP / 2


class _Pen:
    """Where the next card of a column begins."""

    def __init__(self, y: float) -> None:
        self.y = y


def _x(column: int) -> float:
    """Where the cards of a column begin; the line they hang at is a little left of it."""
    return _MARGIN + column * (_CARD + _GAP)


def _height(devices: Sequence[Device | None]) -> float:
    lines = min(len(devices), _MOST) + (len(devices) > _MOST)
    return _HEAD + lines * _LINE + (_FOOT if lines else 0)


def _card(x: float, y: float, title: str, category: str, devices: Sequence[Device], width: int = _CARD) -> str:
    return "".join(_drawn(x, y, title, category, devices, width))


def _drawn(x: float, y: float, title: str, category: str, devices: Sequence[Device], width: int) -> Iterator[str]:
    known = category if category.isalpha() and category.isascii() else "other"
    yield f'<g class="card {known}" transform="translate({x:g} {y:g})">'
    yield f'<rect class="back" width="{width}" height="{_height(devices):g}" rx="6"/>'
    yield '<rect class="mark" x="8" y="10" width="10" height="10" rx="5"/>'
    yield f'<text class="title" x="25" y="20">{_text(title, 30)}</text>'
    for number, device in enumerate(devices[:_MOST]):
        base = _HEAD + (number + 0.65) * _LINE
        address = clean(device.ip or "")
        style, shown = ("name", device.name) if device.name else ("nameless", device.vendor or "-")
        yield f'<text class="{style}" x="10" y="{base:g}">{_text(shown, _NAME_ROOM - len(address) * (width == _CARD))}</text>'
        if width == _WIDE:
            yield f'<text class="address" x="{_CARD}" y="{base:g}">{_text(spoken(device.verdict.kind), _NAME_ROOM - 7)}</text>'
        yield f'<text class="address" x="{width - 10}" y="{base:g}" text-anchor="end">{_text(address, _NAME_ROOM - 7)}</text>'
    if len(devices) > _MOST:
        base = _HEAD + (_MOST + 0.65) * _LINE
        yield f'<text class="nameless" x="10" y="{base:g}">and {len(devices) - _MOST:,} more</text>'
    yield "</g>"


def _line(*points: tuple[float, float]) -> str:
    return f'<polyline points="{" ".join(f"{x:g},{y:g}" for x, y in points)}"/>'


def _text(text: str, room: int) -> str:
    """Escaped, and cut where it would be wider than `room` letters; those of East Asia and emoji take two."""
    room, taken = max(room, 6), 0
    text = clean(text)
    for number, character in enumerate(text):
        taken += 2 if east_asian_width(character) in "WF" else 1
        if taken > room:
            return escape(text[: max(number - 1, 0)].rstrip() + "…")
    return escape(text)
