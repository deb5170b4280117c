"""The devices in a database as they are read: what was heard of each, under today's rules, and what its user says of it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from netinv.classification.rules import fingerprint
from netinv.errors import StoreError
from netinv.inventory.annotations import annotated, read_annotations
from netinv.inventory.database import Database
from netinv.inventory.devices import build, derive
from netinv.inventory.identity import by_number
from netinv.inventory.lookup import among
from netinv.inventory.presence import Habit
from netinv.inventory.rows import (
    Damaged,
    moment,
    names_row,
    number,
    optional_text,
    read_names,
    read_texts,
    read_verdict,
    text,
    texts_row,
    verdict_row,
)
from netinv.inventory.sites import read_sites
from netinv.model import MAC, Annotations, Device, Evidence, Link

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


class Around(NamedTuple):
    """What devices are told by that is not heard of them: read once for many."""

    newest: Mapping[int, int]
    """The latest scan of each network that asked, and did not only listen; the latest of all where none has."""
    networks: Mapping[int, str]
    """What each network is called."""
    annotations: Mapping[int, Annotations]
    links: Mapping[int, tuple[Link, ...]]


def load(
    db: Database, numbers: Collection[int] | None = None, *, brief: bool = False, network: int | None = None
) -> tuple[Device, ...]:
    """These devices, or all, by address. Opinions of other rules are formed anew, and kept if the file may be written.

    `brief` ones come without their evidence, but for what tells which is this machine; `network` is where they were heard last.
    """
    rules, found, stale = fingerprint(), [], []
    with db.trouble():
        with db.reading():
            known = stored(db, numbers, network)
            these = None if numbers is None and network is None else [k.number for k in known]
            is_current = all(k.opinion and k.opinion.rules == rules for k in known)
            brief = brief and is_current
            evidence = _own(db) if brief else _held(db, these)
            around = look_around(db, these)
        for k in known:
            if brief:
                found.append(_brief(k, evidence.get(k.number, ()), around))
                continue
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
    return tuple(sorted(found, key=lambda device: by_number(device.ip or "")))


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


def look_around(db: Database, numbers: Collection[int] | None = None) -> Around:
    """What there is to know about these devices, or about all, besides what was heard of them."""
    with db.trouble():
        newest = {number(n): number(scan) for n, scan in db.all(_NEWEST)}
        networks = {site.number: site.label for site in read_sites(db)}
        said: dict[int, dict[str, str]] = defaultdict(dict)
        query = "SELECT device, field, value FROM annotations WHERE 1 = 1"
        for device, field, value in db.all(query + among("device", numbers)):
            said[number(device)][text(field)] = text(value)
        links: dict[int, tuple[Link, ...]] = {}
        query = "SELECT device, one, other, kind, value, strength FROM links WHERE 1 = 1"
        for device, *row in db.all(query + among("device", numbers) + " ORDER BY number"):
            links[number(device)] = (*links.get(number(device), ()), _link(row))
    return Around(newest, networks, {device: read_annotations(fields) for device, fields in said.items()}, links)


_NEWEST = """
    SELECT number, latest FROM
    (SELECT n.number, coalesce(
        (SELECT s.number FROM scans s WHERE s.network = n.number AND s.method <> 'listen' ORDER BY s.number DESC LIMIT 1),
        (SELECT max(s.number) FROM scans s WHERE s.network = n.number)) AS latest
    FROM networks n) newest WHERE latest IS NOT NULL"""


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


def read_evidence(row: Sequence[object]) -> Evidence:
    """From address, key, value, probe and time, the first five columns."""
    return Evidence(text(row[0]), text(row[1]), text(row[2]), text(row[3]), moment(row[4]))


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


def _own(db: Database) -> dict[int, list[Evidence]]:
    """Which is this machine, by what was heard of it."""
    found: dict[int, list[Evidence]] = defaultdict(list)
    for row in db.all(_HELD + " AND e.key = 'local.self'"):
        found[number(row[5])].append(read_evidence(row))
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


def _brief(known: Known, evidence: Iterable[Evidence], around: Around) -> Device:
    """The device as it was last thought of, without what was heard of it and what else it might be; as `placed`, but at once."""
    if not known.opinion:
        raise Damaged("a device without a verdict")
    _, verdict, name, names, vendor, addresses, macs = known.opinion
    newest = around.newest.get(known.network, 0)
    device = Device(
        id=known.id,
        addresses=read_texts(addresses),
        macs=tuple(map(MAC, read_texts(macs))),
        name=optional_text(name),
        names=read_names(names),
        vendor=optional_text(vendor),
        verdict=read_verdict(verdict, brief=True),
        evidence=tuple(evidence),
        first_seen=min(known.first_seen, known.last_seen),
        last_seen=known.last_seen,
        is_new=known.first_scan >= newest,
        rtt_ms=known.rtt_ms,
        presence=known.habit.presence(was_heard=known.last_scan >= newest),
        network=around.networks.get(known.network, ""),
        sensor=known.sensor,
        links=around.links.get(known.number, ()),
    )
    return annotated(device, said) if (said := around.annotations.get(known.number)) else device


def _link(row: Sequence[object]) -> Link:
    one, other, kind, value, strength = row
    if not isinstance(strength, float):
        raise Damaged("a strength that is none")
    return Link(text(one), text(other), text(kind), text(value), strength)
