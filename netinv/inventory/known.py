"""The devices in a database as they are read: what was heard of each, under today's rules."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from netinv.classification.rules import fingerprint
from netinv.errors import StoreError
from netinv.inventory.database import Database
from netinv.inventory.devices import build, derive
from netinv.inventory.identity import by_number
from netinv.inventory.rows import Damaged, moment, names_row, number, optional_text, read_names, read_verdict, text, verdict_row
from netinv.model import Device, Evidence

MOST_FACTS = 2048
"""Evidence shown of one device: a router that answers for a /24 by proxy tells more, and nobody reads it."""


class Opinion(NamedTuple):
    """A row of `opinions` without its device; what it says is looked into only if its rules are today's."""

    rules: object
    verdict: object
    name: object
    names: object
    vendor: object


class Known(NamedTuple):
    """A row of `devices`, and what was last thought of it."""

    number: int
    id: str
    network: int
    first_seen: datetime
    last_seen: datetime
    first_scan: int
    last_scan: int
    opinion: Opinion | None = None


def load(db: Database, numbers: Iterable[int] | None = None) -> tuple[Device, ...]:
    """These devices, or all, by address. Opinions of other rules are formed anew, and kept if the file may be written."""
    rules, found, stale = fingerprint(), [], []
    with db.trouble():
        with db.reading():
            newest = {number(row[0]) for row in db.all("SELECT max(number) FROM scans GROUP BY network")}
            evidence = _held(db, numbers := None if numbers is None else tuple(numbers))
            known = stored(db, numbers)
        for k in known:
            if k.opinion and k.opinion.rules == rules:
                device = as_kept(k, evidence[k.number])
            else:
                device = dated(k, derive(evidence[k.number]))
                stale.append((*opinion(device, rules), k.number, k.last_scan))
            found.append(replace(device, is_new=k.first_scan in newest))
    if stale:
        # unless a scan was saved meanwhile: it has brought opinions of its own
        with suppress(StoreError), db.refreshing():
            db.run_all(_REFRESH, stale)
    return tuple(sorted(found, key=lambda device: by_number(device.ip or "")))


def stored(db: Database, numbers: Sequence[int] | None = None) -> list[Known]:
    """The rows of these devices, or of all."""
    query = (
        "SELECT d.number, d.id, d.network, d.first_seen, d.last_seen, d.first_scan, d.last_scan,"
        " o.rules, o.verdict, o.name, o.names, o.vendor FROM devices d LEFT JOIN opinions o ON o.device = d.number"
    )
    with db.trouble():
        return [
            Known(
                number(row[0]),
                text(row[1]),
                number(row[2]),
                moment(row[3]),
                moment(row[4]),
                number(row[5]),
                number(row[6]),
                None if row[7] is None else Opinion(*row[7:]),
            )
            for row in db.all(query + _among("d.number", numbers, "WHERE"))
        ]


def stored_one(db: Database, device: int) -> Known:
    """The row of a device that there must be."""
    for known in stored(db, (device,)):
        return known
    raise Damaged(f"no device has the number {device}")


def numbers_of(db: Database, first: str, last: str | None = None) -> set[int]:
    """The devices with an id from `first` to `last` (or `first` alone), or with such a one until they were joined to another."""
    with db.trouble():
        return {number(row[0]) for row in db.all(_BY_ID, *(first, first if last is None else last) * 2)}


def names_of(db: Database) -> list[tuple[int, str]]:
    """Every name of every device, with the device's number, as they were last worked out."""
    found = []
    with db.trouble():
        for device, shown, names in db.all("SELECT device, name, names FROM opinions"):
            heard = {name.name for name in read_names(names)} | ({text(shown)} if shown is not None else set())
            found += [(number(device), name) for name in heard]
    return found


def as_kept(known: Known, evidence: Iterable[Evidence]) -> Device:
    """The device as it was thought of when that was last kept."""
    if not known.opinion:
        return dated(known, derive(evidence))
    _, verdict, name, names, vendor = known.opinion
    return dated(
        known,
        build(
            evidence,
            verdict=read_verdict(verdict),
            name=optional_text(name),
            names=read_names(names),
            vendor=optional_text(vendor),
        ),
    )


def dated(known: Known, device: Device) -> Device:
    """The device with its id and times; the first comes first, even if the clock was set back since."""
    first = min(known.first_seen, known.last_seen)
    return replace(device, id=known.id, first_seen=first, last_seen=known.last_seen)


def opinion(device: Device, rules: str) -> Opinion:
    """What is kept of what these rules think of a device."""
    return Opinion(rules, verdict_row(device.verdict), device.name, names_row(device.names), device.vendor)


def keep_opinions(db: Database, opinions: Iterable[tuple[int, Opinion]]) -> None:
    """Of each device's number; in place of the former one."""
    db.run_all(_KEEP, [(device, *opinion) for device, opinion in opinions])


def read_evidence(row: Sequence[object]) -> Evidence:
    """From address, key, value, probe and time, the first five columns."""
    return Evidence(text(row[0]), text(row[1]), text(row[2]), text(row[3]), moment(row[4]))


_BY_ID = """
    SELECT number FROM devices WHERE id BETWEEN ? AND ?
    UNION SELECT device FROM clues WHERE kind = 'id' AND value BETWEEN ? AND ?"""
_KEEP = "INSERT OR REPLACE INTO opinions (device, rules, verdict, name, names, vendor) VALUES (?, ?, ?, ?, ?, ?)"
_REFRESH = """
    INSERT OR REPLACE INTO opinions (rules, verdict, name, names, vendor, device)
    SELECT ?, ?, ?, ?, ?, number FROM devices WHERE number = ? AND last_scan = ?"""


def _held(db: Database, numbers: Sequence[int] | None) -> dict[int, list[Evidence]]:
    """What holds of each device in the network where it was heard last: elsewhere its addresses are other ones."""
    query = (
        "SELECT e.address, e.key, e.value, e.probe, e.last_seen, e.device FROM evidence e"
        " JOIN devices d ON d.number = e.device AND d.network = e.network WHERE e.ended IS NULL"
    )
    found: dict[int, list[Evidence]] = defaultdict(list)
    with db.trouble():
        for row in db.all(query + _among("e.device", numbers, "AND") + " ORDER BY e.device, e.number"):
            of = found[number(row[5])]
            if len(of) < MOST_FACTS:
                of.append(read_evidence(row))
    return found


def _among(column: str, numbers: Sequence[int] | None, word: str) -> str:
    return "" if numbers is None else f" {word} {column} IN ({','.join(str(int(n)) for n in numbers)})"
