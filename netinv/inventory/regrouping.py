"""`merge` and `split`: the user says which devices are one, and which are two; and how either is undone."""

from collections.abc import Collection, Mapping, Sequence, Set
from datetime import UTC, datetime
from typing import Any

from netinv.errors import UsageError
from netinv.inventory.database import Database
from netinv.inventory.identity import by_number, device_id
from netinv.inventory.joining import join
from netinv.inventory.kin import write_links
from netinv.inventory.known import stored_one
from netinv.inventory.lookup import among, last_number, numbers_of
from netinv.inventory.parting import PIN, part, partners, pin, pinned_to
from netinv.inventory.rows import number, pack, read_evidence, text, unpack
from netinv.inventory.share import FACT, belonging, read_fact, share
from netinv.inventory.traces import traces
from netinv.model import YOU, Change, Link

_COLUMNS = "id, network, first_seen, last_seen, first_scan, last_scan, heard, missed, silent, longest, gone, rtt"
OWNED = ("evidence", "events", "links")
"""Tables whose rows go from one device to another by their number."""


def merge(db: Database, one: int, other: int) -> tuple[Change, dict[str, Any]]:
    """Make two devices one, that which was known first; what changed, and what it takes to undo it. Within a transaction."""
    kept, gone = sorted((one, other))
    before = _snapshot(db, gone, kept)
    names = [_shown(db, device) for device in (kept, gone)]
    db.run("DELETE FROM partings WHERE one = ? AND other = ?", kept, gone)
    known = stored_one(db, kept)
    scan = last_number(db, "scans")
    former = join(db, kept, gone, scan)
    write_links(db, kept, scan, [Link(names[1], names[0], YOU, "", 1.0)])
    _settle(db, [kept])
    return Change(datetime.now(UTC), known.id, "joined", former, known.id, "you"), before


def split(db: Database, device: int, words: Collection[str], keeping: str | None = None) -> tuple[Change, dict[str, Any]]:
    """Make what has these MAC addresses and IP addresses a device of its own, as `Inventory.split`; within a transaction."""
    known = stored_one(db, device)
    facts = [read_fact(row) for row in db.all(f"SELECT {FACT} FROM evidence WHERE device = ?", device)]
    owned = {text(value) for (value,) in db.all("SELECT value FROM clues WHERE kind = 'mac' AND device = ?", device)}
    owned |= {fact.evidence.value for fact in facts if fact.evidence.key == "mac"}
    addresses = {fact.evidence.address for fact in facts}
    if strange := [word for word in words if word not in owned | addresses]:
        listed = ", ".join(sorted(owned | addresses)[:8])
        raise UsageError(f"'{strange[0]}' is no address of {known.id}", hint=f"it has {listed}")
    first = min((f.evidence.address for f in facts if f.holds and f.network == known.network), key=by_number, default="")
    moved, macs, alone = share(facts, words, {keeping or first, *pinned_to(db, device), *belonging(facts, words)})
    left = [fact for fact in facts if fact not in moved]
    if not moved or not left or all(fact in moved for fact in facts if fact.holds):
        raise UsageError("nothing would be left of the device", hint="name some of its addresses, and not all")
    new = last_number(db, "devices") + 1
    _begin(db, device, new, _free_id(db, known.id, words))
    db.run_all("UPDATE evidence SET device = ? WHERE number = ?", [(new, fact.number) for fact in moved])
    heard = {fact.evidence.value for fact in moved if fact.evidence.key == "mac"}
    kept = {fact.evidence.value for fact in left if fact.evidence.key == "mac"}
    for mac in owned & (macs | heard) - kept:
        db.run("UPDATE clues SET device = ? WHERE kind = 'mac' AND value = ?", new, mac)
    db.run_all(
        "INSERT INTO clues (kind, value, device) VALUES (?, ?, ?)"
        " ON CONFLICT (kind, value) DO UPDATE SET device = excluded.device",
        [(PIN, pin(network, address), new) for network, address in sorted(alone)],
    )
    db.run("UPDATE clues SET device = ? WHERE kind = 'address' AND device = ?" + _in("value", words), new, device, *words)
    part(db, new, {device, *partners(db, device)})  # what the one is not, no part of it is
    _attend(db, device, new, [(fact.first_scan, fact.last_scan) for fact in moved])
    lost = _part_links(db, device, new, {*words, *macs})
    _settle(db, [device, new])
    made = stored_one(db, new)
    before = {"device": known.id, "new": made.id, "links": lost}
    return Change(datetime.now(UTC), known.id, "parted", None, made.id, "you"), before


def undo_merge(db: Database, was: Mapping[str, Any]) -> tuple[int, Change]:
    """Make the two again what they were, with what was heard since where the one's addresses are; what that changes."""
    kept = _number(db, was["kept"])
    new = last_number(db, "devices") + 1
    db.run("DELETE FROM clues WHERE kind = 'id' AND value = ?", was["row"][0])
    marks = ", ".join("?" * (1 + len(was["row"])))
    db.run(f"INSERT INTO devices (number, {_COLUMNS}) VALUES ({marks})", new, *was["row"])
    for table in OWNED:
        db.run_all(f"UPDATE {table} SET device = ? WHERE number = ? AND device = ?", [(new, n, kept) for n in was[table]])
    db.run_all("UPDATE evidence SET ended = NULL WHERE number = ?", [(n,) for n in was["ended"]])
    db.run_all("UPDATE clues SET device = ? WHERE kind = ? AND value = ?", [(new, *clue) for clue in was["clues"]])
    for value in (value for kind, value in was["clues"] if kind == "mac"):
        db.run(_HEARD_SINCE, new, kept, was["last_evidence"], value)
    db.run(_NOT_ENDED, was["last_scan"], kept, new)
    _part_again(db, kept, new, was)
    db.run("DELETE FROM annotations WHERE device = ?", kept)
    for device, rows in ((kept, was["kept_annotations"]), (new, was["annotations"])):
        db.run_all("INSERT INTO annotations (device, field, value) VALUES (?, ?, ?)", [(device, *row) for row in rows])
    db.run(f"DELETE FROM links WHERE device = ? AND kind = '{YOU}' AND number > ?", kept, was["last_link"])
    alone, both = set(was["alone"]), set(was["both"])
    for at, row in db.all("SELECT number, present FROM scans"):
        if (scan := number(at)) in alone | both:
            present = unpack(row) | {new}
            db.run("UPDATE scans SET present = ? WHERE number = ?", pack(present - ({kept} if scan in alone else set())), scan)
    _be_heard_since(db, kept, new, was["last_scan"])
    if stored_one(db, kept).last_scan <= was["last_scan"]:
        db.run(_RESTORE, *was["kept_row"][1:], kept)
    else:
        db.run("UPDATE devices SET first_seen = ? WHERE number = ?", was["kept_row"][2], kept)
    _settle(db, [kept, new])
    return kept, Change(datetime.now(UTC), stored_one(db, kept).id, "parted", None, text(was["row"][0]), "you")


def still_there(was: dict[str, Any], there: Mapping[str, Set[int]]) -> bool:
    """Take out of what undoes a merge the rows that are not `there`, by table; whether enough is left to undo it."""
    for table in OWNED:
        was[table] = [n for n in was[table] if n in there[table]]
    was["ended"] = [n for n in was["ended"] if n in there["evidence"]]
    for which, table in (("last_evidence", "evidence"), ("last_link", "links")):
        was[which] = min(was[which], max(there[table], default=0))
    for which in {"partings", "kept_partings"} & was.keys():
        was[which] = [n for n in was[which] if n in there["devices"]]
    return bool(was["evidence"])


def undo_split(db: Database, was: Mapping[str, Any]) -> tuple[int, Change]:
    """Make the two one again; what that changes."""
    device, new = _number(db, was["device"]), _number(db, was["new"])
    db.run("DELETE FROM clues WHERE kind = ? AND device = ?", PIN, new)
    former = join(db, device, new, last_number(db, "scans"))
    for scan, one, other, kind, value, strength in was.get("links", ()):  # which an act of an older netinv has not
        write_links(db, device, number(scan), [Link(text(one), text(other), text(kind), text(value), float(strength))])
    _settle(db, [device])
    known = stored_one(db, device)
    return device, Change(datetime.now(UTC), known.id, "joined", former, known.id, "you")


# While they were one, the answer of one ended what was known of the other: it had moved, so it seemed.
_NOT_ENDED = """
    UPDATE evidence SET ended = NULL WHERE ended > ? AND device IN (?, ?) AND NOT EXISTS (
        SELECT 1 FROM evidence n WHERE n.device = evidence.device AND n.network = evidence.network
        AND n.address = evidence.address AND n.key = evidence.key AND n.probe = evidence.probe AND n.number > evidence.number)"""
_RESTORE = f"UPDATE devices SET ({_COLUMNS.removeprefix('id, ')}) = ({', '.join('?' * 11)}) WHERE number = ?"
_HEARD_SINCE = """
    UPDATE evidence SET device = ? WHERE device = ? AND number > ? AND EXISTS (
        SELECT 1 FROM evidence m WHERE m.network = evidence.network AND m.address = evidence.address
        AND m.key = 'mac' AND m.value = ?)"""


def _snapshot(db: Database, device: int, kept: int) -> dict[str, Any]:
    """All that makes a device, before it is joined to another."""
    [row], [kept_row] = (db.all(f"SELECT {_COLUMNS} FROM devices WHERE number = ?", n) for n in (device, kept))
    scans = [(number(at), unpack(present)) for at, present in db.all("SELECT number, present FROM scans")]
    numbers = {table: [number(n) for (n,) in db.all(f"SELECT number FROM {table} WHERE device = ?", device)] for table in OWNED}
    ended = db.all("SELECT number FROM evidence WHERE device = ? AND ended IS NULL", device)
    return {
        **numbers,
        "row": list(row),
        "kept": stored_one(db, kept).id,
        "kept_row": list(kept_row),
        "last_scan": last_number(db, "scans"),
        "ended": [number(n) for (n,) in ended],
        "clues": [[text(k), text(v)] for k, v in db.all("SELECT kind, value FROM clues WHERE device = ?", device)],
        "annotations": _annotations(db, device),
        "kept_annotations": _annotations(db, kept),
        "last_evidence": last_number(db, "evidence"),
        "last_link": last_number(db, "links"),
        "alone": [at for at, present in scans if device in present and kept not in present],
        "partings": sorted(partners(db, device)),
        "kept_partings": sorted(partners(db, kept) - {device}),
        "both": [at for at, present in scans if device in present and kept in present],
    }


def _part_again(db: Database, kept: int, new: int, was: Mapping[str, Any]) -> None:
    """Whom the user had parted from either, as far as they are still there."""
    if "partings" not in was:  # an act of an older netinv
        return
    here = {number(n) for (n,) in db.all("SELECT number FROM devices")}
    db.run("DELETE FROM partings WHERE one = ? OR other = ?", kept, kept)
    part(db, kept, here.intersection(was["kept_partings"]))
    part(db, new, here.intersection(was["partings"]))


def _annotations(db: Database, device: int) -> list[list[str]]:
    return [[text(f), text(v)] for f, v in db.all("SELECT field, value FROM annotations WHERE device = ?", device)]


def _begin(db: Database, device: int, new: int, name: str) -> None:
    """A device that is as the other: it was there as often."""
    rest = _COLUMNS.removeprefix("id, ")
    db.run(f"INSERT INTO devices (number, id, {rest}) SELECT ?, ?, {rest} FROM devices WHERE number = ?", new, name, device)


def _attend(db: Database, device: int, new: int, spans: Sequence[tuple[int, int]]) -> None:
    """It was in those scans of the other in which it was heard."""
    for at, row in db.all("SELECT number, present FROM scans"):
        scan, present = number(at), unpack(row)
        if device in present and any(first <= scan <= last for first, last in spans):
            db.run("UPDATE scans SET present = ? WHERE number = ?", pack(present | {new}), scan)


def _be_heard_since(db: Database, kept: int, new: int, then: int) -> None:
    """What was heard of a device after that scan, while it was one with another, makes it as present as that."""
    rows = db.all("SELECT first_scan, last_scan, last_seen FROM evidence WHERE device = ? AND last_scan > ?", new, then)
    if rows:
        _attend(db, kept, new, [(max(number(first), then + 1), number(last)) for first, last, _ in rows])
        last, seen = max(number(row[1]) for row in rows), max(number(row[2]) for row in rows)
        db.run("UPDATE devices SET last_scan = ?, last_seen = ?, silent = 0, gone = NULL WHERE number = ?", last, seen, new)


def _part_links(db: Database, device: int, new: int, gone: Collection[str]) -> list[list[Any]]:
    """Give why the parted one is one to it, and forget why the two were one; what is forgotten."""
    lost: list[list[Any]] = []
    for row, *link in db.all("SELECT number, scan, one, other, kind, value, strength FROM links WHERE device = ?", device):
        if link[1] in gone and link[2] in gone:
            db.run("UPDATE links SET device = ? WHERE number = ?", new, number(row))
        elif link[1] in gone or link[2] in gone:
            db.run("DELETE FROM links WHERE number = ?", number(row))
            lost.append(link)
    return lost


def _settle(db: Database, devices: Collection[int]) -> None:
    """Make anew what follows from the evidence: opinions when they are next read, traces now."""
    db.run("DELETE FROM opinions WHERE 1 = 1" + among("device", devices))
    db.run("DELETE FROM traces WHERE 1 = 1" + among("device", devices))
    for device in devices:
        rows = db.all("SELECT address, key, value, probe, last_seen FROM evidence WHERE device = ? AND ended IS NULL", device)
        left = traces(map(read_evidence, rows))
        db.run_all("INSERT INTO traces (kind, value, device) VALUES (?, ?, ?)", [(*trace, device) for trace in left])


def _free_id(db: Database, former: str, words: Collection[str]) -> str:
    found = (("mac", min(words)),)
    while numbers_of(db, name := device_id(found)):
        found = (("not", f"{former} {name}"),)
    return name


def _shown(db: Database, device: int) -> str:
    """What a device is called in a link: its first MAC, else its id."""
    macs = db.all("SELECT value FROM clues WHERE kind = 'mac' AND device = ? ORDER BY value", device)
    return text(macs[0][0]) if macs else stored_one(db, device).id


def _number(db: Database, name: object) -> int:
    for device in numbers_of(db, str(name)):
        return device
    raise UsageError(f"the device {name} is no longer there", hint="it cannot be undone")


def _in(column: str, words: Collection[str]) -> str:
    return f" AND {column} IN ({', '.join('?' * len(words)) or 'NULL'})"
