"""Two devices of the inventory that turn out to be one, such as this machine by wire and by wireless, each first seen alone."""

from netinv.inventory.database import Database
from netinv.inventory.history import MEASURED
from netinv.inventory.known import stored_one
from netinv.inventory.parting import part, partners
from netinv.inventory.rows import number, pack, unpack


def join(db: Database, device: int, other: int, scan: int) -> str:
    """Make all that is kept of `other` the kept of `device`, by their numbers; its id, which stays good. Within a transaction."""
    former = stored_one(db, other)
    db.run(_END_DOUBLES, scan, other, device, *MEASURED)
    for table in ("evidence", "clues", "events", "links"):
        db.run(f"UPDATE {table} SET device = ? WHERE device = ?", device, other)
    # What both have, such as a trace both gave, is the first's.
    for statement in _MOVE_UNLESS_THERE:
        db.run(statement, device, other, device)
    for table in ("annotations", "traces"):
        db.run(f"DELETE FROM {table} WHERE device = ?", other)
    # Whom the user parted from the one is none of the other either.
    part(db, device, partners(db, other) - {device})
    db.run("DELETE FROM partings WHERE one = ? OR other = ?", other, other)
    db.run("INSERT INTO clues (kind, value, device) VALUES ('id', ?, ?)", former.id, device)
    db.run("DELETE FROM opinions WHERE device IN (?, ?)", device, other)
    db.run(_EARLIER, other, other, device)
    if former.last_scan > stored_one(db, device).last_scan:
        db.run(_LATER, other, device)
    # SQLite may give the number to the next device
    for at, row in db.all("SELECT number, present FROM scans"):
        if other in (present := unpack(row)):
            db.run("UPDATE scans SET present = ? WHERE number = ?", pack(present - {other} | {device}), number(at))
    db.run("DELETE FROM devices WHERE number = ?", other)
    return former.id


_NOW = "network, last_seen, last_scan, heard, missed, silent, longest, gone, rtt"
# A fact is held once: in one network both may have been heard to say the same.
_END_DOUBLES = f"""
    UPDATE evidence SET ended = ? WHERE device = ? AND ended IS NULL AND EXISTS (
        SELECT 1 FROM evidence o WHERE o.device = ? AND o.ended IS NULL AND o.network = evidence.network
        AND o.address = evidence.address AND o.key = evidence.key AND o.probe = evidence.probe
        AND (o.value = evidence.value OR o.key IN ({", ".join("?" * len(MEASURED))})))"""
_MOVE_UNLESS_THERE = (
    """UPDATE annotations SET device = ? WHERE device = ? AND NOT EXISTS (
        SELECT 1 FROM annotations o WHERE o.device = ? AND o.field = annotations.field)""",
    """UPDATE traces SET device = ? WHERE device = ? AND NOT EXISTS (
        SELECT 1 FROM traces o WHERE o.device = ? AND o.kind = traces.kind AND o.value = traces.value)""",
)
# Where it is now, and how it keeps there, tells who was heard last.
_LATER = f"UPDATE devices SET ({_NOW}) = (SELECT {_NOW} FROM devices WHERE number = ?) WHERE number = ?"
_EARLIER = """
    UPDATE devices SET first_seen = (SELECT first_seen FROM devices WHERE number = ?)
    WHERE first_seen > (SELECT first_seen FROM devices WHERE number = ?) AND number = ?"""
