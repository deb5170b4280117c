"""The inventory as a watch needs it: opened for each scan and let go of, and where it cannot be written, waited for.

It alone says who is new, back or gone, so that a watch and the scans of every other day tell the same.
"""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from netinv.errors import StoreError
from netinv.inventory.base import Inventory, ScanSummary
from netinv.inventory.history import MEASURED, asking
from netinv.inventory.store import open_inventory
from netinv.model import Device, Finding, Scan
from netinv.watch.events import CONFLICTS, Event, of_changes, of_findings

WAITING = 16
"""Scans kept while they cannot be saved; then the oldest is dropped, and told of."""
FORGIVEN = 3
"""Sweeps without a conflict after which it would be told of again."""


class Ledger:
    """What was known before, what is known now, and what of that is news."""

    def __init__(self, where: str | None, say: Callable[[str], None]) -> None:
        """`where` as in `open_inventory`; `say` is told where something cannot be saved, and when it can again."""
        self.devices: tuple[Device, ...] = ()
        """Of the network that was looked at last, without their evidence."""
        self.is_failing = False
        """Something waits to be saved."""
        self._where = where
        self._say = say
        self._waiting: deque[Scan] = deque()
        self._facts: set[str] = set()
        """Ids of the facts known of those who are there."""
        self._swept: set[tuple[str, str]] = set()
        """Networks, and the targets there that were all asked before."""
        self._conflicts: dict[tuple[str, tuple[str, ...]], int] = {}
        """By kind and MACs, for how many sweeps nobody has noticed them."""

    @property
    def familiar(self) -> frozenset[str]:
        """Who need not be asked again what they are: MACs, and the addresses of those without."""
        here = [d for d in self.devices if d.presence != "gone"]
        return frozenset(word for d in here for word in (d.macs or d.addresses))

    def open(self) -> None:
        """See whether the inventory can be opened at all; StoreError where it cannot."""
        with open_inventory(self._where):
            pass

    def record(self, scan: Scan) -> list[Event]:
        """Save a scan, or keep it until it can be saved; what is news in all that was saved now."""
        if len(self._waiting) >= WAITING:
            lost = self._waiting.popleft()
            self._say(f"the scan of {lost.finished.astimezone():%H:%M:%S} could not be saved and is dropped")
        self._waiting.append(scan)
        self._facts |= _facts(scan)  # though they may not be saved yet: they are no news any more
        return self.retry()

    def retry(self) -> list[Event]:
        """Save what waits, oldest first."""
        found: list[Event] = []
        try:
            if self._waiting:
                with open_inventory(self._where) as inventory:
                    while self._waiting:
                        found += self._save(inventory, self._waiting[0])
                        self._waiting.popleft()
        except StoreError as error:
            if not self.is_failing:
                self._say(f"not saved yet: {error.message}" + (f" ({error.hint})" if error.hint else ""))
            self.is_failing = True
            return found
        if self.is_failing:
            self._say("saved: the inventory can be written again")
        self.is_failing = False
        return found

    def is_news(self, device: Device) -> bool:
        """Whether something heard of a device is not known, or it was not known to be here."""
        return any(e.key not in MEASURED and e.id not in self._facts for e in device.evidence)

    def conflicts(self, findings: Iterable[Finding], at: datetime, *, is_sweep: bool) -> list[Event]:
        """Those of the findings that are told as conflicts and have not been told of."""
        found = {(f.kind, f.macs): f for f in findings if f.kind in CONFLICTS}
        news = [finding for key, finding in found.items() if key not in self._conflicts]
        if is_sweep:
            missed = {key: n + 1 for key, n in self._conflicts.items() if n + 1 < FORGIVEN}
            self._conflicts = missed
        self._conflicts |= dict.fromkeys(found, 0)
        return list(of_findings(news, at, self.devices))

    def _save(self, inventory: Inventory, scan: Scan) -> list[Event]:
        is_sweep = scan.method != "listen"
        saved = inventory.record(scan)
        network = inventory.scans(1)[0].site or None
        is_first = is_sweep and self._is_first(inventory, scan, network or "")
        self.devices = inventory.devices(network=network, brief=True)
        self._facts = _facts(saved.scan) | (set() if is_sweep else self._facts)
        conflicts = self.conflicts(saved.scan.findings, scan.finished, is_sweep=is_sweep)
        if is_first:
            self._say(f"{len(saved.scan.devices)} devices are here, the first time this network is watched; news follows")
            return conflicts
        known = {d.id: d for d in self.devices} | {d.id: d for d in saved.scan.devices}
        return [*of_changes(saved.changes, known), *conflicts]

    def _is_first(self, inventory: Inventory, scan: Scan, network: str) -> bool:
        """Whether no scan of this network before this one has asked all that this one asked."""
        if (network, scan.targets) in self._swept:
            return False
        is_first = not any(_asks_all(s, scan.targets) for s in inventory.scans() if s.site == network and s.id != scan.id)
        if not (is_first and scan.is_partial):
            self._swept.add((network, scan.targets))
        return is_first


def _asks_all(past: ScanSummary, targets: str) -> bool:
    """Whether a scan has asked these targets or all of its link, and was not cut short."""
    if past.is_partial or past.method in ("", "listen"):
        return False
    return past.targets == targets or asking(past.sensor, past.targets, False, ()).covers_link(past.network)


def _facts(scan: Scan) -> set[str]:
    return {e.id for d in scan.devices for e in d.evidence if e.key not in MEASURED}


def as_heard(scan: Scan, devices: tuple[Device, ...], *, id: str, since: datetime) -> Scan:
    """What was heard since a sweep, as a scan of its own that asked nobody."""
    return replace(scan, id=id, started=since, devices=devices, method="listen", problems=(), findings=(), is_partial=False)
