"""What is different between two scans of one network: who is new, back or gone, and what changed of those who stayed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from netinv.errors import UsageError
from netinv.inventory.absence import nodes_asked, ways_to_ask
from netinv.inventory.database import Database
from netinv.inventory.events import Event, read_events
from netinv.inventory.history import asking
from netinv.inventory.known import load
from netinv.inventory.rows import number, text, unpack
from netinv.model import Change, Device, Presence


class Difference(NamedTuple):
    """What became of one device between the two."""

    kind: Literal["new", "back", "gone", "changed"]
    device: Device
    """As it is known today, without evidence."""
    changes: tuple[Change, ...]
    """Each field once: as it was at the first scan, and as it was at the second."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two looks at one network."""

    differences: tuple[Difference, ...]
    """In the order new, back, gone, changed."""
    silent: tuple[Device, ...]
    """Who the second scan did not hear without being gone: asleep, or not asked."""


class _Known(NamedTuple):
    """Where a device stands today."""

    id: str
    network: int
    first_scan: int
    is_gone: bool


_ORDER = ("new", "back", "gone", "changed")


def compare(db: Database, before: int, after: int) -> Comparison:
    """From one scan, by its number, to a later one; UsageError if they are of two networks."""
    scans = {
        number(n): (number(network), text(sensor), text(targets), text(method), bool(partial), unpack(present))
        for n, network, sensor, targets, method, partial, present in db.all(
            "SELECT number, network, sensor, targets, method, is_partial, present FROM scans WHERE number IN (?, ?)",
            before,
            after,
        )
    }
    network, sensor, targets, method, is_partial, present = scans[after]
    if scans[before][0] != network:
        raise UsageError("these scans are of two networks", hint="name two scans of one; `netinv scans` lists them")
    later = read_events(db, " AND e.scan > ?", before)
    by_device: dict[int, list[Event]] = defaultdict(list)
    for event in later:  # latest first
        by_device[event.device].append(event)
    query = "SELECT number, id, network, first_scan, gone FROM devices WHERE first_scan <= ?"
    known = {
        number(n): _Known(text(name), number(site), number(first), gone is not None)
        for n, name, site, first, gone in db.all(query, after)
    }
    then = {
        n for n, k in known.items() if k.first_scan <= before and _stood(k.is_gone, k.network, by_device[n], before) == network
    }
    now = {n for n, k in known.items() if _stood(k.is_gone, k.network, by_device[n], after) == network}
    kinds: dict[int, Literal["new", "back", "gone", "changed"]] = {}
    kinds |= {n: "new" if known[n].first_scan > before else "back" for n in now - then}
    kinds |= dict.fromkeys(then - now, "gone")
    changes = {n: net(e.change for e in reversed(events) if e.scan <= after) for n, events in by_device.items()}
    kinds |= {n: "changed" for n in now & then if changes.get(n)}
    silent = now - present
    devices = {d.id: d for d in load(db, {*kinds, *silent}, brief=True)}
    asked = asking(sensor, targets, is_partial, ())
    echoing = {known[n].id for n in nodes_asked(db, method, asked, network, silent)}
    differences = [
        Difference(kind, devices[known[n].id], changes.get(n, ())) for n, kind in kinds.items() if known[n].id in devices
    ]
    differences.sort(key=lambda difference: _ORDER.index(difference.kind))
    quiet = (devices[known[n].id] for n in silent if known[n].id in devices and n not in kinds)
    return Comparison(
        tuple(differences),
        tuple(
            _silent(d, "asleep" if d.id in echoing or ways_to_ask(method, d.macs, d.addresses, asked) else "unasked")
            for d in quiet
        ),
    )


def _silent(device: Device, presence: Presence) -> Device:
    return device if device.presence == presence else replace(device, presence=presence)


def net(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Of changes in order, what they come to: what is again as it was has not changed, nor who was joined and parted."""
    found: dict[str, Change] = {}
    for change in changes:
        if change.field in ("device", "presence", "network"):
            continue
        if change.field in ("joined", "parted"):
            other = change.before if change.field == "joined" else change.after
            if found.pop(f"one with {other}", None) is None:
                found[f"one with {other}"] = change
            continue
        was = found.get(change.field)
        found[change.field] = replace(change, before=was.before) if was else change
    return tuple(change for change in found.values() if change.before != change.after)


def _stood(is_gone: bool, network: int, events: Sequence[Event], scan: int) -> int | None:
    """The network a device counted as present in after a scan, from where it stands now and what happened since; latest first."""
    for event in events:
        if event.scan <= scan:  # what was undone is of the scan at which it was done
            continue
        if event.change.field == "presence":
            is_gone = event.change.before == "gone"
        elif event.change.field == "network" and event.change.before is not None and event.change.before.isdecimal():
            network = int(event.change.before)
    return None if is_gone else network


def labelled(changes: Iterable[Change], labels: Mapping[int, str]) -> tuple[Change, ...]:
    """The changes with each network by what it is called now."""

    def name(value: str | None) -> str | None:
        return labels.get(int(value), value) if value is not None and value.isdecimal() else value

    return tuple(replace(c, before=name(c.before), after=name(c.after)) if c.field == "network" else c for c in changes)
