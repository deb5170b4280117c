"""Saving a scan: which known device each of its devices is, and what it changes of what is known."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from netinv.classification.rules import fingerprint
from netinv.inventory.absence import who_kept_silent
from netinv.inventory.around import look_around
from netinv.inventory.base import Recorded
from netinv.inventory.comparing import labelled
from netinv.inventory.database import Database
from netinv.inventory.devices import derive, in_order, renamed
from netinv.inventory.events import write_events
from netinv.inventory.history import PASSING, Asking, Merged, Span, asking, changes, merge
from netinv.inventory.known import MOST_FACTS, Known, as_kept, keep_opinions, opinion, placed
from netinv.inventory.lookup import among
from netinv.inventory.matching import Match, place
from netinv.inventory.rows import findings_row, microseconds, number, pack, problems_row, text, traffic_row
from netinv.inventory.siting import network_of
from netinv.inventory.succession import Succession
from netinv.model import Change, Device, Evidence, Scan


def save(db: Database, scan: Scan) -> Recorded:
    """Write a scan, within a transaction; its devices as the inventory now knows them, and what is not as it was."""
    [[last]] = db.all("SELECT coalesce(max(number), 0) FROM scans")
    this, network = number(last) + 1, network_of(db, scan)
    asked_nobody = scan.is_partial or scan.method == "listen"
    asked = asking(scan.sensor, scan.targets, asked_nobody, {e.key for d in scan.devices for e in d.evidence})
    matches = place(db, scan.devices, network, this)
    held = _spans(db, [m.known.number for m in matches if m.known.first_scan != this or m.joined], network)
    around = look_around(db, [m.known.number for m in matches])
    if scan.method != "listen" or network not in around.newest:
        around = around._replace(newest={**around.newest, network: this})
    rules = fingerprint()
    succession = Succession(db, scan, asked, network)
    updates = [_Update(db, m, held[m.known.number], asked, succession, rules, scan, network, this) for m in matches]
    _write_evidence(db, updates, network, this)
    keep_opinions(db, [(u.known.number, u.opinion) for u in updates if u.opinion != u.match.known.opinion])
    db.run_all(
        "UPDATE devices SET network = ?, last_seen = ?, last_scan = ?, rtt = ?, heard = ?, missed = ?, silent = ?, longest = ?,"
        " gone = NULL WHERE number = ?",
        [(network, microseconds(u.known.last_seen), this, u.device.rtt_ms, *u.known.habit[:4], u.known.number) for u in updates],
    )
    events = [
        (u.known.number, change)
        for u in updates
        for change in u.changes
        # what the user said outranks what was heard, so that nothing he sees has changed
        if not (change.field in ("name", "kind") and getattr(around.annotations.get(u.known.number), change.field, None))
    ]
    events += who_kept_silent(db, scan, asked, network, this)
    events = [(device, replace(change, sensor=text(scan.sensor))) for device, change in events]
    write_events(db, this, events)
    scan = replace(scan, findings=renamed(scan.findings, {d.id: m.known.id for m in matches for d in m.found}))
    _write_scan(db, scan, this, network, [m.known for m in matches])
    devices = [placed(u.known, u.device, around, u.evidence) for u in updates]
    return Recorded(replace(scan, devices=in_order(devices)), labelled((change for _, change in events), around.networks))


class _Update:
    """What a scan does to one device."""

    def __init__(
        self,
        db: Database,
        match: Match,
        held: Sequence[Span],
        asked: Asking,
        succession: Succession,
        rules: str,
        scan: Scan,
        network: int,
        this: int,
    ) -> None:
        known = match.known
        self.match = match
        heard = [e for device in match.found for e in device.evidence]
        self.merged = merge(held, heard, asked, succession.former(known.number, held, heard))
        self.known = known._replace(
            network=network,
            last_seen=max(device.last_seen for device in match.found),
            last_scan=this,
            sensor=text(scan.sensor),
            habit=(known.habit if known.network == network else type(known.habit)()).answered(),
        )
        self.evidence = tuple(self.merged.evidence[:MOST_FACTS])
        self.device = _opined(known, match.found, self.merged, self.evidence, rules)
        self.changes: list[Change] = []
        if known.first_scan == this:
            self.opinion = opinion(self.device, rules)
            self.changes.append(Change(scan.finished, known.id, "device", None, self.device.name or self.device.ip))
            return
        is_as_before = known.network == network and not (self.merged.begun or self.merged.ended or match.joined)
        # what was thought of the same facts by the same rules need not be thought again
        is_known = is_as_before and known.opinion is not None and known.opinion.rules == rules
        self.opinion = known.opinion if known.opinion and is_known else opinion(self.device, rules)
        for former in match.joined:
            self.changes.append(Change(scan.finished, known.id, "joined", former, known.id))
        if known.habit.is_gone:
            self.changes.append(Change(scan.finished, known.id, "presence", "gone", "here"))
        if known.network != network:
            self.changes.append(Change(scan.finished, known.id, "network", str(known.network), str(network)))
            held = _spans(db, [known.number], known.network)[known.number]
        elif is_known:
            return
        before = [span.evidence for span in held[:MOST_FACTS]]
        # rules that changed meanwhile are no change of the device
        was = as_kept(known, before) if known.opinion and known.opinion.rules == rules else derive(before)
        self.changes += changes(was, replace(self.device, id=known.id, evidence=self.evidence), scan.finished)


def _spans(db: Database, devices: Sequence[int], network: int) -> defaultdict[int, list[Span]]:
    """All that holds of each of these devices in a network."""
    found: defaultdict[int, list[Span]] = defaultdict(list)
    if not devices:
        return found
    query = """
        SELECT device, number, address, key, value, probe, last_seen, first_scan, last_scan FROM evidence
        WHERE ended IS NULL AND network = ?"""
    rows = db.all(query + among("device", devices) + " ORDER BY device, number", network)
    heard_by = {number(row[8]) for row in rows}
    sensors = {
        n: text(sensor) for n, sensor in db.all("SELECT number, sensor FROM scans WHERE 1 = 1" + among("number", heard_by))
    }
    for device, *row, begun, heard in rows:
        # looked into where it is made evidence of
        found[number(device)].append(Span._make((*row, sensors.get(number(heard), ""), begun, heard)))
    return found


def _opined(known: Known, found: Sequence[Device], merged: Merged, evidence: Sequence[Evidence], rules: str) -> Device:
    """The device by the evidence that now holds: rules are asked only if nobody has asked them the same before."""
    if len(found) == 1 and not merged.silent and len(evidence) == len(found[0].evidence):
        return found[0]  # all that holds was heard by this scan
    for device in found:
        if _facts(device.evidence) == _facts(evidence):
            return device
    if known.opinion and known.opinion.rules == rules and not merged.begun and not merged.ended:
        return as_kept(known, evidence)
    return derive(evidence)


def _facts(evidence: Iterable[Evidence]) -> set[tuple[str, str, str]]:
    return {(e.address, e.key, e.value) for e in evidence}


def _write_evidence(db: Database, updates: Iterable[_Update], network: int, scan: int) -> None:
    extended, begun, ended, dropped = [], [], [], []
    for update in updates:
        device, merged = update.known.number, update.merged
        extended += [(e.value, microseconds(e.seen), scan, span) for span, e in merged.extended]
        begun += [
            (device, network, e.address, e.key, e.value, e.probe, microseconds(first), microseconds(e.seen), scan, scan)
            for first, e in merged.begun
        ]
        ended += [(scan, span) for span in merged.ended]
        dropped += [(device, span) for span in merged.dropped]
    db.run_all("UPDATE evidence SET value = ?, last_seen = ?, last_scan = ? WHERE number = ?", extended)
    db.run_all("UPDATE evidence SET ended = ? WHERE number = ?", ended)
    db.run_all(
        f"DELETE FROM evidence WHERE device = ? AND ended IS NOT NULL AND key IN ({', '.join('?' * len(PASSING))})",
        [(device, *PASSING) for device in {device for device, _ in dropped}],
    )
    db.run_all("UPDATE evidence SET ended = ? WHERE number = ?", [(scan, span) for _, span in dropped])
    db.run_all(
        "INSERT INTO evidence (device, network, address, key, value, probe, first_seen, last_seen, first_scan, last_scan)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        begun,
    )


def _write_scan(db: Database, scan: Scan, this: int, network: int, seen: Sequence[Known]) -> None:
    db.run(
        "INSERT INTO scans (number, id, sensor, network, started, finished, targets, method, asked, is_partial, found, new,"
        " traffic, problems, findings, present) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        this,
        scan.id,
        text(scan.sensor),
        network,
        microseconds(scan.started),
        microseconds(scan.finished),
        text(scan.targets),
        text(scan.method),
        scan.asked,
        int(scan.is_partial),
        len(seen),
        sum(known.first_scan == this for known in seen),
        traffic_row(scan.traffic),
        problems_row(scan.problems),
        findings_row(scan.findings),
        pack(known.number for known in seen),
    )
