"""A device as the inventory knows it, and what its user said of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, NamedTuple

from netinv.model.addressing import MAC
from netinv.model.evidence import Evidence
from netinv.model.verdict import Name, Verdict

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
