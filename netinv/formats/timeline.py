"""How many devices each scan of the past saw: SVG without colours of its own, to stand within an HTML page."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from html import escape

from netinv.formats.base import Look, stamp
from netinv.formats.words import count
from netinv.text import clean

FEWEST = 3
"""Scans of a network below which there is nothing to compare."""
NETWORKS = 6
"""Those drawn, the ones seen last."""
# In units of the picture, which is as wide as the page lets it be.
_WIDTH, _HEIGHT = 1000, 64
_WIDEST = 24
"""Of a bar and the gap beside it: a few scans are bars, too, and no slabs."""


def timelines(looks: Iterable[Look]) -> Iterator[str]:
    """A figure for each network that was scanned a few times: a bar a scan, the latest at the right; its text is escaped."""
    by_network: dict[str, list[Look]] = {}
    for look in looks:
        by_network.setdefault(look.network, []).append(look)
    told = [past for past in by_network.values() if len(past) >= FEWEST]
    for past in sorted(told, key=lambda past: past[-1].at, reverse=True)[:NETWORKS]:
        yield _figure(past)


def _figure(past: Sequence[Look]) -> str:
    most, step = max(max(len(look.seen) for look in past), 1), min(_WIDTH / len(past), _WIDEST)
    bars = "".join(
        f'<rect class="{"here" if look.is_whole else "unasked"}" x="{n * step:.1f}" y="{_HEIGHT - high:.1f}" '
        f'width="{step * 0.84:.1f}" height="{high:.1f}"><title>{_said(look.at)}: {count(len(look.seen), "device")}</title></rect>'
        for n, look in enumerate(past)
        for high in [max(_HEIGHT * len(look.seen) / most, 1.0)]
    )
    network = escape(clean(past[0].network, 80))
    span = f"{_said(past[0].at)} to {_said(past[-1].at)} UTC, {count(len(past), 'scan')}"
    whole = [len(look.seen) for look in past if look.is_whole]
    few, many = min(whole, default=0), max(whole, default=0)
    seen = f"{few} to {count(many, 'device')} seen" if few < many else f"{count(many, 'device')} seen each time"
    who = f"; {seen}" if whole else ""
    grey = "; grey: not everybody was asked" if len(whole) < len(past) else ""
    says = f"{network}: {span}{who}{grey}"
    return (
        f'<figure class="times"><svg viewBox="0 0 {_WIDTH} {_HEIGHT}" preserveAspectRatio="none" role="img" aria-label="{says}">'
        f"{bars}</svg><figcaption>{says}</figcaption></figure>"
    )


def _said(at: datetime) -> str:
    return stamp(at, "minutes").replace("T", " ").removesuffix("Z")
