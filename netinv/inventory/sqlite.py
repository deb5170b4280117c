"""The inventory in one SQLite file."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from netinv.errors import StoreError, UsageError
from netinv.inventory.annotations import checked
from netinv.inventory.comparing import Comparison, labelled
from netinv.inventory.database import Database
from netinv.inventory.events import read_events
from netinv.inventory.identity import clues
from netinv.inventory.known import load, stored_one
from netinv.inventory.lookup import among, names_of, numbers_of
from netinv.inventory.reference import ambiguous, as_address, as_id, as_mac, unknown
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
from netinv.inventory.sites import HERE, SiteSummary, meant_site, read_sites, summaries
from netinv.inventory.store import PATIENCE, Recorded, ScanSummary
from netinv.model import Annotations, Change, Device, Scan
from netinv.text import clean

if TYPE_CHECKING:
    from netinv.inventory.upkeep import Pruned


class SQLiteInventory:
    """See `store.Inventory`, whose contract this keeps."""

    def __init__(self, path: Path, *, read_only: bool = False, timeout: float = PATIENCE) -> None:
        self._db = Database(path, read_only=read_only, timeout=timeout)

    @property
    def where(self) -> str:
        return str(self._db.path)

    def record(self, scan: Scan) -> Recorded:
        from netinv.inventory.saving import save  # 5 ms that reading does not need

        with self._db.writing():
            if not (saved := self._db.all("SELECT present FROM scans WHERE id = ?", scan.id)):
                return save(self._db, scan)
            present = unpack(saved[0][0])
        return Recorded(replace(scan, devices=load(self._db, present)), ())

    def recognise(self, device: Device) -> Device:
        from netinv.inventory.matching import free_id, known_as

        if not (found := clues(device.evidence)):
            return device
        with self._db.reading():
            at = known_as(self._db, device)
            if at is None:
                return replace(device, id=free_id(self._db, found), is_new=True)
            known = stored_one(self._db, at)
        return replace(device, id=known.id, first_seen=min(known.first_seen, device.first_seen), is_new=False)

    def devices(self, *, network: str | None = None, brief: bool = False) -> tuple[Device, ...]:
        with self._db.trouble():
            site = None if network is None else meant_site(self._db, network).number
        return load(self._db, network=site, brief=brief)

    def find(self, reference: str) -> Device:
        word = clean(reference)
        with self._db.reading():
            names = names_of(self._db)
            called = self._db.all("SELECT device, value FROM annotations WHERE field = 'name'")
            meant = {number(device) for device, name in called if text(name).casefold() == word.casefold()}
            if not meant:  # what the user calls it comes before what it calls itself
                meant = {device for device, name in names if name.casefold() == word.casefold()} | self._meant(word)
            if not meant and (prefix := as_id(word)):
                # every digit sorts before "g"
                meant = numbers_of(self._db, prefix, prefix + "g")
        found = load(self._db, meant)
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
        with self._db.writing():
            site, name = meant_site(self._db, network), clean(name)
            for other in read_sites(self._db):
                if name and other.number != site.number and name.casefold() in (other.name.casefold(), other.prefix):
                    raise UsageError(f"another network is called '{name}'", hint="choose another name")
            if name.casefold() == HERE:
                raise UsageError(f"'{HERE}' means the network that was scanned last", hint="choose another name")
            self._db.run("UPDATE networks SET name = ? WHERE number = ?", name, site.number)

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
        with self._db.reading():
            if not (saved := self._db.all("SELECT present FROM scans WHERE id = ?", scan_id)):
                raise StoreError(f"no scan is known as '{clean(scan_id, 80)}'")
            rows = self._db.all("SELECT id FROM devices WHERE 1 = 1" + among("number", unpack(saved[0][0])))
            return frozenset(text(row[0]) for row in rows)

    def annotate(self, said: Mapping[str, Annotations]) -> tuple[Change, ...]:
        from netinv.inventory.acts import annotate

        with self._db.writing():
            return annotate(self._db, {self._number(device): checked(words) for device, words in said.items()})

    def merge(self, one: str, other: str) -> Change:
        from netinv.inventory import acts, regrouping

        with self._db.writing():
            numbers = self._number(one), self._number(other)
            if numbers[0] == numbers[1]:
                raise UsageError("a device is one with itself", hint="name two devices; `netinv split` parts one")
            return acts.regroup(self._db, *regrouping.merge(self._db, *numbers), f"{one} and {other} made one")

    def split(self, device: str, words: Collection[str]) -> Change:
        from netinv.inventory import acts, regrouping

        with self._db.writing():
            change, before = regrouping.split(self._db, self._number(device), words)
            return acts.regroup(self._db, change, before, f"{device} parted from {change.after}")

    def undo(self) -> str | None:
        from netinv.inventory.acts import undo

        with self._db.writing():
            return undo(self._db)

    def prune(self, before: datetime, *, dry_run: bool = False) -> "Pruned":
        from netinv.inventory.upkeep import prune

        with self._db.writing():
            return prune(self._db, before, dry_run=dry_run)

    def vacuum(self) -> tuple[int, int]:
        before = self._db.path.stat().st_size
        self._db.run("VACUUM")
        return before, self._db.path.stat().st_size

    def copy_to(self, place: Path) -> None:
        self._db.copy_to(place)

    def check(self) -> tuple[str, ...]:
        return tuple(text(row[0]) for row in self._db.all("PRAGMA integrity_check(10)") if row[0] != "ok")

    def close(self) -> None:
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _meant(self, word: str) -> set[int]:
        """The devices that `word` names in full."""
        meant = numbers_of(self._db, word.lower())
        if mac := as_mac(word):
            meant |= self._numbers("SELECT device FROM clues WHERE kind = 'mac' AND value = ?", mac)
        if address := as_address(word):
            # whoever had it last; two at once are in conflict
            meant |= self._numbers(
                """SELECT e.device FROM evidence e JOIN devices d ON d.number = e.device AND d.network = e.network
                WHERE e.address = ? AND e.ended IS NULL AND e.last_scan =
                    (SELECT max(last_scan) FROM evidence WHERE address = ? AND ended IS NULL)""",
                address,
                address,
            )
        return meant

    def _number(self, device: str) -> int:
        """Of the device with this id."""
        for found in numbers_of(self._db, device):
            return found
        raise unknown(device, ())

    def _numbers(self, query: str, *values: object) -> set[int]:
        with self._db.trouble():
            return {number(row[0]) for row in self._db.all(query, *values)}


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
