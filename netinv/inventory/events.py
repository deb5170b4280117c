"""What changed, kept once and read in order."""

from collections.abc import Iterable
from typing import NamedTuple

from netinv.inventory.database import Database
from netinv.inventory.rows import ALL, Damaged, microseconds, moment, number, optional_text, text
from netinv.model import Change


class Event(NamedTuple):
    """A row of `events`."""

    scan: int
    device: int
    change: Change


def write_events(db: Database, scan: int, events: Iterable[tuple[int, Change]]) -> None:
    """Keep what changed of each device's number."""
    db.run_all(
        "INSERT INTO events (scan, at, device, field, before, after, told_by) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(scan, microseconds(c.at), device, c.field, c.before, c.after, c.by) for device, c in events],
    )


def read_events(db: Database, where: str = "", *values: object, limit: int | None = None) -> list[Event]:
    """Those that `where` (` AND e.device = ?`) lets through, the latest `limit` of them, latest first."""
    query = (
        "SELECT e.scan, e.device, e.at, d.id, e.field, e.before, e.after, e.told_by, coalesce(s.sensor, '') FROM events e"
        " JOIN devices d ON d.number = e.device LEFT JOIN scans s ON s.number = e.scan AND e.told_by = 'scan' WHERE 1 = 1"
        + where
        + " ORDER BY e.number DESC LIMIT ?"
    )
    found = []
    for scan, device, at, name, field, before, after, by, sensor in db.all(query, *values, ALL if limit is None else limit):
        match by:
            case "scan" | "you":
                told = optional_text(before), optional_text(after)
                change = Change(moment(at), text(name), text(field), *told, by, text(sensor))
                found.append(Event(number(scan), number(device), change))
            case _:
                raise Damaged("a change nobody told of")
    return found
