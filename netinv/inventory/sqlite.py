"""The inventory in one SQLite file."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from netinv.errors import StoreError
from netinv.inventory.database import Database
from netinv.inventory.identity import clues
from netinv.inventory.known import load, names_of, numbers_of, stored, stored_one
from netinv.inventory.reference import ambiguous, as_address, as_id, as_mac, unknown
from netinv.inventory.rows import moment, number, read_problems, read_traffic, text, unpack
from netinv.inventory.store import PATIENCE, Recorded, ScanSummary
from netinv.model import Device, Scan
from netinv.text import clean


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
        from netinv.inventory.matching import free_id, whose

        if not (found := clues(device.evidence)):
            return device
        with self._db.reading():
            at = whose(self._db, found, device.addresses)
            if at is None:
                return replace(device, id=free_id(self._db, found), is_new=True)
            known = stored_one(self._db, at)
        return replace(device, id=known.id, first_seen=min(known.first_seen, device.first_seen), is_new=False)

    def devices(self) -> tuple[Device, ...]:
        return load(self._db)

    def find(self, reference: str) -> Device:
        word = clean(reference)
        with self._db.reading():
            names = names_of(self._db)
            meant = {device for device, name in names if name.casefold() == word.casefold()}
            meant |= self._meant(word)
            if not meant and (prefix := as_id(word)):
                # every digit sorts before "g"
                meant = numbers_of(self._db, prefix, prefix + "g")
        found = load(self._db, meant)
        if not found:
            raise unknown(word, (name for _, name in names))
        if len(found) > 1:
            raise ambiguous(word, found)
        return found[0]

    def scans(self, limit: int | None = None) -> tuple[ScanSummary, ...]:
        query = """
            SELECT s.id, s.sensor, n.prefix, s.started, s.finished, s.targets, s.method, s.asked, s.found, s.new, s.is_partial,
                s.traffic, s.problems FROM scans s JOIN networks n ON n.number = s.network ORDER BY s.number DESC LIMIT ?"""
        with self._db.trouble():
            return tuple(_summary(row) for row in self._db.all(query, -1 if limit is None else limit))

    def seen_in(self, scan_id: str) -> frozenset[str]:
        with self._db.reading():
            if not (saved := self._db.all("SELECT present FROM scans WHERE id = ?", scan_id)):
                raise StoreError(f"no scan is known as '{clean(scan_id, 80)}'")
            return frozenset(known.id for known in stored(self._db, tuple(unpack(saved[0][0]))))

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

    def _numbers(self, query: str, *values: object) -> set[int]:
        with self._db.trouble():
            return {number(row[0]) for row in self._db.all(query, *values)}


def _summary(row: Sequence[object]) -> ScanSummary:
    scan, sensor, network, started, finished, targets, method, asked, found, new, is_partial, traffic, problems = row
    return ScanSummary(
        id=text(scan),
        sensor=text(sensor),
        network=text(network),
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
    )
