"""`netinv history`, `netinv diff` and `netinv scans`: what changed, when, and who was asked; nothing is sent."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from netinv.cli import options
from netinv.cli.calling import Calling
from netinv.cli.fitting import fitted, room, rows

if TYPE_CHECKING:
    from netinv.inventory.base import Inventory, ScanSummary
    from netinv.inventory.comparing import Comparison
    from netinv.model import Device

LIMIT = 50
"""Changes, or scans, shown where nobody says how many."""
_MARKS = {"new": "+", "back": "+", "gone": "-", "changed": "~"}


def history(
    device: Annotated[
        str | None,
        typer.Argument(metavar="[DEVICE]", help="Its id or the beginning of it, name, address or MAC.", show_default=False),
    ] = None,
    since: options.Since = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=0, metavar="N", help="The latest N changes; 0 is all.")] = LIMIT,
    network: options.Network = None,
    as_json: options.Json = False,
    store: options.Store = None,
) -> None:
    """Show what changed: who came, went and came back, and what became of addresses, names, kinds and ports.

    Example: netinv history diskstation --since 7d
    """
    from netinv.formats.changes import change_object, sentence
    from netinv.formats.words import count
    from netinv.inventory.moments import moment_meant
    from netinv.inventory.store import open_inventory

    after = moment_meant(since, datetime.now(UTC)) if since else None
    with open_inventory(store, read_only=True) as inventory:
        about = inventory.find(device) if device else None
        changes = inventory.history(about.id if about else None, since=after, network=network, limit=limit + 1 if limit else None)
        attended = inventory.attendance(about.id) if about else None
        called = {} if about else {d.id: d for d in inventory.devices(brief=True)}
        changes = changes if as_json else Calling(inventory).told(changes)
    is_cut = bool(limit) and len(changes) > limit
    changes = changes[: limit or None]
    if as_json:
        seen = {"seen": attended[0], "scans": attended[1]} if attended else None
        document = {
            "schema": "netinv-history/1",
            "device": about and {"id": about.id, "name": about.name, "presence": about.presence, **(seen or {})},
            "is_cut": is_cut,
            "changes": [change_object(change) for change in changes],
        }
        _write_json(document)
        return
    width = room()
    if about and attended:
        _echo(fitted(f"{_called(about)}: {_standing(about)}; seen in {attended[0]:,} of {count(attended[1], 'scan')}", width))
    several = _are_several(change.sensor for change in changes)
    table: list[list[str]] = []
    for change in changes:
        who = [] if about else [_called(called[change.device]) if change.device in called else change.device]
        table.append([f"  {_minute(change.at)}", *who, f"{sentence(change)}{_by(change.sensor, several)}"])
    _echo(rows(table, (18,) if about else (18, 30), width))
    if not changes:
        typer.echo("  nothing changed" + (f" since {since}" if since else ""))
    if is_cut:
        print(f"only the latest {limit:,}; --limit 0 shows all", file=sys.stderr)


def diff(
    before: Annotated[
        str | None,
        typer.Argument(
            metavar="[A]",
            help="A scan: its id or the beginning of it, -1 (the one before the last), first, or a moment: yesterday, 7d, "
            "'2 days ago', monday, 2026-03-01.",
            show_default=False,
        ),
    ] = None,
    after: Annotated[
        str | None, typer.Argument(metavar="[B]", help="A later one; the last if none is named.", show_default=False)
    ] = None,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit with 1 if there are differences, like diff.")] = False,
    network: options.Network = None,
    as_json: options.Json = False,
    store: options.Store = None,
) -> int:
    """Show who is new, back or gone between two scans of a network, and what changed; the last two if none is named.

    Who was silent but is known to sleep, or was not asked, is no difference.

    Example: netinv diff yesterday
    """
    from netinv.inventory.store import open_inventory
    from netinv.text import clean

    with open_inventory(store, read_only=True) as inventory:
        one, other = _two(inventory, before, after, network)
        found = inventory.compare(one.id, other.id)
        found = found if as_json else Calling(inventory).compared(found)
    if before and one.id == other.id:
        print(f"note: '{clean(before, 80)}' means the very scan it is compared with; name an earlier one", file=sys.stderr)
    if as_json:
        _write_json(_document(one, other, found))
    else:
        _echo(_told(one, other, found, room()))
    return 1 if exit_code and found.differences else 0


def scans(
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit", "-n", min=0, metavar="N", help="The latest N scans; 0 is all.", show_default=f"{LIMIT}, as JSON all"
        ),
    ] = None,
    network: options.Network = None,
    as_json: options.Json = False,
    store: options.Store = None,
) -> None:
    """List the scans in the inventory, the latest first: when, where, and how many devices each found.

    Example: netinv scans -n 5
    """
    from netinv.formats.words import count
    from netinv.inventory.store import open_inventory

    with open_inventory(store, read_only=True) as inventory:
        most = (0 if as_json else LIMIT) if limit is None else limit
        found = inventory.scans(most + 1 if most else None, network=network)
    is_cut = bool(most) and len(found) > most
    found = found[: most or None]
    if is_cut:
        print(f"only the latest {most:,}; --limit 0 shows all", file=sys.stderr)
    if as_json:
        _write_json({"schema": "netinv-scans/1", "scans": [scan_object(scan) for scan in found]})
        return
    several = _are_several(scan.sensor for scan in found)
    table = []
    for scan in found:
        notes = [scan.targets] if scan.targets != scan.site else []
        notes += [f"{scan.new:,} new"] if scan.new else []
        notes += ["partial"] if scan.is_partial else []
        told = f"{', '.join(notes)}{_by(scan.sensor, several)}".lstrip()
        table.append((scan.id, _minute(scan.started), scan.site or "-", count(scan.found, "device"), told))
    _echo(rows(table, (23, 16, 20, 12), room()))


def scan_object(scan: "ScanSummary") -> dict[str, object]:
    """A saved scan as JSON's types."""
    from netinv.formats.base import stamp

    return {
        "id": scan.id,
        "sensor": scan.sensor,
        "network": scan.site,
        "prefix": scan.network,
        "started": stamp(scan.started),
        "finished": stamp(scan.finished),
        "targets": scan.targets,
        "method": scan.method or None,
        "asked": scan.asked,
        "found": scan.found,
        "new": scan.new,
        "is_partial": scan.is_partial,
    }


def _two(
    inventory: "Inventory", before: str | None, after: str | None, network: str | None
) -> tuple["ScanSummary", "ScanSummary"]:
    """The scans meant, the earlier first: of one network, that of the later one if none is named."""
    from netinv.errors import UsageError
    from netinv.inventory.moments import scan_meant

    for word in (before, after):
        if word and word.startswith("--"):
            raise UsageError(f"there is no option {word}", hint="netinv diff --help")
    now, every = datetime.now(UTC), inventory.scans(network=network)
    other = scan_meant(after or "last", every, now)
    alike = [scan for scan in every if (scan.site, scan.network) == (other.site, other.network)]
    if not before:
        earlier = alike[alike.index(other) + 1 :]
        if not earlier:
            raise UsageError(
                f"there is no scan of {other.site or 'this network'} before {other.id}", hint="scan again, or name two scans"
            )
        return earlier[0], other
    # `-1` and the like count in the network; a scan of another network may be named by its id
    one = scan_meant(before, alike, now) if not any(s.id.startswith(before) for s in every) else scan_meant(before, every, now)
    if one.id == other.id:  # of today, or of this week: what is new since it began
        one = _before(before, alike, now) or one
    return (one, other) if every.index(one) >= every.index(other) else (other, one)


def _before(word: str, scans: Sequence["ScanSummary"], now: datetime) -> "ScanSummary | None":
    """The last scan before what a word means began, if it is a moment."""
    from netinv.errors import UsageError
    from netinv.inventory.moments import moment_meant

    try:
        at = moment_meant(word, now)
    except UsageError:
        return None
    return next((scan for scan in scans if scan.started < at), None)


def _told(one: "ScanSummary", other: "ScanSummary", found: "Comparison", width: int | None) -> Iterator[str]:
    from netinv.formats.changes import sentence
    from netinv.formats.words import count, verdict_line

    where = f" in {other.site}" if other.site else ""
    several = _are_several((one.sensor, other.sensor))
    looks = (f"{scan.id} ({_minute(scan.started)}{_by(scan.sensor, several)})" for scan in (one, other))
    yield from fitted(f"{' -> '.join(looks)}{where}", width)
    table = []
    for difference in found.differences:
        device = difference.device
        word = difference.kind if difference.kind != "changed" else ""
        what = verdict_line(device.verdict) if difference.kind == "new" else "; ".join(map(sentence, difference.changes))
        if difference.kind == "gone":
            what = f"last seen {_minute(device.last_seen)}" + (f" in {device.network}" if device.presence != "gone" else "")
        table.append((f"{_MARKS[difference.kind]} {_called(device)}", word, what))
    yield from rows(table, (36, 4), width)
    for presence, why in (("asleep", "silent, as it may be for a while"), ("unasked", "not asked by the later scan")):
        quiet = [_called(device) for device in found.silent if device.presence == presence]
        if quiet:
            yield from fitted(f"  {count(len(quiet), 'device')} {why}: {_some(quiet)}", width)
    if not found.differences:
        yield "no differences"


def _document(one: "ScanSummary", other: "ScanSummary", found: "Comparison") -> dict[str, object]:
    from netinv.formats.changes import change_object

    return {
        "schema": "netinv-diff/1",
        "before": scan_object(one),
        "after": scan_object(other),
        "differences": [
            {"kind": d.kind, **_device_object(d.device), "changes": [change_object(change) for change in d.changes]}
            for d in found.differences
        ],
        "silent": [{"presence": device.presence, **_device_object(device)} for device in found.silent],
    }


def _device_object(device: "Device") -> dict[str, object]:
    return {"id": device.id, "name": device.name, "ip": device.ip, "mac": device.mac, "is": device.verdict.kind}


def _are_several(sensors: Iterable[str]) -> bool:
    """Whether it matters who told."""
    return len(set(sensors) - {""}) > 1


def _by(sensor: str, several: bool) -> str:
    return f"  by {sensor}" if sensor and several else ""


def _called(device: "Device") -> str:
    return " ".join(filter(None, (device.ip, device.name))) or device.mac or device.id


def _standing(device: "Device") -> str:
    seen = f"last seen {_minute(device.last_seen)}"
    return {"here": "here", "asleep": f"asleep, {seen}", "unasked": f"not asked since, {seen}", "gone": f"gone, {seen}"}[
        device.presence
    ]


def _some(words: Sequence[str], most: int = 5) -> str:
    return ", ".join(words[:most]) + (f" and {len(words) - most} more" if len(words) > most else "")


def _minute(at: datetime) -> str:
    return f"{at.astimezone():%Y-%m-%d %H:%M}"


def _echo(lines: Iterable[str]) -> None:
    for line in lines:
        typer.echo(line)


def _write_json(document: object) -> None:
    from netinv.formats.json import encode

    typer.echo(encode(document))
