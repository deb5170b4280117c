"""What changed between what was known of a device and what a scan found."""

from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import IPv4Address, IPv4Network
from typing import NamedTuple

from netinv.inventory.identity import by_number
from netinv.inventory.rows import moment, text
from netinv.model import Change, Device, Evidence

PASSING = frozenset({"arp.attempt", "icmp.attempt"})
"""Keys of what was so in one scan and says nothing of the next. Not told again, it is over; of a device the last is kept."""
MEASURED = frozenset({"icmp.rtt", "icmpv6.rtt", "icmp.loss", "arp.attempt", "icmp.attempt"})
"""Keys that measure and do not describe: another value is no other fact, so only the latest is kept."""

_NAMED = frozenset({"local.self", "route.gateway"})
"""Keys a sensor tells of one device in its network, so that to tell it of another takes it back."""


class Span(NamedTuple):
    """A fact as it is kept, once for the whole time it held."""

    number: int
    address: str
    key: str
    value: str
    probe: str
    seen: int
    """Heard last, in microseconds since 1970."""
    sensor: str
    """Which heard it last."""
    begun: int = 0
    """The scan that heard it first."""
    heard: int = 0
    """The scan that heard it last."""

    @property
    def evidence(self) -> Evidence:
        """As it was heard last."""
        return Evidence(text(self.address), text(self.key), text(self.value), text(self.probe), moment(self.seen))


@dataclass(slots=True)
class Merged:
    """What a scan does to the facts kept of a device."""

    extended: list[tuple[int, Evidence]] = field(default_factory=list)
    begun: list[tuple[datetime, Evidence]] = field(default_factory=list)
    """With the moment each was heard first."""
    ended: list[int] = field(default_factory=list)
    silent: int = 0
    """How many go on although nobody heard them."""
    dropped: list[int] = field(default_factory=list)
    """Those of the keys `PASSING` that are over."""
    evidence: list[Evidence] = field(default_factory=list)
    """All that now holds."""


class Asking(NamedTuple):
    """What of a scan tells silence from not having been asked."""

    sensor: str
    covers: Callable[[str], bool]
    """Whether an IPv4 address was asked."""
    named: frozenset[str]
    """Keys of the kind told of one device that this scan told of some device."""
    covers_link: Callable[[str], bool] = lambda _: False
    """Whether all of one of the networks of a link (`10.0.0.0/24, 10.1.0.0/24`) was asked: only then is IPv6 (`net.scope`)."""


def asking(sensor: str, targets: str, is_partial: bool, keys: Iterable[str]) -> Asking:
    """Of a scan that heard `keys`; one that was cut short may not have asked anybody, as one that only listened has not."""
    asked = _Asked("" if is_partial else targets)
    return Asking(sensor, asked.covers, _NAMED.intersection(keys), asked.covers_link)


def merge(known: Sequence[Span], heard: Sequence[Evidence], scan: Asking, former: Set[str] = frozenset()) -> Merged:
    """Lay what a scan heard of a device over what was known of it in this network; `former` are MAC addresses it let go of.

    Heard again, a fact goes on. It ends when the same question was answered otherwise at its address, or when the device answered
    at others only though this one was asked; with a MAC address let go of, also all that was heard where it showed no other.
    Silence alone ends nothing: the question may not have been asked.
    """
    first: dict[_Fact, datetime] = {}
    last: dict[_Fact, Evidence] = {}
    for e in sorted(heard, key=lambda e: e.seen):
        fact = _fact(e)
        first.setdefault(fact, e.seen)
        last[fact] = e
    answered = {fact[:3] for fact in last}
    addresses = {fact[0] for fact in last}
    left = {span.address for span in known if span.key == "mac" and span.value in former} if former else set()
    left -= addresses | {span.address for span in known if span.key == "mac" and span.value not in former}

    def holds(span: Span) -> bool:
        if span.address in left or (span.key == "mac" and span.value in former):
            return False
        if span.address not in addresses:
            return not scan.covers(span.address)
        return (span.address, span.key, span.probe) not in answered and not (
            span.key in scan.named and span.sensor == scan.sensor
        )

    merged = Merged()
    for span in known:
        if again := last.pop(_fact(span), None):
            merged.extended.append((span.number, again))
            merged.evidence.append(again)
        elif span.key in PASSING:
            merged.dropped.append(span.number)
        elif holds(span):
            merged.silent += 1
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
        ("addresses", _lasting(before), _lasting(after)),
        ("macs", ", ".join(before.macs) or None, ", ".join(after.macs) or None),
        ("name", before.name, after.name),
        ("kind", before.verdict.kind, after.verdict.kind),
        ("os", before.verdict.os, after.verdict.os),
        ("ports", _open_ports(before), _open_ports(after)),
    )
    return tuple(Change(at, after.id, name, was, now) for name, was, now in pairs if was != now)


def _lasting(device: Device) -> str | None:
    """Its addresses but for global IPv6 ones of no fixed making, which hosts make up anew every day (RFC 8981)."""
    made_up = {e.address for e in device.evidence if e.key == "ipv6.iid" and e.value != "eui64"}
    return ", ".join(a for a in device.addresses if a not in made_up or a.startswith("fe80:")) or None


def _open_ports(device: Device) -> str | None:
    """`22, 80`: the TCP ports that accept connections."""
    found = {int(e.key[4:]) for e in device.evidence if e.value == "open" and e.key.startswith("tcp.") and e.key[4:].isdecimal()}
    return ", ".join(map(str, sorted(found))) or None


_Fact = tuple[str, str, str, str]


def _fact(e: Evidence | Span) -> _Fact:
    return e.address, e.key, e.probe, "" if e.key in MEASURED else e.value


class _Asked:
    """The addresses of `Scan.targets`, as far as they can be read: host names count as not asked."""

    def __init__(self, targets: str) -> None:
        wanted, _, excluded = targets.partition(" except ")
        spared = [_range(word) for word in excluded.split(", ") if word]
        self._spared = [r for r in spared if r]
        self._wanted = [] if None in spared else [r for word in wanted.split(", ") if (r := _range(word))]

    def covers(self, address: str) -> bool:
        version, ip, _ = by_number(address)
        return version == 4 and any(a <= ip <= b for a, b in self._wanted) and not any(a <= ip <= b for a, b in self._spared)

    def covers_link(self, networks: str) -> bool:
        return any(
            any(a <= r[0] and r[1] <= b for a, b in self._wanted) and not any(a <= r[1] and r[0] <= b for a, b in self._spared)
            for word in networks.split(", ")
            if "/" in word and (r := _range(word))
        )


def _range(word: str) -> tuple[int, int] | None:
    """The first and the last address, as numbers."""
    left, dash, right = word.partition("-")
    try:
        if not dash:
            network = IPv4Network(word, strict=False)
            return int(network[0]), int(network[-1])
        last = f"{left.rpartition('.')[0]}.{right}" if right.isdecimal() else right
        return int(IPv4Address(left)), int(IPv4Address(last))
    except ValueError:
        return None
