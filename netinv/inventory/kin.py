"""Which known device one with another MAC address is, by the traces both left."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence, Set
from typing import NamedTuple

from netinv.classification.naming import registrant
from netinv.inventory.database import Database
from netinv.inventory.known import Known, stored
from netinv.inventory.lookup import AT_ONCE, among
from netinv.inventory.rows import number, read_texts, text
from netinv.inventory.traces import (
    COPIED,
    ENOUGH,
    SHARED_BY_MAKERS,
    UNCOPIED,
    Trace,
    are_made_up,
    is_virtual,
    likeness,
    strongest,
)
from netinv.inventory.verdicts import read_verdict
from netinv.model import MAC, Device, Link

_MOST_KIN = 16
"""Devices that may have left the same trace before it tells nobody from anybody."""
_MOST_CARDS = 3
"""Network cards of one computer that may say the same at once; what more say is a product line's, or an image's."""
_SURE_OF_KIND = 0.8


class Relation(NamedTuple):
    """A known device, and why it is that."""

    number: int
    link: Link


class Kin:
    """The traces of the devices of a scan, and who of the inventory left them before."""

    def __init__(self, db: Database, found: Iterable[frozenset[Trace]], network: int) -> None:
        self._db = db
        self._network = network
        self._said = Counter(trace for of_one in found for trace in of_one)
        self._left: dict[Trace, set[int]] = _who_left(db, self._said)
        self._noted: dict[int, set[Trace]] = defaultdict(set)
        self._cards: dict[int, set[MAC]] = defaultdict(set)
        """The MAC addresses of those found so far."""
        self._new: list[tuple[str, str, int]] = []

    def of(
        self,
        device: Device,
        traces: frozenset[Trace],
        at: int | None,
        present: Set[int],
        partings: Set[tuple[int, int]],
        unsaved: Sequence[Known] = (),
    ) -> Relation | None:
        """Whom the device is as surely as need be, if it is not known for that yet; `at` is who it is known to be.

        Looked into only when a trace is heard of it for the first time. `present` are those this scan found already: to be one of
        them means to have two network cards; `unsaved` those of them that are new.
        """
        if not any(at is None or at not in self._left.get(trace, ()) for trace in traces):
            return None
        candidates = {c for trace in traces for c in self._left.get(trace, ()) if c != at}
        candidates = {c for c in candidates if at is None or (min(at, c), max(at, c)) not in partings}
        if not candidates or len(candidates) > _MOST_KIN:
            return None
        left = _left_by(self._db, candidates)
        for c in candidates:
            left[c] |= self._noted[c]
        scored = []
        begun = [known for known in unsaved if known.number in candidates]
        every = (*stored(self._db, candidates - {known.number for known in begun}), *begun)
        registered = {known.number for known in every if not are_made_up(self._macs_of(known))}
        for known in every:
            at_once = known.number in present
            cards = self._macs_of(known)
            apart = at_once and _are_of_two_makers(device.macs, cards)
            # By a name alone a made-up MAC address is never a registered one, which therefore leaves no doubt who is meant.
            others = {at} if known.number in registered or not are_made_up(device.macs) else {at, *registered}
            shared = {trace for trace in traces & left[known.number] if self._is_telling(trace, at, others, at_once=at_once)}
            rest = traces - (traces & left[known.number] - shared)
            sure = likeness(rest, left[known.number], at_once=at_once, apart=apart)
            if shared and sure >= ENOUGH and self._may_be(device, known, cards, shared, at_once=at_once):
                scored.append((sure, -known.number, known, strongest(shared, at_once=at_once, apart=apart)))
        scored.sort(key=lambda entry: entry[:2], reverse=True)
        if not scored or (len(scored) > 1 and scored[1][0] >= scored[0][0]):  # two might be meant
            return None
        sure, _, known, trace = scored[0]
        macs = read_texts(known.opinion.macs) if known.opinion else sorted(self._cards[known.number])
        one, other = device.mac or device.ip or device.id, next((mac for mac in macs if mac != device.mac), known.id)
        return Relation(known.number, Link(one, other, trace.kind, trace.value, round(sure, 3)))

    def note(self, at: int, traces: Iterable[Trace], macs: Iterable[MAC]) -> None:
        """Remember that a device left these, and that it is there with these MAC addresses."""
        self._cards[at].update(macs)
        for trace in traces:
            if at not in self._left.setdefault(trace, set()):
                self._left[trace].add(at)
                self._noted[at].add(trace)
                self._new.append((*trace, at))

    def rename(self, gone: int, kept: int) -> None:
        """Two turned out to be one."""
        self._noted[kept] |= self._noted.pop(gone, set())
        self._cards[kept] |= self._cards.pop(gone, set())
        for holders in self._left.values():
            if gone in holders:
                holders.discard(gone)
                holders.add(kept)

    def close(self) -> None:
        """Write what is new."""
        self._db.run_all("INSERT INTO traces (kind, value, device) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", self._new)
        self._new.clear()

    def _macs_of(self, known: Known) -> set[MAC]:
        return {*self._cards[known.number], *map(MAC, read_texts(known.opinion.macs) if known.opinion else ())}

    def _is_telling(self, trace: Trace, at: int | None, unmeant: Set[int | None], *, at_once: bool) -> bool:
        """Whether it tells one from all others: nobody else says it now, and one alone said it before.

        What makers share (`SHARED_BY_MAKERS`), those `unmeant` may have said too. Of those there at once, that no more say it
        than one computer may have network cards.
        """
        if at_once:
            return max(self._said[trace], len(self._left.get(trace, ()))) <= _MOST_CARDS
        unmeant = unmeant if trace.kind in SHARED_BY_MAKERS else {at}
        return self._said[trace] <= 1 and len(self._left.get(trace, set()) - unmeant) == 1

    def _may_be(self, device: Device, known: Known, cards: Collection[MAC], shared: Iterable[Trace], *, at_once: bool) -> bool:
        """Whether nothing else speaks against it; `cards` are the MAC addresses of `known`.

        A name or a certificate is enough only where MAC addresses are made up, and what copies of an image share only where
        neither is one: a virtual machine may have been copied, and a made-up address may be one's.
        """
        kinds = {trace.kind for trace in shared}
        if at_once:
            return not (_may_be_copies(device.macs) and _may_be_copies(cards)) or not kinds.isdisjoint(UNCOPIED)
        if any(map(is_virtual, (*device.macs, *cards))) and kinds <= COPIED:
            return False
        if not kinds <= SHARED_BY_MAKERS:
            return True
        if not known.opinion or known.network != self._network:
            return False
        macs = tuple(map(MAC, read_texts(known.opinion.macs)))
        if device.macs and not (are_made_up(device.macs) and are_made_up(macs)):
            return False
        if not device.macs and macs:
            return False
        was, now = read_verdict(known.opinion.verdict), device.verdict
        is_sure = min(was.confidence, now.confidence) >= _SURE_OF_KIND and "unknown" not in (was.kind, now.kind)
        return not is_sure or was.kind == now.kind


def _may_be_copies(macs: Collection[MAC]) -> bool:
    return bool(macs) and all(mac.is_local or is_virtual(mac) for mac in macs)


def _are_of_two_makers(one: Collection[MAC], other: Collection[MAC]) -> bool:
    """Whether the network cards are real ones, and no maker has made some of both."""
    makers = [{registrant(mac) for mac in macs if not mac.is_local and not is_virtual(mac)} for macs in (one, other)]
    return all(makers) and None not in makers[0] | makers[1] and makers[0].isdisjoint(makers[1])


def write_links(db: Database, device: int, scan: int, links: Collection[Link]) -> None:
    """Keep why a device is one."""
    if not links:
        return
    db.run_all(
        "INSERT INTO links (device, scan, one, other, kind, value, strength) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(device, scan, *link[:4], float(link.strength)) for link in links],
    )


def _who_left(db: Database, wanted: Iterable[Trace]) -> dict[Trace, set[int]]:
    by_kind: dict[str, list[str]] = defaultdict(list)
    for kind, value in wanted:
        by_kind[kind].append(value)
    found: dict[Trace, set[int]] = defaultdict(set)
    for kind, values in by_kind.items():
        for start in range(0, len(values), AT_ONCE):
            some = values[start : start + AT_ONCE]
            query = f"SELECT value, device FROM traces WHERE kind = ? AND value IN ({', '.join('?' * len(some))})"
            for told, device in db.all(query, kind, *some):
                found[Trace(kind, text(told))].add(number(device))
    return found


def _left_by(db: Database, devices: Collection[int]) -> dict[int, set[Trace]]:
    found: dict[int, set[Trace]] = defaultdict(set)
    for kind, value, device in db.all("SELECT kind, value, device FROM traces WHERE 1 = 1" + among("device", devices)):
        found[number(device)].add(Trace(text(kind), text(value)))
    return found
