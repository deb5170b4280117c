"""The evidence of one device to a Device."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from math import isfinite

from netinv.inventory.identity import by_number, clues, device_id
from netinv.model import MAC, Device, Evidence, Finding, Name, Verdict

_RTT = ("icmp.rtt", "icmpv6.rtt")


def derive(evidence: Iterable[Evidence], *, now: datetime | None = None) -> Device:
    """The device as today's rules see it; `now` as in `build`."""
    from netinv.classification import classify  # 10 ms that a list of devices whose verdicts are kept does not need
    from netinv.classification.naming import display_name, names, vendor_of

    evidence = tuple(evidence)
    verdict = classify(evidence)
    return build(
        evidence,
        verdict=verdict,
        name=display_name(evidence),
        names=names(evidence),
        vendor=vendor_of(evidence, verdict),
        now=now,
    )


def build(
    evidence: Iterable[Evidence],
    *,
    verdict: Verdict,
    name: str | None,
    names: tuple[Name, ...],
    vendor: str | None,
    now: datetime | None = None,
) -> Device:
    """The device with this opinion of it; all else follows from the evidence; without any, it was seen `now`."""
    evidence = tuple(evidence)
    found = clues(evidence)
    times = [e.seen for e in evidence] or [now or datetime.now(UTC)]
    return Device(
        id=device_id(found) if found else "",
        addresses=tuple(sorted({e.address for e in evidence}, key=by_number)),
        macs=tuple(MAC(value) for kind, value in found if kind == "mac"),
        name=name,
        names=names,
        vendor=verdict.vendor or vendor,
        verdict=verdict,
        evidence=evidence,
        first_seen=min(times),
        last_seen=max(times),
        rtt_ms=min((ms for e in evidence if e.key in _RTT and (ms := _milliseconds(e.value)) is not None), default=None),
    )


def in_order(devices: Iterable[Device]) -> tuple[Device, ...]:
    """By first address, numerically."""
    return tuple(sorted(devices, key=lambda device: by_number(device.ip or "")))


def renamed(findings: Iterable[Finding], ids: Mapping[str, str]) -> tuple[Finding, ...]:
    """The findings of a scan whose devices turned out to go by other ids."""
    return tuple(replace(f, devices=tuple(dict.fromkeys(ids.get(device, device) for device in f.devices))) for f in findings)


def _milliseconds(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if isfinite(value) and value >= 0 else None
