"""A scan before and after: what is known of it beforehand, and how what was gathered makes it whole."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from netinv.errors import PrivilegeError, UsageError
from netinv.findings import findings
from netinv.gathering import Gathering
from netinv.model import Device, Problem, Scan, Traffic
from netinv.net.network import FORBIDDEN
from netinv.net.transcript import Door, Header
from netinv.plan import Plan


@dataclass(frozen=True, slots=True)
class Outline:
    """What is known of a scan before it is made."""

    id: str
    started: datetime
    plans: Sequence[Plan]
    targets: str
    asked: int
    sensor: str
    pace: str

    def header(self, probes: Sequence[str]) -> Header:
        """The beginning of a transcript of the scan."""
        doors = tuple(Door(p.interface, p.targets) for p in self.plans)
        started = self.started.isoformat()
        return Header(self.id, started, self.targets, self.asked, doors, tuple(probes), self.pace, self.sensor)

    def filled(self, gathering: Gathering, *, finished: datetime) -> Scan:
        """The scan, made of all that was gathered. Raises as `scan`."""
        from netinv.classification.rules import load_rules  # while the network is asked, they can wait

        where = ", ".join(dict.fromkeys(str(n) for p in self.plans for n in p.interface.networks))
        devices = tuple(replace(device, network=where, sensor=self.sensor) for device in gathering.devices())
        ended = gathering.ended
        problems = [p for e in ended for p in e.problems]
        problems += (Problem("rules", f"left out: {wrong.message}", wrong.hint) for wrong in load_rules().problems)
        method = sorted({means for e in ended for means in e.method})
        is_partial = any(e.is_partial for e in ended)
        if all(map(_is_own, devices)) and self.asked > _own(self.plans):
            _explain_silence(problems, method=method, is_partial=is_partial)
        return Scan(
            id=self.id,
            started=self.started,
            finished=finished,
            interfaces=tuple(p.interface for p in self.plans),
            targets=self.targets,
            asked=self.asked,
            devices=devices,
            problems=tuple(problems),
            findings=findings(devices, gathering.notices, [p.interface for p in self.plans]),
            traffic=_total([e.traffic for e in ended]),
            method="+".join(method),
            is_partial=is_partial,
            sensor=self.sensor,
            pace=self.pace,
        )


def _is_own(device: Device) -> bool:
    return any(e.key == "local.self" for e in device.evidence)


def _own(plans: Sequence[Plan]) -> int:
    """How many of the targets are this machine's own addresses."""
    return sum(str(address.ip) in p.targets for p in plans for address in p.interface.addresses)


def _explain_silence(problems: list[Problem], *, method: Sequence[str], is_partial: bool) -> None:
    """An empty result is explained, and is an error where nothing was asked."""
    forbidden = next((p for p in problems if p.source == FORBIDDEN), None)
    if forbidden or not (method or is_partial):
        # What is behind routers is asked by ICMP alone, so its absence explains more than that of ARP.
        cause = forbidden or next((p for source in ("icmp", "arp") for p in problems if p.source == source), None)
        if cause is None:
            raise UsageError("the probes chosen could not ask any of the targets", hint="leave --probe and --skip out")
        raise PrivilegeError(f"nothing could be asked: {cause.message}", hint=cause.hint)
    if is_partial:
        return
    hint = "is this the right interface? `netinv interfaces` lists them, `netinv doctor` checks them"
    if method == ["listen"]:
        problems.append(Problem("scan", "no other device gave a sign of itself", f"listen longer; {hint}"))
    else:
        problems.append(Problem("scan", "no other device answered", hint))


def _total(each: Sequence[Traffic]) -> Traffic:
    return Traffic(
        frames=sum(t.frames for t in each),
        peak_pps=sum(t.peak_pps for t in each),
        mean_pps=round(sum(t.mean_pps for t in each), 1),
        replies=sum(t.replies for t in each),
        dropped=sum(t.dropped for t in each),
    )
