"""What goes along when the user says that an address of a device is another's: all of its MAC, unless the device keeps some."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import NamedTuple

from netinv.inventory.identity import holders
from netinv.inventory.rows import number, read_evidence
from netinv.inventory.traces import traces
from netinv.model import Evidence

_Place = tuple[int, str]
"""A network's number and an address: it may be another's in another network."""

FACT = "address, key, value, probe, last_seen, number, network, first_scan, last_scan, ended"
"""Columns of `evidence`, as `read_fact` takes them."""


class Fact(NamedTuple):
    """A row of `evidence`."""

    number: int
    network: int
    evidence: Evidence
    first_scan: int
    last_scan: int
    holds: bool

    @property
    def place(self) -> _Place:
        return self.network, self.evidence.address


class Share(NamedTuple):
    """What of a device is another's."""

    facts: frozenset[Fact]
    macs: frozenset[str]
    """MAC addresses of which nothing stays."""
    alone: frozenset[_Place]
    """Addresses that go without the MAC that answers for them, or have none."""


def read_fact(row: Sequence[object]) -> Fact:
    """From the columns `FACT`."""
    at, network, first, last = map(number, row[5:9])
    return Fact(at, network, read_evidence(row), first, last, row[9] is None)


def share(facts: Sequence[Fact], words: Collection[str], keeps: Collection[str]) -> Share:
    """What goes with these addresses and MAC addresses.

    With an address goes its MAC, and with that all its other addresses. But a MAC stays where the device keeps it, or one of its
    addresses that is not named (`keeps`), or would be left with nothing: it answers for others (proxy ARP), or has several.
    """
    holder = _holders(facts)
    named = {fact.place for fact in facts if fact.evidence.address in words}
    kept = {mac for place, mac in holder.items() if place not in named and place[1] in keeps} | set(keeps)
    asked = set(words).difference(address for _, address in named)
    going = asked | {holder[place] for place in named & holder.keys() if holder[place] not in kept}
    gone = named | {place for place, mac in holder.items() if mac in going}
    if gone.issuperset(fact.place for fact in facts if fact.holds):
        going = asked
        gone = named | {place for place, mac in holder.items() if mac in going}
    staying = {fact.evidence.value for fact in facts if fact.evidence.key == "mac" and fact.place not in gone}

    def goes(fact: Fact) -> bool:
        if fact.evidence.key != "mac":
            return fact.place in gone
        mac = fact.evidence.value
        # a MAC that was heard there and has its place elsewhere is not of the one who goes
        return mac in going or (fact.place in gone and (mac not in staying or mac == holder.get(fact.place)))

    alone = frozenset(place for place in named if holder.get(place) not in going)
    return Share(frozenset(filter(goes, facts)), frozenset(going), alone)


def belonging(facts: Sequence[Fact], words: Collection[str]) -> set[str]:
    """Addresses not named that a named one would take along, although what was heard there is heard of the device elsewhere too.

    As of a second network card that answers for somebody else as well (proxy ARP): who was named is that somebody.
    """
    holder = _holders(facts)
    said: dict[_Place, list[Evidence]] = defaultdict(list)
    for fact in facts:
        if fact.holds and fact.evidence.key != "mac":
            said[fact.place].append(fact.evidence)
    left = {place: traces(evidence) for place, evidence in said.items()}

    def is_bound(place: _Place) -> bool:
        others = (left[other] for other in left if holder.get(other) != holder.get(place) and other[1] not in words)
        return any(left.get(place, frozenset()) & those for those in others)

    named = {place for place in holder if place[1] in words}
    along = {place for place in holder if place not in named and holder[place] in {holder[one] for one in named}}
    strangers = {holder[place] for place in named} - {holder[place] for place in named if is_bound(place)}
    return {place[1] for place in along if holder[place] in strangers and is_bound(place)}


def _holders(facts: Sequence[Fact]) -> dict[_Place, str]:
    """The MAC each address is of, or was when it was heard last."""
    found: dict[_Place, str] = {}
    for network in {fact.network for fact in facts}:
        here = [fact for fact in facts if fact.network == network]
        for heard in (here, [fact for fact in here if fact.holds]):
            found |= {(network, address): mac for address, mac in holders([fact.evidence for fact in heard]).items()}
    return found
