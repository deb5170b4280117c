"""Which known device each device of a scan is."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from ipaddress import ip_address, ip_network
from typing import NamedTuple

from netinv.inventory.annotations import annotated
from netinv.inventory.around import look_around
from netinv.inventory.database import Database
from netinv.inventory.devices import derive
from netinv.inventory.identity import Clue, clues, device_id
from netinv.inventory.joining import join
from netinv.inventory.kin import Kin, write_links
from netinv.inventory.known import Known, stored, stored_one
from netinv.inventory.lookup import AT_ONCE, ids_among, last_number, numbers_of
from netinv.inventory.parting import parted, partings
from netinv.inventory.presence import Habit
from netinv.inventory.rows import microseconds, number, text
from netinv.inventory.traces import Trace, traces
from netinv.model import YOU, Device, Link
from netinv.text import clean


@dataclass(slots=True)
class Match:
    """A device of the inventory, and the devices of a scan that turned out to be it: several, if each has one of its MACs."""

    known: Known
    found: list[Device]
    joined: list[str] = field(default_factory=list)
    """Ids of those that turned out to be it as well."""
    links: list[Link] = field(default_factory=list)
    """Why it was taken for one that was known by other clues."""


def place(db: Database, devices: Iterable[Device], network: int, scan: int) -> list[Match]:
    """Give every device of a scan its place in the inventory, a new one if it has none; within a transaction."""
    found = parted(db, [d for d in map(_safe, devices) if d.evidence], network)
    register = _Register(db, found, network, scan)
    for one in register.in_turn():
        register.enter(one)
    return register.close()


def recognised(db: Database, devices: Iterable[Device]) -> Iterator[Device]:
    """The devices of a scan as each is known, as far as it can be told of one alone; parted and joined as the user said."""
    [[latest]] = db.all("SELECT coalesce((SELECT network FROM scans ORDER BY number DESC LIMIT 1), 0)")
    network = number(latest)
    known: dict[int, list[Device]] = defaultdict(list)
    for device, forced in parted(db, [d for d in devices if d.evidence], network):
        at = _known_as(db, device, network) if forced is None else forced
        if at is None:
            yield replace(device, id=free_id(db, clues(device.evidence)), is_new=True)
        else:
            known[at].append(device)
    said = look_around(db, known).annotations if known else {}
    for at, found in known.items():
        device, of = found[0] if len(found) == 1 else derive(e for d in found for e in d.evidence), stored_one(db, at)
        device = replace(device, id=of.id, first_seen=min(of.first_seen, device.first_seen), is_new=False)
        yield annotated(device, said[at]) if at in said else device


def _known_as(db: Database, device: Device, network: int) -> int | None:
    """The number of the device that this one is; None if it is new."""
    found, left = clues(device.evidence), traces(device.evidence)
    at = whose(db, found, device.addresses, holders(db, found))
    if at is None and (kin := Kin(db, [left], network).of(device, left, None, set(), set())):
        return kin.number
    return at


class _Entry(NamedTuple):
    """A device of the scan, and all by which it may be known."""

    device: Device
    clues: tuple[Clue, ...]
    traces: frozenset[Trace]
    forced: int | None
    """Which known device it is, where the user has said so."""


class _Register:
    """The places given so far; what is read is read for all devices at once, and what is new is written so."""

    def __init__(self, db: Database, found: Iterable[tuple[Device, int | None]], network: int, scan: int) -> None:
        self._db = db
        self._network = network
        self._scan = scan
        self._entries = [_Entry(d, clues(d.evidence), traces(d.evidence), forced) for d, forced in found]
        self._holders = holders(db, {clue for entry in self._entries for clue in entry.clues})
        self._partings = partings(db)
        self._kin = Kin(db, (entry.traces for entry in self._entries), network)
        self._present = {holder for (kind, _), holder in self._holders.items() if kind == "mac"}
        self._known = {known.number: known for known in stored(db, set(self._holders.values()))} if self._holders else {}
        self._matches: dict[int, Match] = {}
        self._begun: list[Known] = []
        self._new = {e.clues for e in self._entries if not any(clue in self._holders for clue in e.clues)}
        """Clues of whom nobody has any: whether their ids are taken is asked at once."""
        self._ids = ids_among(db, map(device_id, self._new))
        self._has_addresses = bool(db.all("SELECT 1 FROM clues WHERE kind = 'address' LIMIT 1"))
        self._merged = {number(device) for (device,) in db.all("SELECT DISTINCT device FROM links WHERE kind = ?", YOU)}
        """Devices that the user made of several: one may be at all of their addresses at once."""
        self._last = last_number(db, "devices")
        self._linked: dict[Clue, int] = {}

    def in_turn(self) -> list[_Entry]:
        """Those known by a MAC first: who is there cannot be who was lost. An address is a clue for whoever is left."""
        return sorted(
            self._entries,
            key=lambda e: 0 if any(clue in self._holders for clue in e.clues if clue[0] == "mac") else 1 + (not e.device.macs),
        )

    def enter(self, entry: _Entry) -> None:
        """Give a device its place."""
        device, found = entry.device, entry.clues
        at = entry.forced
        if at is None:
            addresses = device.addresses if self._has_addresses else ()
            at = whose(self._db, found, addresses, self._holders, self._matches.keys() - self._merged)
        kin = self._kin.of(device, entry.traces, at, self._present | self._matches.keys(), self._partings, self._begun)
        if at is None:
            at = kin.number if kin else self._begin(device, found)
        match = self._matches.get(at) or Match(self._known.get(at) or stored_one(self._db, at), [])
        others = {self._holders[clue] for clue in found if clue[0] == "mac" and clue in self._holders}
        if kin:
            match.links.append(kin.link)
            others.add(kin.number)
        for other in sorted(others - {at}):
            if (min(at, other), max(at, other)) not in self._partings:
                match = self._join(match, other)
        at = match.known.number
        match.found.append(device)
        self._matches[at] = match
        self._kin.note(at, entry.traces, device.macs)
        for clue in found:
            # A MAC stays with the device that had it first; an address goes to the last.
            if clue[0] != "mac" or clue not in self._holders:
                if self._holders.get(clue) != at:
                    self._linked[clue] = at
                self._holders[clue] = at

    def close(self) -> list[Match]:
        """Write what is new; every place that was given."""
        self._flush()
        for at, match in self._matches.items():
            write_links(self._db, at, self._scan, match.links)
        self._kin.close()
        return list(self._matches.values())

    def _begin(self, device: Device, found: Sequence[Clue]) -> int:
        self._last += 1
        name = device_id(found)
        if name in self._ids or found not in self._new:
            name = free_id(self._db, found, self._ids)
        self._ids.add(name)
        known = Known(
            self._last, name, self._network, device.first_seen, device.last_seen, self._scan, self._scan, Habit(), device.rtt_ms
        )
        self._known[self._last] = known
        self._begun.append(known)
        return self._last

    def _join(self, match: Match, other: int) -> Match:
        """Make one of two, the older; what both were found to be is the one's."""
        self._flush()
        self._kin.close()
        taken = self._matches.pop(other, None)
        self._matches.pop(match.known.number, None)
        kept, gone = sorted((match.known.number, other))
        former = join(self._db, kept, gone, self._scan)
        self._known[kept] = known = stored_one(self._db, kept)
        joined = Match(known, list(match.found), [*match.joined, former], list(match.links))
        if taken:
            joined.found += taken.found
            joined.joined += taken.joined
            joined.links += taken.links
        for clue, holder in self._holders.items():
            if holder == gone:
                self._holders[clue] = kept
        self._kin.rename(gone, kept)
        self._partings = partings(self._db)
        self._present = {kept if number == gone else number for number in self._present}
        return joined

    def _flush(self) -> None:
        self._db.run_all(
            "INSERT INTO devices (number, id, network, first_seen, last_seen, first_scan, last_scan, heard)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (k.number, k.id, k.network, microseconds(k.first_seen), microseconds(k.last_seen), k.first_scan, k.last_scan, 0)
                for k in self._begun
            ],
        )
        self._db.run_all(
            "INSERT INTO clues (kind, value, device) VALUES (?, ?, ?)"
            " ON CONFLICT (kind, value) DO UPDATE SET device = excluded.device",
            [(*clue, device) for clue, device in self._linked.items()],
        )
        self._begun.clear()
        self._linked.clear()


def holders(db: Database, asked: Iterable[Clue]) -> dict[Clue, int]:
    """Which of these clues belong to a device, and to which."""
    by_kind: dict[str, list[str]] = defaultdict(list)
    for kind, value in asked:
        by_kind[kind].append(value)
    found: dict[Clue, int] = {}
    for kind, values in by_kind.items():
        for start in range(0, len(values), AT_ONCE):
            some = values[start : start + AT_ONCE]
            query = f"SELECT value, device FROM clues WHERE kind = ? AND value IN ({', '.join('?' * len(some))})"
            found |= {(kind, text(value)): number(device) for value, device in db.all(query, kind, *some)}
    return found


def whose(
    db: Database, found: Sequence[Clue], addresses: Iterable[str], held: Mapping[Clue, int], taken: Collection[int] = ()
) -> int | None:
    """The number of the device known by these clues, the oldest that has one of the MACs; None if there is none.

    `held` are the `holders` of the clues, `taken` those that cannot be meant by as little as an address. A device known by its
    address alone because no MAC could be heard on its link is taken for the first that shows a MAC there; one behind a router
    never is.
    """
    if macs := [held[clue] for clue in found if clue[0] == "mac" and clue in held]:
        return min(macs)
    for clue in found:
        if clue in held and held[clue] not in taken:
            return held[clue]
    if any(kind == "mac" for kind, _ in found):
        for address in addresses:
            for device, prefix in db.all(_KNOWN_BY_ADDRESS_ALONE, address):
                if number(device) not in taken and _is_on_link(address, text(prefix)):
                    return number(device)
    return None


def free_id(db: Database, found: Sequence[Clue], taken: Collection[str] = ()) -> str:
    """The id of a new device. Another may have it: one in 10,000,000 by chance, or one that began at the same address."""
    while (device := device_id(found)) in taken or numbers_of(db, device):
        found = (("not", device),)
    return device


_KNOWN_BY_ADDRESS_ALONE = """
    SELECT c.device, n.prefix FROM clues c JOIN devices d ON d.number = c.device JOIN networks n ON n.number = d.network
    WHERE c.kind = 'address' AND c.value = ?
    AND NOT EXISTS (SELECT 1 FROM clues m WHERE m.device = c.device AND m.kind = 'mac')"""


def _safe(device: Device) -> Device:
    """As the corridor makes it, whoever made it: what is read back is made safe, and must be found to be the same."""
    if all(e.value.isprintable() for e in device.evidence):
        return device
    return derive(replace(e, value=clean(e.value)) for e in device.evidence)


def _is_on_link(address: str, prefix: str) -> bool:
    """Whether the address lies in the networks of a `networks.prefix`; nothing is known of a scan without interfaces."""
    try:
        return not prefix or any(ip_address(address) in ip_network(network) for network in prefix.split(", "))
    except ValueError:
        return False
