"""What is worth telling of a network that is watched, for people and as JSON (`netinv schema event`)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

from netinv.formats.base import stamp
from netinv.formats.changes import change_object, sentence
from netinv.formats.json import device_object, finding_object
from netinv.formats.words import spoken
from netinv.model import Change, Device, Finding

SCHEMA: Final = "netinv-event/1"
Kind = Literal["new", "back", "gone", "changed", "conflict"]
KINDS: Final[Mapping[Kind, str]] = {
    "new": "no scan had seen it before",
    "back": "it had counted as gone",
    "gone": "it was asked again and again and kept silent, and it does not sleep by habit",
    "changed": "it is not as it was",
    "conflict": "two devices answer for one address, or with one MAC address",
}
"""Every kind of event, and why it is told."""
CONFLICTS: Final = frozenset({"address_conflict", "duplicate_mac"})
"""The findings that are told as conflicts."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to one device."""

    kind: Kind
    at: datetime
    device: Device | None
    """As the inventory now knows it; None for a conflict of devices that it does not."""
    changes: tuple[Change, ...] = ()
    finding: Finding | None = None

    @property
    def says(self) -> str:
        """One line for people, which begins with a word of ours, whatever the device says of itself."""
        if self.finding:
            return f"conflict: {self.finding.says}"
        told = "; ".join(map(sentence, self.changes)) if self.kind == "changed" else ""
        return f"{self.kind}: {_called(self.device)}" + (f": {told}" if told else "")

    @property
    def why(self) -> tuple[str, ...]:
        """Why it is told, a sentence each."""
        if self.finding:
            return tuple(s for s in (KINDS["conflict"], self.finding.hint) if s)
        told = [sentence(c) for c in self.changes if c.field not in ("device", "presence")]
        if self.kind == "new" and self.device:
            told += [f"heard by {', '.join(sorted({e.probe for e in self.device.evidence}))}"]
            told += [reason.says for reason in self.device.verdict.because[:1]]
        if self.kind == "gone" and self.device:
            told += [f"heard last at {stamp(self.device.last_seen)}"]
        return (KINDS[self.kind], *told)


def document(event: Event) -> dict[str, object]:
    """The event as JSON's types."""
    return {
        "schema": SCHEMA,
        "event": f"device.{event.kind}",
        "at": stamp(event.at),
        "says": event.says,
        "why": list(event.why),
        "device": event.device and device_object(event.device),
        "changes": [change_object(change) for change in event.changes],
        "finding": event.finding and finding_object(event.finding),
    }


def of_changes(changes: Iterable[Change], devices: Mapping[str, Device]) -> Iterator[Event]:
    """One event for each device of whom the inventory says something else than before."""
    by_device: dict[str, list[Change]] = {}
    for change in changes:
        by_device.setdefault(change.device, []).append(change)
    for device, told in by_device.items():
        yield Event(_kind(told), told[-1].at, devices.get(device), tuple(told))


def of_findings(findings: Sequence[Finding], at: datetime, devices: Iterable[Device]) -> Iterator[Event]:
    """One event for each conflict; its devices are those known by these MACs."""
    known = {mac: device for device in devices for mac in device.macs}
    for finding in findings:
        concerned = {known[mac].id: known[mac] for mac in finding.macs if mac in known}
        about = next(iter(concerned.values()), None)
        yield Event("conflict", at, about, finding=replace(finding, devices=tuple(concerned)))


def _kind(changes: Sequence[Change]) -> Kind:
    fields = {change.field: change for change in changes}
    if "device" in fields:
        return "new"
    if presence := fields.get("presence"):
        return "gone" if presence.after == "gone" else "back"
    return "changed"


def _called(device: Device | None) -> str:
    if device is None:
        return "a device"
    what = device.verdict.kind if device.verdict.kind != "unknown" else device.verdict.category
    details = [device.ip or "", device.mac or "", device.vendor or ""]
    kind = f" ({spoken(what)})" if what != "unknown" else ""
    return f"{device.name or 'a device without a name'}{kind} {', '.join(filter(None, details))}".strip()
