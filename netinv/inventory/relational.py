"""The inventory in a database of tables: SQLite's or PostgreSQL's."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from netinv.errors import StoreError
from netinv.inventory.annotations import checked
from netinv.inventory.base import Recorded, ScanSummary
from netinv.inventory.comparing import Comparison, labelled
from netinv.inventory.database import Database
from netinv.inventory.devices import in_order
from netinv.inventory.events import read_events
from netinv.inventory.known import load, stored_one
from netinv.inventory.lookup import among, expected, meant, names_of, numbers_of, unnamed
from netinv.inventory.opening import open_database, path_of, server_url
from netinv.inventory.reference import ambiguous, unknown
from netinv.inventory.rows import (
    ALL,
    contains,
    microseconds,
    moment,
    number,
    read_findings,
    read_problems,
    read_traffic,
    text,
    unpack,
)
from netinv.inventory.sites import SiteSummary, meant_site, read_sites, summaries
from netinv.model import MAC, Annotations, Change, Device, Scan
from netinv.text import clean

if TYPE_CHECKING:
    from netinv.inventory.upkeep import Pruned


class RelationalInventory:
    """See `store.Inventory`, whose contract this keeps."""

    def __init__(self, database: Database) -> None:
        self._db = database

    @property
    def where(self) -> str:
        return self._db.where

    def record(self, scan: Scan) -> Recorded:
        from netinv.inventory.retrying import persistently

        return persistently(lambda tried: self._record(scan, is_again=tried > 0), self._db.patience)

    def recognise(self, device: Device) -> Device:
        parts = self.recognise_all((device,))
        return next((part for part in parts if device.ip in part.addresses), device)

    def recognise_all(self, devices: Sequence[Device]) -> tuple[Device, ...]:
        from netinv.inventory.matching import recognised

        with self._db.trouble(), self._db.reading():
            found = list(recognised(self._db, devices))
        return in_order(found)

    def devices(self, *, network: str | None = None, brief: bool = False) -> tuple[Device, ...]:
        with self._db.trouble():
            site = None if network is None else meant_site(self._db, network).number
        return load(self._db, network=site, brief=brief)

    def expected(self) -> tuple[Mapping[str, MAC | None], ...]:
        return expected(self._db)

    def find(self, reference: str) -> Device:
        word = clean(reference)
        if nameless := unnamed(self._db):
            load(self._db, nameless)
        with self._db.reading():
            names = names_of(self._db)
            numbers = meant(self._db, word, names)
        found = load(self._db, numbers)
        if not found:
            raise unknown(word, (name for _, name in names))
        if len(found) > 1:
            raise ambiguous(word, found)
        return found[0]

    def scans(self, limit: int | None = None, *, network: str | None = None) -> tuple[ScanSummary, ...]:
        with self._db.trouble(), self._db.reading():
            site = None if network is None else meant_site(self._db, network).number
            labels = {site.number: site.label for site in read_sites(self._db)}
            where = "" if site is None else f" WHERE s.network = {int(site)}"
            rows = self._db.all(_SCANS + where + " ORDER BY s.number DESC LIMIT ?", ALL if limit is None else limit)
            return tuple(_summary(row, labels) for row in rows)

    def networks(self) -> tuple[SiteSummary, ...]:
        with self._db.trouble(), self._db.reading():
            return summaries(self._db)

    def name_network(self, network: str, name: str) -> None:
        from netinv.inventory import acts

        with self._db.writing():
            acts.name_network(self._db, network, name)

    def history(
        self, device: str | None = None, *, since: datetime | None = None, network: str | None = None, limit: int | None = None
    ) -> tuple[Change, ...]:
        where, values = "", []
        with self._db.trouble(), self._db.reading():
            if device is not None:
                where, values = " AND e.device = ?", [self._number(device)]
            if since is not None:
                where, values = where + " AND e.at >= ?", [*values, microseconds(since)]
            if network is not None:
                where, values = where + " AND d.network = ?", [*values, meant_site(self._db, network).number]
            labels = {site.number: site.label for site in read_sites(self._db)}
            return labelled((e.change for e in read_events(self._db, where, *values, limit=limit)), labels)

    def compare(self, before: str, after: str) -> Comparison:
        from netinv.inventory.comparing import compare

        with self._db.trouble():
            numbers = [
                number(n) for scan in (before, after) for (n,) in self._db.all("SELECT number FROM scans WHERE id = ?", scan)
            ]
            if len(numbers) < 2:
                raise StoreError("no scan is known by one of these ids", hint="`netinv scans` lists them")
            return compare(self._db, min(numbers), max(numbers))

    def attendance(self, device: str) -> tuple[int, int]:
        with self._db.trouble(), self._db.reading():
            at = self._number(device)
            known = stored_one(self._db, at)
            rows = self._db.all("SELECT present FROM scans WHERE network = ? AND number >= ?", known.network, known.first_scan)
            seen = [contains(row[0], at) for row in rows]
        first = seen.index(True) if True in seen else 0
        return sum(seen), len(seen) - first

    def seen_in(self, scan_id: str) -> frozenset[str]:
        [seen] = self.seen_in_each((scan_id,))
        return seen

    def seen_in_each(self, scan_ids: Sequence[str]) -> tuple[frozenset[str], ...]:
        with self._db.trouble(), self._db.reading():
            sets = [self._present(scan) for scan in scan_ids]
            wanted = {row: unpack(row) for row in dict.fromkeys(sets)}  # most scans see whom the one before saw
            query = "SELECT number, id FROM devices WHERE 1 = 1" + among("number", frozenset().union(*wanted.values()))
            ids = {number(n): text(name) for n, name in self._db.all(query)}
        seen = {row: frozenset(ids[n] for n in numbers if n in ids) for row, numbers in wanted.items()}
        return tuple(seen[row] for row in sets)

    def annotate(self, said: Mapping[str, Annotations]) -> tuple[Change, ...]:
        from netinv.inventory.acts import annotate

        with self._db.writing():
            return annotate(self._db, {self._number(device): checked(words) for device, words in said.items()})

    def merge(self, one: str, *others: str) -> Change:
        from netinv.inventory import acts

        with self._db.writing():
            return acts.unite(self._db, (one, *others))

    def split(self, device: str, words: Collection[str], *, keeping: str | None = None) -> Change:
        from netinv.inventory import acts

        with self._db.writing():
            return acts.part(self._db, device, words, keeping)

    def undo(self) -> str | None:
        from netinv.inventory.acts import undo

        with self._db.writing():
            return undo(self._db)

    def prune(self, before: datetime, *, dry_run: bool = False) -> "Pruned":
        from netinv.inventory.upkeep import prune

        with self._db.writing():
            return prune(self._db, before, dry_run=dry_run)

    def vacuum(self) -> tuple[int, int]:
        return self._db.vacuum()

    def copy_to(self, place: str | Path) -> None:
        from netinv.inventory.copying import copy_rows

        if not server_url(place):
            self._db.copy_to(path_of(place))
            return
        with closing(open_database(place)) as target:
            copy_rows(self._db, target)

    def check(self) -> tuple[str, ...]:
        from netinv.inventory.upkeep import unreadable

        return self._db.check() or unreadable({"devices": self.devices, "scans": self.scans, "changes": self.history})

    def close(self) -> None:
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _record(self, scan: Scan, *, is_again: bool) -> Recorded:
        """Once; `is_again` where it was tried before, and may have been saved although nobody could say so any more."""
        from netinv.inventory.saving import save  # 5 ms that reading does not need

        with self._db.writing():
            if not (saved := self._db.all("SELECT number, present FROM scans WHERE id = ?", scan.id)):
                return save(self._db, scan)
            [(this, present)] = saved
            labels = {site.number: site.label for site in read_sites(self._db)}
            told = read_events(self._db, " AND e.scan = ? AND e.told_by = 'scan'", number(this)) if is_again else []
        changes = labelled((event.change for event in reversed(told)), labels)
        return Recorded(replace(scan, devices=load(self._db, unpack(present))), changes)

    def _present(self, scan: str) -> object:
        """The packed set of the devices a scan saw."""
        for (present,) in self._db.all("SELECT present FROM scans WHERE id = ?", scan):
            return present
        raise StoreError(f"no scan is known as '{clean(scan, 80)}'")

    def _number(self, device: str) -> int:
        """Of the device with this id."""
        for found in numbers_of(self._db, device):
            return found
        raise unknown(device, ())


_SCANS = """
    SELECT s.id, s.sensor, s.network, n.prefix, s.started, s.finished, s.targets, s.method, s.asked, s.found, s.new, s.is_partial,
    s.traffic, s.problems, s.findings FROM scans s JOIN networks n ON n.number = s.network"""


def _summary(row: Sequence[object], labels: Mapping[int, str]) -> ScanSummary:
    scan, sensor, site, network, started, finished, targets, method, asked, found, new, is_partial, traffic, problems, told = row
    return ScanSummary(
        id=text(scan),
        sensor=text(sensor),
        network=text(network),
        site=labels.get(number(site), ""),
        started=moment(started),
        finished=moment(finished),
        targets=text(targets),
        method=text(method),
        asked=number(asked),
        found=number(found),
        new=number(new),
        is_partial=bool(number(is_partial)),
        traffic=read_traffic(traffic),
        problems=read_problems(problems),
        findings=read_findings(told),
    )
