"""Saving a scan: which known device each of its devices is, and what it changes of what is known."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from netinv.classification.rules import fingerprint
from netinv.inventory.database import Database
from netinv.inventory.devices import build, derive
from netinv.inventory.history import Merged, Span, asking, changes, merge
from netinv.inventory.identity import by_number
from netinv.inventory.known import MOST_FACTS, Known, Opinion, as_kept, dated, keep_opinions, opinion, read_evidence
from netinv.inventory.matching import place
from netinv.inventory.rows import microseconds, number, pack, problems_row, text, traffic_row
from netinv.inventory.store import Recorded
from netinv.model import Change, Device, Evidence, Scan


def save(db: Database, scan: Scan) -> Recorded:
    """Write a scan, within a transaction; its devices as the inventory now knows them, and what is not as it was."""
    [[last]] = db.all("SELECT coalesce(max(number), 0) FROM scans")
    this, network, rules = number(last) + 1, _network(db, scan), fingerprint()
    asked = asking(scan.sensor, scan.targets, scan.is_partial, (e.key for d in scan.devices for e in d.evidence))
    devices: list[Device] = []
    differences: list[Change] = []
    merges: list[tuple[int, Merged]] = []
    opinions: list[tuple[int, Opinion]] = []
    matches = place(db, scan.devices, network, this)
    for known, found in matches:
        held = _spans(db, known.number, network)
        merged = merge(held, [e for device in found for e in device.evidence], asked)
        before = None
        if known.first_scan != this:
            were = held if known.network == network else _spans(db, known.number, known.network)
            before = as_kept(known, [span.evidence for span in were[:MOST_FACTS]])
        seen = known._replace(last_seen=max(device.last_seen for device in found))
        after = replace(dated(seen, _opined(known, found, merged, rules)), is_new=before is None)
        if (formed := opinion(after, rules)) != known.opinion:
            opinions.append((known.number, formed))
        merges.append((known.number, merged))
        devices.append(after)
        differences += changes(before, after, scan.finished)
    _write_evidence(db, merges, network, this)
    keep_opinions(db, opinions)
    db.run_all(
        "UPDATE devices SET network = ?, last_seen = ?, last_scan = ? WHERE number = ?",
        [(network, microseconds(d.last_seen), this, m.known.number) for m, d in zip(matches, devices, strict=True)],
    )
    _write_scan(db, scan, this, network, [m.known for m in matches])
    devices.sort(key=lambda device: by_number(device.ip or ""))
    return Recorded(replace(scan, devices=tuple(devices)), tuple(differences))


def _spans(db: Database, device: int, network: int) -> list[Span]:
    """All that holds of a device in a network."""
    query = """
        SELECT e.address, e.key, e.value, e.probe, e.last_seen, e.number, coalesce(s.sensor, '')
        FROM evidence e LEFT JOIN scans s ON s.number = e.last_scan
        WHERE e.device = ? AND e.ended IS NULL AND e.network = ? ORDER BY e.number"""
    with db.trouble():
        return [Span(number(row[5]), read_evidence(row), text(row[6])) for row in db.all(query, device, network)]


def _opined(known: Known, found: Sequence[Device], merged: Merged, rules: str) -> Device:
    """The device by what is now known of it: rules are asked only if nobody has asked them the same before."""
    evidence = merged.evidence[:MOST_FACTS]
    for device in found:
        if _facts(device.evidence) == _facts(evidence):
            return build(evidence, verdict=device.verdict, name=device.name, names=device.names, vendor=device.vendor)
    if known.opinion and known.opinion.rules == rules and not merged.begun and not merged.ended:
        return as_kept(known, evidence)
    return derive(evidence)


def _facts(evidence: Iterable[Evidence]) -> set[tuple[str, str, str]]:
    return {(e.address, e.key, e.value) for e in evidence}


def _network(db: Database, scan: Scan) -> int:
    """The number of the network the sensor stands in, told by the networks on its link and the MAC of its gateway."""
    prefix = ", ".join(dict.fromkeys(str(n) for i in scan.interfaces for n in i.networks))
    address = next((i.gateway for i in scan.interfaces if i.gateway), None)
    heard = [e.value for d in scan.devices for e in d.evidence if e.key == "mac" and e.address == address]
    alike = {text(gateway): number(n) for gateway, n in db.all("SELECT gateway, number FROM networks WHERE prefix = ?", prefix)}
    # Two MACs at the gateway's address are a conflict: the one known before tells where we are.
    if known := next((alike[mac] for mac in heard if mac in alike), None):
        return known
    if heard and (unnamed := alike.get("")):
        db.run("UPDATE networks SET gateway = ? WHERE number = ?", heard[0], unnamed)
        return unnamed
    if not heard:
        for (latest,) in db.all(_LATEST_NETWORK, prefix):
            return number(latest)
    db.run("INSERT INTO networks (prefix, gateway) VALUES (?, ?)", prefix, heard[0] if heard else "")
    [[new]] = db.all("SELECT last_insert_rowid()")
    return number(new)


_LATEST_NETWORK = """
    SELECT network FROM scans WHERE network IN (SELECT number FROM networks WHERE prefix = ?) ORDER BY number DESC LIMIT 1"""


def _write_evidence(db: Database, merges: Iterable[tuple[int, Merged]], network: int, scan: int) -> None:
    extended, begun, ended = [], [], []
    for device, merged in merges:
        extended += [(e.value, microseconds(e.seen), scan, span) for span, e in merged.extended]
        begun += [
            (device, network, e.address, e.key, e.value, e.probe, microseconds(first), microseconds(e.seen), scan, scan)
            for first, e in merged.begun
        ]
        ended += [(scan, span) for span in merged.ended]
    db.run_all("UPDATE evidence SET value = ?, last_seen = ?, last_scan = ? WHERE number = ?", extended)
    db.run_all("UPDATE evidence SET ended = ? WHERE number = ?", ended)
    db.run_all(
        "INSERT INTO evidence (device, network, address, key, value, probe, first_seen, last_seen, first_scan, last_scan)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        begun,
    )


def _write_scan(db: Database, scan: Scan, this: int, network: int, seen: Sequence[Known]) -> None:
    db.run(
        "INSERT INTO scans (number, id, sensor, network, started, finished, targets, method, asked, is_partial, found, new,"
        " traffic, problems, present) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        this,
        scan.id,
        text(scan.sensor),
        network,
        microseconds(scan.started),
        microseconds(scan.finished),
        text(scan.targets),
        text(scan.method),
        scan.asked,
        scan.is_partial,
        len(seen),
        sum(known.first_scan == this for known in seen),
        traffic_row(scan.traffic),
        problems_row(scan.problems),
        pack(known.number for known in seen),
    )
