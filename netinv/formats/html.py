"""HTML for reading: one file that needs no other, with a map, and a table to search, sort and open.

The page is `page/report.html`, filled in by `string.Template`: there is one place for each value and no loop worth a template
language (jinja2 would add two packages and 25 ms). The table is drawn by `page/report.js` from JSON within the page, so that ten
thousand devices are searched in an instant; what a device said is there text, never markup. The page's security policy allows
that script and that style sheet by their hashes, and nothing else.
"""

import json
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from string import Template
from typing import TextIO

from netinv.classification.kinds import UNKNOWN
from netinv.formats.base import Format, Report, Style, evidence_in_order, in_order, stamp
from netinv.formats.summary import closing_parts
from netinv.formats.topology import HEADINGS, heading, is_self, title, topology
from netinv.formats.words import make, percent
from netinv.model import Device
from netinv.text import clean

_PAGE = Path(__file__).parent / "page"
_MOST_FACTS = 200
"""Evidence shown of one device."""


def write(report: Report, stream: TextIO, style: Style) -> None:
    """The page."""
    from netinv.formats.drawing import drawing

    devices = in_order(report.devices)
    look, script = (_PAGE.joinpath(f"report.{suffix}").read_text("utf-8") for suffix in ("css", "js"))
    allowed = f"style-src '{_hash(look)}'; script-src '{_hash(script)}'; img-src data:"
    policy = f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"
    page = Template(_PAGE.joinpath("report.html").read_text("utf-8"))
    stream.write(
        page.substitute(
            policy=policy,
            style=look,
            script=script,
            title=_escaped(f"Network inventory: {report.scan.targets}" if report.scan else "Network inventory"),
            summary=_escaped(" · ".join(closing_parts(report))),
            when=_escaped(_when(report, devices)),
            notices=_notices(report),
            tiles="".join(_tiles(devices)),
            kinds="".join(_kinds(devices)),
            times=_times(report),
            map=drawing(topology(report)),
            plain="".join(_plain(devices)),
            data=_as_script_data(_data(report, devices)),
        )
    )


def _hash(text: str) -> str:
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()


def _escaped(text: str) -> str:
    from html import escape

    return escape(clean(text, 4096))


def _as_script_data(value: object) -> str:
    """JSON in ASCII in which nothing can end the element or begin a comment (HTML, 4.12.1.3)."""
    text = json.dumps(value, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _when(report: Report, devices: Sequence[Device]) -> str:
    if report.scan:
        return f"Scanned {_said(report.scan.started)} to {_said(report.scan.finished)} UTC by sensor {report.scan.sensor}"
    if not devices:
        return "Nothing has been seen yet"
    first, last = min(d.first_seen for d in devices), max(d.last_seen for d in devices)
    return f"Seen {_said(last)} UTC" if _said(first) == _said(last) else f"Seen between {_said(first)} and {_said(last)} UTC"


def _said(at: datetime) -> str:
    return stamp(at, "minutes").replace("T", " ").removesuffix("Z")


def _notices(report: Report) -> str:
    if not report.scan:
        return ""
    findings = (
        f'<li class="{"warning" if f.severity == "warning" else "info"}">{_hinted(f.says, f.hint)}</li>'
        for f in report.scan.findings
    )
    problems = (
        f"<li>{_hinted(f'Not all could be asked: {problem.message}', problem.hint)}</li>" for problem in report.scan.problems
    )
    said = "".join((*findings, *problems))
    return f'<ul class="notices" aria-label="Findings">{said}</ul>' if said else ""


def _hinted(says: str, hint: str | None) -> str:
    return _escaped(says) + (f' <span class="soft">{_escaped(hint)}</span>' if hint else "")


def _tiles(devices: Sequence[Device]) -> Iterator[str]:
    counts = Counter(map(heading, devices))
    new = sum(device.is_new for device in devices)
    gone = sum(device.presence == "gone" for device in devices)
    tiles = [("devices", len(devices)), ("new", new), *((name.lower(), counts[name]) for name in HEADINGS.values())]
    if gone:
        tiles.append(("gone", gone))
    for name, number in tiles:
        yield f"<li><b>{number:,}</b><span>{name.removesuffix('s') if number == 1 else name}</span></li>"


def _kinds(devices: Sequence[Device]) -> Iterator[str]:
    """A button for each kind, the most frequent first, with its share as a bar."""
    counts = Counter((_kind(device), _category(device)) for device in devices)
    for (kind, category), number in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        share = f'<rect class="share" width="{100 * number / len(devices):.1f}" height="4"/>'
        yield (
            f'<li><button type="button" data-kind="{_escaped(kind)}" aria-pressed="false">'
            f'<span class="dot {category}" aria-hidden="true"></span><span>{_escaped(kind)}</span>'
            f'<span class="many">{number:,}</span>'
            f'<svg class="{category}" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">'
            f'<rect class="all" width="100" height="4"/>{share}</svg></button></li>'
        )


def _times(report: Report) -> str:
    from netinv.formats.timeline import timelines

    figures = "".join(timelines(report.looks))
    return f'<section aria-labelledby="times"><h2 id="times">Over time</h2>{figures}</section>' if figures else ""


def _plain(devices: Sequence[Device]) -> Iterator[str]:
    for device in devices:
        cells = (device.ip or "", device.name or "", _kind(device), device.vendor or "", device.mac or "")
        yield f"<tr>{''.join(f'<td>{_escaped(cell)}</td>' for cell in cells)}</tr>"


def _data(report: Report, devices: Sequence[Device]) -> dict[str, object]:
    return {
        "first": min((stamp(device.first_seen, "seconds") for device in devices), default=""),
        "last": max((stamp(device.last_seen, "seconds") for device in devices), default=""),
        "looks": [stamp(look.at, "seconds") for look in report.looks],
        "devices": [_device(device, report) for device in devices],
    }


def _device(device: Device, report: Report) -> dict[str, object]:
    verdict = device.verdict
    heard = evidence_in_order(device.evidence)
    number = {fact.id: place for place, fact in enumerate(heard[:_MOST_FACTS])}
    last = stamp(device.last_seen, "seconds")
    told = {
        "id": device.id,
        "name": clean(device.name or ""),
        "addresses": [clean(address) for address in device.addresses],
        "macs": list(device.macs),
        "names": [[clean(name), clean(source)] for name, source in device.names],
        "category": _category(device),
        "kind": _kind(device),
        "sure": "" if verdict.category == UNKNOWN else percent(verdict.confidence),
        "confidence": round(verdict.confidence, 3),
        "vendor": clean(device.vendor or ""),
        "model": clean(verdict.model or ""),
        "make": _make(device),
        "os": clean(verdict.os or ""),
        "firmware": clean(verdict.firmware or ""),
        "serial": clean(verdict.serial or ""),
        "because": [
            [clean(reason.says, 1024), round(reason.weight, 1), [number[one] for one in reason.evidence if one in number]]
            for reason in verdict.because
        ],
        "alternatives": [[title(other.category, other.kind), percent(other.confidence)] for other in verdict.alternatives],
        "first": stamp(device.first_seen, "seconds"),
        "last": last,
        "evidence": [
            [
                clean(fact.address),
                clean(fact.key),
                clean(fact.value),
                fact.probe,
                "" if (at := stamp(fact.seen, "seconds")) == last else at,
            ]
            for fact in heard[:_MOST_FACTS]
        ],
        "new": int(device.is_new),
        "you": int(is_self(device)),
        "presence": _presence(device, report),
        "state": "" if device.presence == "here" else device.presence,
        "network": clean(device.network),
        "noted": _noted(device),
        "untold": max(len(heard) - _MOST_FACTS, 0),
    }
    # Lists are always there, for the script to go through; of the rest what says nothing is left out.
    kept = {key: value for key, value in told.items() if value or isinstance(value, list)}
    return kept if device.rtt_ms is None else {**kept, "rtt": round(device.rtt_ms, 2)}


def _make(device: Device) -> str:
    """Vendor and model as one, where that is not the one after the other."""
    told = make(device.vendor, device.verdict.model, ", ")
    return "" if told == ", ".join(filter(None, (device.vendor, device.verdict.model))) else clean(told)


def _noted(device: Device) -> list[list[str]]:
    """What the user said of it, by what it is about."""
    said = device.annotations
    trusted = None if said.trusted is None else "yes" if said.trusted else "no"
    told = {"owner": said.owner, "location": said.location, "tags": ", ".join(said.tags), "trusted": trusted, "notes": said.notes}
    return [[about, clean(what)] for about, what in told.items() if what]


def _presence(device: Device, report: Report) -> str:
    """For each look at a network it was seen in: 1 seen, 0 asked for and silent, - not asked, or not known yet."""
    home = {look.network for look in report.looks if device.id in look.seen}
    looks = [look for look in report.looks if look.network in home]
    drawn = "".join("1" if device.id in look.seen else "0" if look.is_whole else "-" for look in looks)
    before = drawn.find("1")
    return "-" * before + drawn[before:] if before > 0 else drawn


def _category(device: Device) -> str:
    """As the style sheet knows it."""
    return device.verdict.category if device.verdict.category in HEADINGS else "other"


def _kind(device: Device) -> str:
    return clean(title(device.verdict.category, device.verdict.kind))


FORMAT = Format("html", suffix=".html", summary="a page to search and print, with a map", write=write, shows_presence=True)
