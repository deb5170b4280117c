"""What changed between what was known of a device and what a scan found."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import IPv4Address, IPv4Network
from typing import NamedTuple

from netinv.model import Change, Device, Evidence

MEASURED = frozenset({"icmp.rtt"})
"""Keys that measure and do not describe: another value is no other fact, so only the latest is kept."""

_NAMED = frozenset({"local.self", "route.gateway"})
"""Keys a sensor tells of one device in its network, so that to tell it of another takes it back."""


class Span(NamedTuple):
    """A fact as it is kept, once for the whole time it held."""

    number: int
    evidence: Evidence
    """As it was heard last."""
    sensor: str
    """Which heard it last."""


@dataclass(slots=True)
class Merged:
    """What a scan does to the facts kept of a device."""

    extended: list[tuple[int, Evidence]] = field(default_factory=list)
    begun: list[tuple[datetime, Evidence]] = field(default_factory=list)
    """With the moment each was heard first."""
    ended: list[int] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    """All that now holds."""


class Asking(NamedTuple):
    """What of a scan tells silence from not having been asked."""

    sensor: str
    covers: Callable[[str], bool]
    """Whether an address was asked."""
    named: frozenset[str]
    """Keys of the kind told of one device that this scan told of some device."""


def asking(sensor: str, targets: str, is_partial: bool, keys: Iterable[str]) -> Asking:
    """Of a scan that heard `keys`; one that was cut short may not have asked anybody."""
    return Asking(sensor, (lambda _: False) if is_partial else _covered(targets), _NAMED.intersection(keys))


def merge(known: Iterable[Span], heard: Iterable[Evidence], scan: Asking) -> Merged:
    """Lay what a scan heard of a device over what was known of it in this network.

    Heard again, a fact goes on. It ends when the same question was answered otherwise at its address, or when the device answered
    at others only though this one was asked. Silence alone ends nothing: the question may not have been asked.
    """
    first: dict[tuple[str, ...], datetime] = {}
    last: dict[tuple[str, ...], Evidence] = {}
    for e in sorted(heard, key=lambda e: e.seen):
        first.setdefault(_fact(e), e.seen)
        last[_fact(e)] = e
    answered = {_question(e) for e in last.values()}
    addresses = {e.address for e in last.values()}

    def holds(span: Span) -> bool:
        e = span.evidence
        if e.address not in addresses:
            return not scan.covers(e.address)
        return _question(e) not in answered and not (e.key in scan.named and span.sensor == scan.sensor)

    merged = Merged()
    for span in known:
        if again := last.pop(_fact(span.evidence), None):
            merged.extended.append((span.number, again))
            merged.evidence.append(again)
        elif holds(span):
            merged.evidence.append(span.evidence)
        else:
            merged.ended.append(span.number)
    merged.begun = [(first[fact], e) for fact, e in last.items()]
    merged.evidence += last.values()
    return merged


def changes(before: Device | None, after: Device, at: datetime) -> tuple[Change, ...]:
    """What is different; a device never seen before is one change, of the field `device`."""
    if before is None:
        return (Change(at, after.id, "device", None, after.name or after.ip),)
    pairs = (
        ("addresses", ", ".join(before.addresses) or None, ", ".join(after.addresses) or None),
        ("macs", ", ".join(before.macs) or None, ", ".join(after.macs) or None),
        ("name", before.name, after.name),
        ("kind", before.verdict.kind, after.verdict.kind),
    )
    return tuple(Change(at, after.id, name, was, now) for name, was, now in pairs if was != now)


def _question(e: Evidence) -> tuple[str, ...]:
    return e.address, e.key, e.probe


def _fact(e: Evidence) -> tuple[str, ...]:
    return _question(e) if e.key in MEASURED else (*_question(e), e.value)


def _covered(targets: str) -> Callable[[str], bool]:
    """Whether an address is among `Scan.targets`, as far as they can be read: host names count as not asked."""
    wanted, _, excluded = targets.partition(" except ")
    asked = [r for word in wanted.split(", ") if (r := _range(word))]
    spared = [_range(word) for word in excluded.split(", ") if word]
    if None in spared:
        return lambda _: False

    def covers(address: str) -> bool:
        try:
            ip = IPv4Address(address)
        except ValueError:
            return False
        return any(a <= ip <= b for a, b in asked) and not any(r[0] <= ip <= r[1] for r in spared if r)

    return covers


def _range(word: str) -> tuple[IPv4Address, IPv4Address] | None:
    left, dash, right = word.partition("-")
    try:
        if not dash:
            network = IPv4Network(word, strict=False)
            return network[0], network[-1]
        return IPv4Address(left), IPv4Address(f"{left.rpartition('.')[0]}.{right}" if right.isdecimal() else right)
    except ValueError:
        return None
