"""What the user does to the inventory, each act kept with what it takes to undo it."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from netinv.inventory.annotations import annotation_rows
from netinv.inventory.database import Database
from netinv.inventory.events import write_events
from netinv.inventory.known import as_kept, stored_one
from netinv.inventory.lookup import last_number, numbers_of
from netinv.inventory.regrouping import undo_merge, undo_split
from netinv.inventory.rows import Damaged, microseconds, number, read_evidence, text
from netinv.model import Annotations, Change

KEPT = 100
"""Acts that can be undone."""


def annotate(db: Database, said: Mapping[int, Annotations]) -> tuple[Change, ...]:
    """Keep what the user says of these devices, by number; within a transaction."""
    before: dict[str, dict[str, str]] = {}
    events: list[tuple[int, Change]] = []
    for device, words in said.items():
        known = stored_one(db, device)
        were, rows = _said(db, device), annotation_rows(words)
        if told := _replace(db, device, known.id, were, rows):
            before[known.id] = were
            events += [(device, change) for change in told]
    if before:
        names = ", ".join(dict.fromkeys(change.field for _, change in events))
        about = called(db, events[0][0]) if len(before) == 1 else f"{len(before)} devices"
        keep(db, f"{names} of {about} set", {"annotations": before})
        _note(db, events)
    return tuple(change for _, change in events)


def regroup(db: Database, change: Change, before: Mapping[str, object], says: str) -> Change:
    """Note that two devices are now one, or one two; within a transaction."""
    [device] = numbers_of(db, change.device)
    keep(db, says, before)
    _note(db, [(device, change)])
    return change


def undo(db: Database) -> str | None:
    """Take back the last act, which history tells in turn; within a transaction."""
    for row, says, before in db.all("SELECT number, says, before FROM acts ORDER BY number DESC LIMIT 1"):
        match _parsed(before):
            case {"annotations": dict(were)}:
                events = _undo_annotations(db, were)
            case {"merge": dict(was)}:
                events = [undo_merge(db, was)]
            case {"split": dict(was)}:
                events = [undo_split(db, was)]
            case _:
                raise Damaged("an act nobody can undo")
        _note(db, events)
        db.run("DELETE FROM acts WHERE number = ?", number(row))
        return text(says)
    return None


def keep(db: Database, says: str, before: Mapping[str, object]) -> None:
    """Remember an act."""
    this = last_number(db, "acts") + 1
    db.run(
        "INSERT INTO acts (number, at, says, before) VALUES (?, ?, ?, ?)",
        this, microseconds(datetime.now(UTC)), says, json.dumps(before),
    )  # fmt: skip
    db.run("DELETE FROM acts WHERE number <= ?", this - KEPT)


def called(db: Database, device: int) -> str:
    """`10.0.0.20 tv (d0123456789)`: a device as it is known today, by its number."""
    known = stored_one(db, device)
    query = "SELECT address, key, value, probe, last_seen FROM evidence WHERE device = ? AND network = ? AND ended IS NULL"
    seen = as_kept(known, map(read_evidence, db.all(query, device, known.network)))
    return " ".join(filter(None, (seen.ip, _said(db, device).get("name") or seen.name, f"({known.id})")))


def _undo_annotations(db: Database, were: Mapping[str, Any]) -> list[tuple[int, Change]]:
    events: list[tuple[int, Change]] = []
    for device_id, rows in were.items():
        for (device,) in db.all("SELECT number FROM devices WHERE id = ?", device_id):
            at = number(device)
            told = _replace(db, at, device_id, _said(db, at), {text(field): text(value) for field, value in rows.items()})
            events += [(at, change) for change in told]
    return events


def _said(db: Database, device: int) -> dict[str, str]:
    rows = db.all("SELECT field, value FROM annotations WHERE device = ?", device)
    return {text(field): text(value) for field, value in rows}


def _replace(db: Database, device: int, name: str, were: Mapping[str, str], rows: Mapping[str, str]) -> list[Change]:
    """Write the rows of a device over those there were; what that changes."""
    db.run("DELETE FROM annotations WHERE device = ?", device)
    db.run_all(
        "INSERT INTO annotations (device, field, value) VALUES (?, ?, ?)",
        [(device, field, value) for field, value in rows.items()],
    )
    now = datetime.now(UTC)
    fields = dict.fromkeys([*were, *rows])
    changed = ((field, were.get(field), rows.get(field)) for field in fields if were.get(field) != rows.get(field))
    return [Change(now, name, field, _listed(field, was), _listed(field, is_now), "you") for field, was, is_now in changed]


def _listed(field: str, value: str | None) -> str | None:
    return ", ".join(value.split()) if value and field == "tags" else value


def _note(db: Database, events: list[tuple[int, Change]]) -> None:
    write_events(db, last_number(db, "scans"), events)


def _parsed(row: object) -> Any:
    try:
        return json.loads(text(row))
    except (ValueError, RecursionError) as error:
        raise Damaged("text that should be JSON") from error
