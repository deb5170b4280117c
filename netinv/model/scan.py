"""One look at the network: who was there, what it cost, what went wrong and what was found."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from netinv.model.addressing import MAC, Interface
from netinv.model.device import Device


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
