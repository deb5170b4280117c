"""What surveys tell, gathered into devices while they tell it: each is derived as soon as it is known, and told of once."""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import NamedTuple

from netinv.inventory.devices import derive
from netinv.inventory.identity import group
from netinv.model import Device, Evidence, Notice
from netinv.survey import Ended, Event, Heard, Noticed, Progress, Settled

_JOINS = ("mac", "local.self")


class Sighting(NamedTuple):
    """Somebody has answered at an address, of whom no more may be known yet."""

    address: str
    mac: str | None


OnEvent = Callable[[Progress | Sighting | Device], None]


class Gathering:
    """Reads all events of one scan."""

    def __init__(self, on_event: OnEvent | None = None) -> None:
        self.notices: list[Notice] = []
        self.ended: list[Ended] = []
        """One for each survey that came to its end."""
        self._tell = on_event or (lambda event: None)
        self._told: set[str] = set()
        self._sighted: set[str] = set()
        self._settled: set[str] = set()
        """Addresses of which everything has been asked."""
        self._at: dict[str, list[Evidence]] = {}
        self._of: dict[str, set[str]] = {}
        """Addresses by what joins them, a MAC or being this machine's own: so one device need not be sought among all."""
        self._bonds: dict[str, set[str]] = {}
        """The other way round."""
        self._derived: dict[tuple[Evidence, ...], Device] = {}

    def read(self, events: Iterator[Event]) -> None:
        """Take in all `events`, and tell of each device once, when all its addresses known by then have been asked everything."""
        with closing(events):  # type: ignore[type-var]
            for event in events:
                self.take(event)

    def take(self, event: Event) -> None:
        """Take in one event."""
        match event:
            case Heard(evidence):
                self._hear(evidence)
            case Noticed(notice):
                self.notices.append(notice)
            case Settled(address):
                self._settle(address)
            case Progress():
                self._tell(event)
            case Ended():
                self.ended.append(event)

    def devices(self) -> tuple[Device, ...]:
        """All devices by what has been heard in the end; most have been derived already, while others were being asked."""
        return tuple(map(self._derive, group(e for evidence in self._at.values() for e in evidence)))

    def _hear(self, evidence: Evidence) -> None:
        bond = evidence.value if evidence.key == "mac" else evidence.key if evidence.key in _JOINS else None
        if evidence.address not in self._sighted and (bond is not None or ":" not in evidence.address):
            self._sighted.add(evidence.address)
            if bond not in self._of:  # one device, however many addresses it has
                self._tell(Sighting(evidence.address, evidence.value if evidence.key == "mac" else None))
        self._at.setdefault(evidence.address, []).append(evidence)
        if bond is not None:
            self._of.setdefault(bond, set()).add(evidence.address)
            self._bonds.setdefault(evidence.address, set()).add(bond)

    def _settle(self, address: str) -> None:
        self._settled.add(address)
        near = {address}.union(*(self._of[bond] for bond in self._bonds.get(address, ())))
        for of_one in group(e for a in near for e in self._at.get(a, ())):
            addresses = {e.address for e in of_one}
            if address not in addresses or not self._settled.issuperset(addresses):
                continue
            device = self._derive(of_one)
            if device.id not in self._told:
                self._told.add(device.id)
                self._tell(device)

    def _derive(self, evidence: tuple[Evidence, ...]) -> Device:
        if evidence not in self._derived:
            self._derived[evidence] = derive(evidence)
        return self._derived[evidence]
