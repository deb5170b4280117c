"""The inventory as a watch needs it: opened for each scan and let go of, and where it cannot be written, waited for.

It alone says who is new, back or gone, so that a watch and the scans of every other day tell the same.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from netinv.errors import StoreError
from netinv.inventory.base import Inventory, ScanSummary
from netinv.inventory.history import MEASURED, asking
from netinv.inventory.store import open_inventory
from netinv.model import Device, Finding, Scan
from netinv.text import clean
from netinv.watch.events import CONFLICTS, Event, of_changes, of_findings

WAITING = 16
"""Scans kept while they cannot be saved; then the oldest is dropped, and told of."""
FORGIVEN = 3
"""Sweeps without a conflict after which it would be told of again."""
SETTLING = timedelta(minutes=30)
"""How long who is merely heard in a network nobody has asked is taken to have been here: UPnP devices announce themselves that
often at the least (UPnP Device Architecture 2.0, 1.2.2), and ARP caches last no longer."""


class Ledger:
    """What was known before, what is known now, and what of that is news."""

    def __init__(self, where: str | None, say: Callable[[str], None]) -> None:
        """`where` as in `open_inventory`; `say` is told where something cannot be saved, and when it can again."""
        self.devices: tuple[Device, ...] = ()
        """Of the network that was looked at last, without their evidence."""
        self.is_failing = False
        """Something waits to be saved."""
        self._where = where
        self._file: Path | None = None
        """Where the inventory is, if it is a file and was opened once."""
        self._say = say
        self._waiting: deque[Scan] = deque()
        self._facts: set[str] = set()
        """Ids of the facts known of those who are there."""
        self._known: set[tuple[str, str]] = set()
        """Networks, and the targets there of whom it is known who is usually here."""
        self._since: dict[str, datetime] = {}
        """When each network was first listened to by this watch."""
        self._conflicts: dict[tuple[str, tuple[str, ...]], int] = {}
        """By kind and MACs, for how many sweeps nobody has noticed them."""

    @property
    def familiar(self) -> frozenset[str]:
        """Who need not be asked again what they are: MACs, and the addresses of those without."""
        here = [d for d in self.devices if d.presence != "gone"]
        return frozenset(word for d in here for word in (d.macs or d.addresses))

    @property
    def expected(self) -> tuple[tuple[str, str | None], ...]:
        """Who should be there: IPv4 addresses, with the MAC of who has but one; those heard last first."""
        here = sorted((d for d in self.devices if d.presence != "gone"), key=lambda d: d.last_seen, reverse=True)
        return tuple((a, d.macs[0] if len(d.macs) == 1 else None) for d in here for a in d.addresses if ":" not in a)

    def open(self) -> None:
        """See whether the inventory can be opened at all; StoreError where it cannot."""
        with self._open():
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
                with self._open() as inventory:
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

    def _open(self) -> Inventory:
        """The inventory; StoreError where it was a file that is no longer there, instead of one in which everybody were new."""
        if self._file and not self._file.exists():
            hint = "is its disk mounted? To begin anew, start netinv watch again"
            raise StoreError(f"the inventory {clean(str(self._file))} is no longer there", hint=hint)
        inventory = open_inventory(self._where)
        self._file = None if "://" in inventory.where else Path(inventory.where).absolute()
        return inventory

    def _save(self, inventory: Inventory, scan: Scan) -> list[Event]:
        is_sweep = scan.method != "listen"
        saved = inventory.record(scan)
        network = inventory.scans(1)[0].site
        is_known = self._is_known(inventory, scan, network)
        self.devices = inventory.devices(network=network or None, brief=True)
        self._facts = _facts(saved.scan) | (set() if is_sweep else self._facts)
        conflicts = self.conflicts(saved.scan.findings, scan.finished, is_sweep=is_sweep)
        known = {d.id: d for d in self.devices} | {d.id: d for d in saved.scan.devices}
        events = of_changes(saved.changes, known)
        if not is_known and is_sweep:
            self._say(f"{_number(len(saved.scan.devices))} here, the first time this network is watched; news follows")
            return conflicts
        return [*(event for event in events if is_known or _has_joined(event)), *conflicts]

    def _is_known(self, inventory: Inventory, scan: Scan, network: str) -> bool:
        """Whether it was known before this scan who is usually here: all it asked was asked, or listened to long enough."""
        if (network, scan.targets) in self._known:
            return True
        past = [s for s in inventory.scans() if s.site == network and s.id != scan.id]
        is_known = any(_asks_all(s, scan.targets) for s in past)
        if scan.method == "listen" and not is_known:
            if network not in self._since:
                self._since[network] = scan.started
                self._say(
                    f"this network is listened to for the first time: who is heard within {SETTLING.seconds // 60} minutes is no "
                    "news, but who is heard to join it is"
                )
            is_known = _spans([(self._since[network], scan.finished)]) or _spans(
                [(s.started, s.finished) for s in past if s.method == "listen" and s.finished < self._since[network]]
            )
        if is_known or not (scan.method == "listen" or scan.is_partial):
            self._known.add((network, scan.targets))
        return is_known


def _asks_all(past: ScanSummary, targets: str) -> bool:
    """Whether a scan has asked these targets or all of its link, and was not cut short."""
    if past.is_partial or past.method in ("", "listen"):
        return False
    return past.targets == targets or asking(past.sensor, past.targets, False, ()).covers_link(past.network)


def _spans(listened: Sequence[tuple[datetime, datetime]]) -> bool:
    """Whether from the first of these times to the last it was long enough to hear who is usually there."""
    return bool(listened) and max(end for _, end in listened) - min(begin for begin, _ in listened) >= SETTLING


def _has_joined(event: Event) -> bool:
    """Whether somebody is new who was heard to ask for an address, which who was here all the time has already."""
    return event.kind == "new" and event.device is not None and any(e.probe == "dhcp" for e in event.device.evidence)


def _number(devices: int) -> str:
    return "1 device is" if devices == 1 else f"{devices} devices are"


def _facts(scan: Scan) -> set[str]:
    return {e.id for d in scan.devices for e in d.evidence if e.key not in MEASURED}


def as_heard(scan: Scan, devices: tuple[Device, ...], *, id: str, since: datetime) -> Scan:
    """What was heard since a sweep, as a scan of its own that asked nobody."""
    return replace(scan, id=id, started=since, devices=devices, method="listen", problems=(), findings=(), is_partial=False)
