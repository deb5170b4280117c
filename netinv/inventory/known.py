"""The devices in a database as they are read: what was heard of each, under today's rules, and what its user says of it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from netinv.classification.rules import fingerprint
from netinv.errors import StoreError
from netinv.inventory.annotations import annotated
from netinv.inventory.around import Around, look_around
from netinv.inventory.brief import briefly
from netinv.inventory.database import Database
from netinv.inventory.devices import build, derive, in_order
from netinv.inventory.lookup import among
from netinv.inventory.presence import Habit
from netinv.inventory.rows import (
    Damaged,
    moment,
    names_row,
    number,
    optional_text,
    read_evidence,
    read_names,
    text,
    texts_row,
)
from netinv.inventory.verdicts import read_verdict, verdict_row
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
    addresses: object
    macs: object


class Known(NamedTuple):
    """A row of `devices`, and what was last thought of it."""

    number: int
    id: str
    network: int
    first_seen: datetime
    last_seen: datetime
    first_scan: int
    last_scan: int
    habit: Habit
    rtt_ms: float | None = None
    opinion: Opinion | None = None
    sensor: str = ""
    """Which heard it last; empty where that scan is forgotten."""


def load(
    db: Database, numbers: Collection[int] | None = None, *, brief: bool = False, network: int | None = None
) -> tuple[Device, ...]:
    """These devices, or all, by address. Opinions of other rules are formed anew, and kept if the file may be written.

    `network` is where they were heard last. `brief` ones are as `briefly` has them, unless opinions have to be formed anew.
    """
    rules, found, stale = fingerprint(), [], []
    with db.trouble():
        with db.reading():
            if brief and (listed := briefly(db, rules, numbers, network)) is not None:
                return in_order(listed)
            known = stored(db, numbers, network)
            these = None if numbers is None and network is None else [k.number for k in known]
            evidence = _held(db, these)
            around = look_around(db, these)
        for k in known:
            if k.opinion and k.opinion.rules == rules:
                device = as_kept(k, evidence[k.number])
            else:
                device = derive(evidence[k.number])
                stale.append((*opinion(device, rules), k.number, k.last_scan))
            found.append(placed(k, device, around))
    if stale:
        # unless a scan was saved meanwhile: it has brought opinions of its own
        with suppress(StoreError), db.refreshing():
            db.run_all(_REFRESH, stale)
    return in_order(found)


def stored(db: Database, numbers: Collection[int] | None = None, network: int | None = None) -> list[Known]:
    """The rows of these devices, or of all; only of those heard last in `network`, if it is named."""
    query = (
        "SELECT d.number, d.id, d.network, d.first_seen, d.last_seen, d.first_scan, d.last_scan, d.heard, d.missed, d.silent,"
        " d.longest, d.gone, d.rtt, coalesce(s.sensor, ''),"
        " o.rules, o.verdict, o.name, o.names, o.vendor, o.addresses, o.macs"
        " FROM devices d LEFT JOIN opinions o ON o.device = d.number LEFT JOIN scans s ON s.number = d.last_scan WHERE 1 = 1"
    )
    if network is not None:
        query += f" AND d.network = {int(network)}"
    with db.trouble():
        return [_known(row) for row in db.all(query + among("d.number", numbers))]


def stored_one(db: Database, device: int) -> Known:
    """The row of a device that there must be."""
    for known in stored(db, (device,)):
        return known
    raise Damaged(f"no device has the number {device}")


def as_kept(known: Known, evidence: Iterable[Evidence]) -> Device:
    """The device as it was thought of when that was last kept."""
    if not known.opinion:
        return derive(evidence)
    _, verdict, name, names, vendor, _, _ = known.opinion
    return build(
        evidence,
        verdict=read_verdict(verdict),
        name=optional_text(name),
        names=read_names(names),
        vendor=optional_text(vendor),
    )


def placed(known: Known, device: Device, around: Around, evidence: tuple[Evidence, ...] | None = None) -> Device:
    """The device with its id, its times, whether it is new or gone, where it was, and what its user says; and with `evidence`."""
    newest = around.newest.get(known.network, 0)
    device = replace(
        device,
        id=known.id,
        # the first comes first, even if the clock was set back since
        first_seen=min(known.first_seen, known.last_seen),
        last_seen=known.last_seen,
        evidence=device.evidence if evidence is None else evidence,
        is_new=known.first_scan >= newest,
        presence=known.habit.presence(was_heard=known.last_scan >= newest),
        network=around.networks.get(known.network, ""),
        sensor=known.sensor,
        links=around.links.get(known.number, ()),
    )
    return annotated(device, said) if (said := around.annotations.get(known.number)) else device


def opinion(device: Device, rules: str) -> Opinion:
    """What is kept of what these rules think of a device."""
    return Opinion(
        rules,
        verdict_row(device.verdict),
        device.name,
        names_row(device.names),
        device.vendor,
        texts_row(device.addresses),
        texts_row(device.macs),
    )


def keep_opinions(db: Database, opinions: Iterable[tuple[int, Opinion]]) -> None:
    """Of each device's number; in place of the former one."""
    rows = [(device, *opinion) for device, opinion in opinions]
    db.run_all("DELETE FROM opinions WHERE device = ?", [row[:1] for row in rows])
    db.run_all(
        "INSERT INTO opinions (device, rules, verdict, name, names, vendor, addresses, macs) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        rows,
    )


_REFRESH = """
    INSERT INTO opinions (rules, verdict, name, names, vendor, addresses, macs, device)
    SELECT ?, ?, ?, ?, ?, ?, ?, number FROM devices WHERE number = ? AND last_scan = ?
    ON CONFLICT (device) DO UPDATE SET rules = excluded.rules, verdict = excluded.verdict, name = excluded.name,
    names = excluded.names, vendor = excluded.vendor, addresses = excluded.addresses, macs = excluded.macs"""
_HELD = (
    "SELECT e.address, e.key, e.value, e.probe, e.last_seen, e.device FROM evidence e"
    " JOIN devices d ON d.number = e.device AND d.network = e.network WHERE e.ended IS NULL"
)


def _held(db: Database, numbers: Collection[int] | None) -> dict[int, list[Evidence]]:
    """What holds of each device in the network where it was heard last: elsewhere its addresses are other ones."""
    found: dict[int, list[Evidence]] = defaultdict(list)
    with db.trouble():
        for row in db.all(_HELD + among("e.device", numbers) + " ORDER BY e.device, e.number"):
            of = found[number(row[5])]
            if len(of) < MOST_FACTS:
                of.append(read_evidence(row))
    return found


def _known(row: Sequence[object]) -> Known:
    heard, missed, silent, longest = map(number, row[7:11])
    rtt = row[12]
    if not isinstance(rtt, float | None):
        raise Damaged("a round-trip time that is none")
    return Known(
        number(row[0]),
        text(row[1]),
        number(row[2]),
        moment(row[3]),
        moment(row[4]),
        number(row[5]),
        number(row[6]),
        Habit(heard, missed, silent, longest, row[11] is not None),
        rtt,
        None if row[14] is None else Opinion(*row[14:]),
        text(row[13]),
    )
