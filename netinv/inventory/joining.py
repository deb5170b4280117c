"""Two devices of the inventory that turn out to be one, such as this machine by wire and by wireless, each first seen alone."""

from netinv.inventory.database import Database
from netinv.inventory.history import MEASURED
from netinv.inventory.known import stored_one
from netinv.inventory.rows import number, pack, unpack


def join(db: Database, device: int, other: int, scan: int) -> None:
    """Make all that is kept of `other` the kept of `device`, by their numbers; its id stays good. Within a transaction."""
    former = stored_one(db, other)
    db.run(_END_DOUBLES, scan, other, device, *MEASURED)
    db.run("UPDATE evidence SET device = ? WHERE device = ?", device, other)
    db.run("UPDATE clues SET device = ? WHERE device = ?", device, other)
    db.run("INSERT INTO clues VALUES ('id', ?, ?)", former.id, device)
    db.run("DELETE FROM opinions WHERE device IN (?, ?)", device, other)
    db.run(
        "UPDATE devices SET first_seen = min(first_seen, (SELECT first_seen FROM devices WHERE number = ?)) WHERE number = ?",
        other, device,
    )  # fmt: skip
    # SQLite may give the number to the next device
    for at, row in db.all("SELECT number, present FROM scans"):
        if other in (present := unpack(row)):
            db.run("UPDATE scans SET present = ? WHERE number = ?", pack(present - {other} | {device}), number(at))
    db.run("DELETE FROM devices WHERE number = ?", other)


# A fact is held once: in one network both may have been heard to say the same.
_END_DOUBLES = f"""
    UPDATE evidence SET ended = ? WHERE device = ? AND ended IS NULL AND EXISTS (
        SELECT 1 FROM evidence o WHERE o.device = ? AND o.ended IS NULL AND o.network = evidence.network
        AND o.address = evidence.address AND o.key = evidence.key AND o.probe = evidence.probe
        AND (o.value = evidence.value OR o.key IN ({", ".join("?" * len(MEASURED))})))"""  # noqa: S608 - marks alone
