"""Forgetting what is long past, so that an inventory of many years stays small."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple

from netinv.errors import StoreError
from netinv.inventory.acts import forget_acts
from netinv.inventory.database import Database
from netinv.inventory.rows import Damaged, microseconds, number


class Pruned(NamedTuple):
    """How much was forgotten."""

    scans: int
    changes: int
    facts: int
    """Which no longer held."""
    devices: int
    """Not seen since, and of which the user has said nothing."""


def prune(db: Database, before: datetime, *, dry_run: bool = False) -> Pruned:
    """Forget what was over by then, but for the last scan of each network; within a transaction."""
    at = microseconds(before)
    counts = [number(db.all(f"SELECT count(*) FROM {rest}", at)[0][0]) for rest in (_SCANS, _EVENTS, _FACTS, _DEVICES)]
    if not dry_run:
        lost = f"SELECT number FROM {_DEVICES}"
        for table in ("opinions", "clues", "evidence", "events", "annotations", "traces", "links"):
            db.run(f"DELETE FROM {table} WHERE device IN ({lost})", at)
        db.run(f"DELETE FROM partings WHERE one IN ({lost}) OR other IN ({lost})", at, at)
        for rest in (_EVENTS, _FACTS, _SCANS, _DEVICES):
            db.run(f"DELETE FROM {rest}", at)
        forget_acts(db, before)
    return Pruned(*counts)


def unreadable(readers: Mapping[str, Callable[[], object]]) -> tuple[str, ...]:
    """What cannot be understood of what the database hands out as whole: somebody else has written it. By what each reads."""
    found = []
    for what, read in readers.items():
        try:
            read()
        except StoreError as error:
            if not isinstance(error.__cause__, Damaged):
                raise
            found.append(f"{what} cannot be read: {error.__cause__}")
    return tuple(found)


_SCANS = "scans WHERE finished < ? AND number NOT IN (SELECT max(number) FROM scans GROUP BY network)"
_EVENTS = "events WHERE at < ?"
_FACTS = "evidence WHERE ended IS NOT NULL AND last_seen < ?"
_DEVICES = "devices WHERE last_seen < ? AND number NOT IN (SELECT device FROM annotations)"
