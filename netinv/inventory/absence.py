"""Who was asked by a scan and kept silent, and of whom that means that they left.

Asked so that it has to answer is who has a MAC address by ARP for an IPv4 address among the targets (RFC 826 leaves no choice);
who has none, behind a router, by the other means at such an address; and who answered an ICMPv6 echo before, by the echo to all
nodes (RFC 4291, 2.8), which a scan sends where its targets cover a whole link (`net.scope`). Who answers no echo and has no IPv4
address is asked by nobody, and never gone.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from netinv.inventory.database import Database
from netinv.inventory.history import PASSING, Asking
from netinv.inventory.lookup import among
from netinv.inventory.presence import KNOWN, MOST_PATIENT, Custom, Habit, Sort, sort_of
from netinv.inventory.rows import number, read_texts, text
from netinv.inventory.traces import are_made_up, is_virtual
from netinv.inventory.verdicts import read_kind
from netinv.model import MAC, Change, Scan

ON_LINK = frozenset({"arp", "neighbours"})
"""Ways of asking that whoever is on the link must answer; echo requests many ignore."""
NODES = "icmpv6"
"""The way of asking all nodes of a link at once, which reaches IPv6."""


class _One(NamedTuple):
    """A device that counts as there."""

    number: int
    id: str
    habit: Habit
    macs: tuple[str, ...]
    addresses: tuple[str, ...]

    @property
    def is_private(self) -> bool:
        return are_made_up(map(MAC, self.macs)) and not any(map(is_virtual, self.macs))


def who_kept_silent(db: Database, scan: Scan, asked: Asking, network: int, this: int) -> list[tuple[int, Change]]:
    """Note for each device of the network that this scan asked and did not hear; those who are gone by now, as changes.

    A scan that was cut short asked nobody for certain.
    """
    if scan.is_partial or not scan.method:
        return []

    def in_vain(query: str, *values: int) -> list[_One]:
        """Those it asked, of whom nothing was heard."""
        every = [_one(row) for row in db.all(query, network, this, *values)]
        echoing = nodes_asked(db, scan.method, asked, network, [one.number for one in every])
        return [one for one in every if one.number in echoing or ways_to_ask(scan.method, one.macs, one.addresses, asked)]

    silent = in_vain(_THERE + " AND d.last_scan < ?")
    customs = _Customs(db, network, silent)
    rows, gone = [], []
    for one in silent:
        # one silence is no departure, of whatever kind it is
        kind = customs.kinds.get(one.number, "")
        habit = one.habit.kept_silent(
            kind, is_private=one.is_private, is_drowsy=one.number in customs.drowsy, custom=customs.of_others(one)
        )
        rows.append((habit.silent, this if habit.is_gone else None, one.number))
        if habit.is_gone:
            gone.append((one.number, Change(scan.finished, one.id, "presence", "here", "gone")))
    db.run_all("UPDATE devices SET silent = ?, gone = ? WHERE number = ?", rows)
    # How long it stays away tells, once it is back, a long absence from a pause that was taken for one.
    away = in_vain(_AWAY, MOST_PATIENT)
    db.run_all("UPDATE devices SET silent = ? WHERE number = ?", [(one.habit.silent + 1, one.number) for one in away])
    return gone


def ways_to_ask(method: str, macs: Sequence[str], addresses: Sequence[str], asked: Asking) -> bool:
    """Whether a scan by these means asked the device so that it had to answer, at one of its IPv4 addresses at least."""
    means = set(method.split("+")) - {"", "listen", NODES}  # who is only listened to may keep silent
    # Behind a router, where no MAC is heard, ARP does not reach.
    return bool(means & ON_LINK if macs else means - ON_LINK) and any(map(asked.covers, addresses))


def nodes_asked(db: Database, method: str, asked: Asking, network: int, devices: Collection[int]) -> frozenset[int]:
    """Which of these devices answer an ICMPv6 echo, and were asked for one by a scan by these means."""
    [[prefix]] = db.all("SELECT coalesce((SELECT prefix FROM networks WHERE number = ?), '')", network)
    if not devices or NODES not in method.split("+") or not asked.covers_link(text(prefix)):
        return frozenset()
    return _told(db, ("icmpv6.rtt",), network, devices)


class _Customs:
    """How the devices of each sort keep to the network; looked into only where one was silent more than once."""

    def __init__(self, db: Database, network: int, silent: Iterable[_One]) -> None:
        again = [one.number for one in silent if one.habit.silent]
        self.drowsy: frozenset[int] = frozenset()
        """Who answered only when asked again, in one of the last `KNOWN` scans."""
        self.kinds: dict[int, str] = {}
        """What each is, where anybody was silent more than once."""
        self._of: dict[Sort, Custom] = {}
        self._sorts: dict[int, Sort] = {}
        if not again:
            return
        every = [_one(row) for row in db.all(_THERE, network)]
        self.drowsy = _drowsy(db, network, [one.number for one in every])
        self.kinds = {number(device): read_kind(verdict) for device, verdict in db.all(_VERDICTS, network)}
        habits: dict[Sort, list[Habit]] = defaultdict(list)
        for one in every:
            sort = sort_of(self.kinds.get(one.number, ""), is_private=one.is_private, is_drowsy=one.number in self.drowsy)
            self._sorts[one.number] = sort
            habits[sort].append(one.habit)
        self._of = {sort: Custom.of(those) for sort, those in habits.items()}

    def of_others(self, one: _One) -> Custom:
        """Of the sort the device is of, its own silence left out."""
        if one.number not in self._sorts:
            return Custom()
        custom = self._of[self._sorts[one.number]]
        return custom._replace(paused=custom.paused - one.habit.silent)


def _drowsy(db: Database, network: int, devices: Collection[int]) -> frozenset[int]:
    """Which of these devices answered only when asked again, in the last scan that heard them or one of the last `KNOWN` ones."""
    scans = db.all(
        "SELECT number FROM scans WHERE network = ? AND method <> 'listen' ORDER BY number DESC LIMIT 1 OFFSET ?", network, KNOWN
    )
    since = number(scans[0][0]) if scans else 0
    query = (
        "SELECT DISTINCT device FROM evidence WHERE network = ? AND (ended IS NULL OR ended > ?)"
        f" AND key IN ({', '.join('?' * len(PASSING))})"
    )
    return frozenset(number(device) for (device,) in db.all(query + among("device", devices), network, since, *PASSING))


def _told(db: Database, keys: Sequence[str], network: int, devices: Collection[int]) -> frozenset[int]:
    """Which of these devices told one of the keys in the network when last asked."""
    query = f"SELECT DISTINCT device FROM evidence WHERE ended IS NULL AND network = ? AND key IN ({', '.join('?' * len(keys))})"
    return frozenset(number(device) for (device,) in db.all(query + among("device", devices), network, *keys))


def _one(row: Sequence[object]) -> _One:
    device, name, heard, missed, silent, longest, macs, addresses = row
    habit = Habit(number(heard), number(missed), number(silent), number(longest))
    return _One(number(device), text(name), habit, read_texts(macs), read_texts(addresses))


_THERE = """
    SELECT d.number, d.id, d.heard, d.missed, d.silent, d.longest, o.macs, o.addresses
    FROM devices d JOIN opinions o ON o.device = d.number WHERE d.network = ? AND d.gone IS NULL"""
_AWAY = """
    SELECT d.number, d.id, d.heard, d.missed, d.silent, d.longest, o.macs, o.addresses
    FROM devices d JOIN opinions o ON o.device = d.number
    WHERE d.network = ? AND d.gone IS NOT NULL AND d.gone < ? AND d.silent <= ?"""
_VERDICTS = """
    SELECT d.number, o.verdict FROM devices d JOIN opinions o ON o.device = d.number WHERE d.network = ? AND d.gone IS NULL"""
