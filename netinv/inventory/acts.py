"""What the user does to the inventory, each act kept with what it takes to undo it."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from netinv.errors import UsageError
from netinv.inventory.annotations import annotation_rows
from netinv.inventory.database import Database
from netinv.inventory.events import write_events
from netinv.inventory.known import as_kept, stored_one
from netinv.inventory.lookup import last_number, numbers_of
from netinv.inventory.reference import unknown
from netinv.inventory.regrouping import OWNED, merge, split, still_there, undo_merge, undo_split
from netinv.inventory.rows import Damaged, microseconds, number, read_evidence, text
from netinv.inventory.sites import rename
from netinv.model import Annotations, Change, Device
from netinv.text import clean

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


def unite(db: Database, devices: Sequence[str]) -> Change:
    """Make these devices, by their ids, one, which goes on by the name of the first; the last change. Within a transaction."""
    numbers = [_number(db, device) for device in devices]
    if len(set(numbers)) < len(numbers) or len(numbers) < 2:
        raise UsageError("a device is one with itself", hint="name two devices; `netinv split` parts one")
    *names, last = [called(db, device) for device in numbers]
    name, is_his, done = _seen(db, numbers[0]).name, "name" in _said(db, numbers[0]), []
    for other in devices[1:]:
        change, before = merge(db, _number(db, devices[0]), _number(db, other))
        _note(db, [(_number(db, change.device), change)])
        done.append(before)
    united = _number(db, change.device)
    if name and name != _seen(db, united).name and (is_his or "name" not in _said(db, united)):
        db.run("DELETE FROM annotations WHERE device = ? AND field = 'name'", united)
        db.run("INSERT INTO annotations (device, field, value) VALUES (?, 'name', ?)", united, name)
    keep(db, f"{', '.join(names)} and {last} made one", {"merge": done})
    return change


def part(db: Database, device: str, words: Collection[str], keeping: str | None) -> Change:
    """Make what has these addresses a device of its own, as `Inventory.split`; within a transaction."""
    parted = _number(db, device)
    change, before = split(db, parted, words, keeping)
    keep(db, f"{called(db, _number(db, before['new']))} parted from {called(db, parted)}", {"split": before})
    _note(db, [(parted, change)])
    return change


def name_network(db: Database, word: str, name: str) -> None:
    """Call a network by another name, as `Inventory.name_network`; within a transaction."""
    site = rename(db, word, name)
    if site.name != clean(name):
        keep(db, f"name of the network {site.label} set", {"network": {"number": site.number, "name": site.name}})


def undo(db: Database) -> str | None:
    """Take back the last act, which history tells in turn; within a transaction."""
    for row, says, before in db.all("SELECT number, says, before FROM acts ORDER BY number DESC LIMIT 1"):
        act = _parsed(before)
        match act:
            case {"annotations": dict(were)}:
                events = _undo_annotations(db, were)
            case {"merge": dict(was)}:  # as an older netinv kept it
                events, act = [undo_merge(db, was)], {"scan": was["last_scan"]}
            case {"merge": list(all_of_it)}:
                events = [undo_merge(db, was) for was in reversed(all_of_it)]
            case {"split": dict(was)}:
                events = [undo_split(db, was)]
            case {"network": dict(was)}:
                db.run("UPDATE networks SET name = ? WHERE number = ?", text(was["name"]), number(was["number"]))
                events = []
            case _:
                raise Damaged("an act nobody can undo")
        # as of the scan the act was of: between any two scans there are then both, or neither
        _note(db, events, number(act["scan"]) if "scan" in act else None)
        db.run("DELETE FROM acts WHERE number = ?", number(row))
        return text(says)
    return None


def forget_acts(db: Database, before: datetime) -> None:
    """Forget what was done by then, and all up to what can no longer be undone, since what it was done to is forgotten.

    What is left names rows that are there: the numbers of others may be given anew. Within a transaction.
    """
    db.run("DELETE FROM acts WHERE at < ?", microseconds(before))
    ids = {text(name) for (name,) in db.all("SELECT id FROM devices UNION SELECT value FROM clues WHERE kind = 'id'")}
    there = {table: {number(n) for (n,) in db.all(f"SELECT number FROM {table}")} for table in (*OWNED, "devices")}
    for row, kept in db.all("SELECT number, before FROM acts ORDER BY number"):
        act = _parsed(kept)
        match act:
            case {"annotations": _} | {"network": _}:
                can_be_undone = True
            case {"merge": dict(was)}:
                can_be_undone = was["kept"] in ids and still_there(was, there)
            case {"merge": list(merged)}:
                can_be_undone = all(was["kept"] in ids and still_there(was, there) for was in merged)
            case {"split": {"device": device, "new": new}}:
                can_be_undone = device in ids and new in ids
            case _:
                can_be_undone = False
        if can_be_undone:
            db.run("UPDATE acts SET before = ? WHERE number = ?", json.dumps(act), number(row))
        else:
            db.run("DELETE FROM acts WHERE number <= ?", number(row))


def keep(db: Database, says: str, before: Mapping[str, object]) -> None:
    """Remember an act."""
    this = last_number(db, "acts") + 1
    db.run(
        "INSERT INTO acts (number, at, says, before) VALUES (?, ?, ?, ?)",
        this, microseconds(datetime.now(UTC)), says, json.dumps({**before, "scan": last_number(db, "scans")}),
    )  # fmt: skip
    db.run("DELETE FROM acts WHERE number <= ?", this - KEPT)


def called(db: Database, device: int) -> str:
    """`10.0.0.20 tv (d0123456789)`: a device as it is known today, by its number."""
    seen = _seen(db, device)
    return " ".join(filter(None, (seen.ip, seen.name, f"({seen.id})")))


def _seen(db: Database, device: int) -> Device:
    """A device with its id, and the name it is shown by."""
    known = stored_one(db, device)
    query = "SELECT address, key, value, probe, last_seen FROM evidence WHERE device = ? AND network = ? AND ended IS NULL"
    seen = as_kept(known, map(read_evidence, db.all(query, device, known.network)))
    return replace(seen, id=known.id, name=_said(db, device).get("name") or seen.name)


def _number(db: Database, device: str) -> int:
    """Of the device with this id."""
    for found in numbers_of(db, device):
        return found
    raise unknown(device, ())


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


def _note(db: Database, events: list[tuple[int, Change]], scan: int | None = None) -> None:
    """As of that scan, or of the last."""
    write_events(db, last_number(db, "scans") if scan is None else scan, events)


def _parsed(row: object) -> Any:
    try:
        return json.loads(text(row))
    except (ValueError, RecursionError) as error:
        raise Damaged("text that should be JSON") from error
