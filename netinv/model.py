"""The vocabulary: the few immutable types that travel between rooms, and nothing that does anything."""

import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2s
from ipaddress import IPv4Interface, IPv4Network, IPv6Interface
from typing import Final, Literal, NamedTuple, Self

_MAC = re.compile(
    r"[0-9a-f]{2}(?:[:-]?[0-9a-f]{2}){5}"
    r"|[0-9a-f]{1,2}(?:[:-][0-9a-f]{1,2}){5}"  # BSD's arp and ether_ntoa(3) leave out leading zeros
    r"|[0-9a-f]{4}(?:\.[0-9a-f]{4}){2}",  # Cisco
    re.IGNORECASE,
)


class MAC(str):
    """A 48-bit hardware address in its one spelling, `aa:bb:cc:dd:ee:ff`; made by `parse` where it is heard."""

    __slots__ = ()

    @classmethod
    def parse(cls, heard: str | bytes) -> Self:
        """From six bytes, or from text in any usual spelling; ValueError otherwise.

        `aa:bb:cc:dd:ee:ff`, `AA-BB-CC-DD-EE-FF`, `aabbccddeeff`, `aabbcc-ddeeff`, `aabb.ccdd.eeff`, `a:b:c:d:e:f`.
        """
        if isinstance(heard, bytes):
            if len(heard) != 6:
                raise ValueError(f"a MAC address has 6 bytes, not {len(heard)}")
            return cls(heard.hex(":"))
        if not (word := _MAC.fullmatch(heard.strip())):
            raise ValueError(f"not a MAC address: {heard!r}")
        digits = "".join(part.zfill(2) for part in re.split("[:-]", word[0])).replace(".", "")
        return cls(bytes.fromhex(digits).hex(":"))

    @property
    def is_group(self) -> bool:
        """Multicast or broadcast: the I/G bit (IEEE 802-2014, 8.2.2); never the address of one device."""
        return bool(int(self[1], 16) & 1)

    @property
    def is_local(self) -> bool:
        """Locally administered: the U/L bit (IEEE 802-2014, 8.2.2); made up by the device, so it names no vendor."""
        return bool(int(self[1], 16) & 2)


@dataclass(frozen=True, slots=True)
class Interface:
    """One network interface of this machine, as it stood when it was read."""

    name: str
    mac: MAC | None
    addresses: tuple[IPv4Interface | IPv6Interface, ...]
    gateway: str | None = None
    """Next hop of the default IPv4 route through this interface; None without one (also on `default dev tun0`)."""
    is_default: bool = False
    """The kernel would send to the Internet through it."""
    is_up: bool = True
    has_carrier: bool = True
    is_loopback: bool = False
    is_point_to_point: bool = False

    @property
    def networks(self) -> tuple[IPv4Network, ...]:
        """The on-link IPv4 networks, widest first, without repeats."""
        found = {a.network for a in self.addresses if isinstance(a, IPv4Interface)}
        return tuple(sorted(found, key=lambda n: (n.prefixlen, n)))

    @property
    def address(self) -> str | None:
        """The first IPv4 address, without its prefix length."""
        return next((str(a.ip) for a in self.addresses if isinstance(a, IPv4Interface)), None)


class Answer(NamedTuple):
    """What a probe reports: at `address` was heard, under `key` (`protocol.field`), `value`."""

    address: str
    key: str
    value: str


class Notice(NamedTuple):
    """What a probe overheard that is no fact about a target: `arp.sender`, `dhcp.server`, `ra.router`."""

    kind: str
    """As `protocol.who`, among those the probe declares."""
    address: str | None
    mac: MAC | None
    value: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """An answer that passed the corridor: cleaned, dated, and signed by the probe that heard it."""

    address: str
    key: str
    value: str
    probe: str
    seen: datetime
    """Aware, UTC."""

    @property
    def id(self) -> str:
        """Eight hexadecimal digits naming this fact: the same fact heard again has the same id."""
        fact = "\0".join((self.address, self.key, self.value))
        return blake2s(fact.encode("utf-8", "replace"), digest_size=4).hexdigest()


@dataclass(frozen=True, slots=True)
class Host:
    """All the evidence heard so far at one address, while a scan runs."""

    address: str
    evidence: tuple[Evidence, ...] = ()

    def all(self, key: str) -> tuple[str, ...]:
        return tuple(e.value for e in self.evidence if e.key == key)

    def first(self, key: str) -> str | None:
        return next((e.value for e in self.evidence if e.key == key), None)


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule's word in a verdict, and the evidence it rests on."""

    rule: str
    says: str
    """A sentence a person understands, with what was heard filled in."""
    weight: float
    """Log-odds added to the kind it speaks for; negative speaks against."""
    evidence: tuple[str, ...]
    """Ids of the evidence cited."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another kind the device might be."""

    category: str
    kind: str
    confidence: float
    because: tuple[Reason, ...] = ()


class Detail(NamedTuple):
    """Something told of a device besides its kind, and who told it."""

    field: str
    """`vendor`, `model`, `os`, `firmware` or `serial`."""
    value: str
    confidence: float
    """Between 0 and 1; more where several agree that do not repeat each other."""
    sources: tuple[str, ...]
    """Evidence keys or rules by which it is told, the most trusted first."""
    evidence: tuple[str, ...]
    """Ids of all the evidence that says so."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a device is, how sure netinv is of it, and why."""

    category: str = "unknown"
    kind: str = "unknown"
    vendor: str | None = None
    model: str | None = None
    os: str | None = None
    confidence: float = 0.0
    """Between 0 and 1: the share of such verdicts that are right."""
    because: tuple[Reason, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    firmware: str | None = None
    serial: str | None = None
    details: tuple[Detail, ...] = ()
    """Who told vendor, model, os, firmware and serial, in this order; nothing of what nobody told."""


class Name(NamedTuple):
    """A name and where it was heard (an evidence key such as `dns.ptr`)."""

    name: str
    source: str


YOU: Final = "you"
"""Who said so, where it was the user: in place of a rule, a probe or an evidence key."""


class Link(NamedTuple):
    """Why two clues, such as two MAC addresses, are taken for one device's."""

    one: str
    other: str
    kind: str
    """The evidence key that both gave, or `you` where the user said so."""
    value: str
    """What both gave under it."""
    strength: float
    """Between 0 and 1: the share of such links that are right."""


@dataclass(frozen=True, slots=True)
class Annotations:
    """What the user says of a device; no scan changes it."""

    name: str | None = None
    kind: str | None = None
    owner: str | None = None
    location: str | None = None
    notes: str | None = None
    tags: tuple[str, ...] = ()
    """In alphabetical order."""
    trusted: bool | None = None


Presence = Literal["here", "asleep", "unasked", "gone"]
"""Heard by the latest scan that asked; silent, which from this device means little; not asked since; silent for too long."""


@dataclass(frozen=True, slots=True)
class Device:
    """One device: always derived from evidence, never edited by hand."""

    id: str
    addresses: tuple[str, ...]
    macs: tuple[MAC, ...]
    name: str | None
    names: tuple[Name, ...]
    vendor: str | None
    """Maker of the network interface, by MAC prefix; the verdict's vendor where the device says better."""
    verdict: Verdict
    evidence: tuple[Evidence, ...]
    first_seen: datetime
    last_seen: datetime
    is_new: bool = True
    """Never in the inventory before the scan that reports it."""
    rtt_ms: float | None = None
    presence: Presence = "here"
    network: str = ""
    """Where it was heard last: the name its user gave the network, else the networks on the sensor's link."""
    sensor: str = ""
    """Which sensor heard it last; empty where that is not known."""
    annotations: Annotations = Annotations()
    """`name` and `verdict` follow these where they say something."""
    links: tuple[Link, ...] = ()

    @property
    def ip(self) -> str | None:
        return self.addresses[0] if self.addresses else None

    @property
    def mac(self) -> MAC | None:
        return self.macs[0] if self.macs else None


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that could not be asked or understood; the scan went on without it."""

    source: str
    """The probe or room it happened in."""
    message: str
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about the network, and not about one device alone, that its owner should know."""

    kind: str
    """A word of `findings.KINDS`."""
    says: str
    """A sentence a person understands and learns from."""
    addresses: tuple[str, ...] = ()
    macs: tuple[MAC, ...] = ()
    devices: tuple[str, ...] = ()
    """Ids of the devices concerned."""
    evidence: tuple[str, ...] = ()
    """Ids of the evidence it rests on."""
    severity: Literal["warning", "info"] = "warning"
    hint: str | None = None
    """What to do about it."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """What a scan put on the wire by its own count."""

    frames: int = 0
    """Questions, and what the kernel adds to them: address resolution, and the rest of a TCP connection."""
    peak_pps: int = 0
    """The fullest 100 ms, scaled to a second."""
    mean_pps: float = 0.0
    replies: int = 0
    dropped: int = 0
    """Replies the kernel discarded because a socket buffer was full."""


@dataclass(frozen=True, slots=True)
class Scan:
    """One look at the network."""

    id: str
    started: datetime
    finished: datetime
    interfaces: tuple[Interface, ...]
    targets: str
    """What was asked, in the user's notation: `10.0.0.0/24, 10.1.0.5`."""
    asked: int
    """How many addresses."""
    devices: tuple[Device, ...]
    problems: tuple[Problem, ...] = ()
    findings: tuple[Finding, ...] = ()
    """Warnings first."""
    traffic: Traffic = Traffic()
    method: str = ""
    """How presence was asked: `arp`, `neighbours`, `icmp`, joined by `+`; `listen` where nothing was asked."""
    is_partial: bool = False
    """Interrupted, or an interface died: what is missing may simply not have been asked."""
    sensor: str = "local"
    pace: str = "default"
    """`gentle`, `default` or `fast`."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between what the inventory knew and what a scan found."""

    at: datetime
    device: str
    field: str
    """`device` where it was seen for the first time, `presence` (here, gone), `joined` where another, `before`, turned out to be
    it, `parted`; else what is not as it was: addresses, macs, name, kind, os, ports, network, and what the user says."""
    before: str | None
    after: str | None
    by: Literal["scan", "you"] = "scan"
    """Who told."""
    sensor: str = ""
    """Whose scan; empty where the user told."""
