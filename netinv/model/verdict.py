"""What a device is taken for, and why."""

from dataclasses import dataclass
from typing import NamedTuple


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
