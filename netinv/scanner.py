"""The corridor: interfaces -> targets -> probes -> evidence -> verdicts -> devices, the whole flow on one screen."""

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from typing import NamedTuple

from netinv.defaults import RATE, RETRIES, TIMEOUT
from netinv.errors import PrivilegeError, UsageError
from netinv.inventory.devices import derive
from netinv.inventory.identity import group
from netinv.isolation import apart, here
from netinv.model import Device, Evidence, Interface, Problem, Scan, Traffic
from netinv.net.interfaces import choose, on_link
from netinv.net.network import FORBIDDEN, Network
from netinv.net.targets import Targets, parse_targets
from netinv.probes import probes
from netinv.probes.base import Probe
from netinv.survey import Ended, Event, Heard, Progress, Settled, Survey


class Plan(NamedTuple):
    """What is asked through one interface."""

    interface: Interface
    targets: Targets


def scan(
    targets: Sequence[str] | str = (),
    *,
    interface: Sequence[str] | str = (),
    exclude: Sequence[str] = (),
    timeout: float = TIMEOUT,
    rate: float = RATE,
    retries: int = RETRIES,
    probe: Sequence[str] = (),
    skip: Sequence[str] = (),
    allow_large: bool = False,
    allow_huge: bool = False,
    allow_public: bool = False,
    sensor: str = "local",
    on_event: Callable[[Progress | Device], None] | None = None,
    stop: Callable[[], bool] = lambda: False,
    isolated: bool = False,
    network: Network | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Scan:
    """Ask the network who is there, and say what each device is.

    `targets` as on the command line; none means the network on the link of `interface`, and none of those the default route's.
    `timeout` in seconds, `rate` in packets a second. `probe` names the only probes to ask, `skip` those not to.
    `on_event` is told of progress, and of each device as soon as it is known; `stop` is asked often, and ends the scan early.
    `network` is a door already open, used instead of this machine's interfaces.
    `isolated` reads the network in a child process; both give up root once the sockets are open, so it is for programs that
    do nothing else, as the command line.
    Raises TargetError, InterfaceError, or PrivilegeError if nothing could be asked at all.
    """
    interfaces = (network.interface,) if network else choose(_words(interface))
    wanted = parse_targets(
        _words(targets),
        exclude=exclude,
        on_link=[network for i in interfaces for network in on_link(i)] if not targets else (),
        allow_large=allow_large,
        allow_huge=allow_huge,
        allow_public=allow_public,
    )
    plans = plan(wanted, interfaces)
    chosen = select_probes(probe, skip)

    def open_surveys() -> list[Survey]:
        # The rate is shared: two interfaces may lead to the same wire.
        opened = [network or open_live(p, timeout=timeout, rate=rate / len(plans), retries=retries) for p in plans]
        return [Survey(door, p.targets, chosen, now=now) for door, p in zip(opened, plans, strict=True)]

    started = now()
    events = apart(open_surveys, stop) if isolated else here(open_surveys, stop)
    heard, ended = _follow(events, on_event, now)
    devices = tuple(derive(evidence, now=now()) for evidence in group(heard))
    problems = [p for e in ended for p in e.problems]
    if all(map(_is_own, devices)):
        _explain_silence(problems, is_partial=any(e.is_partial for e in ended))
    return Scan(
        id=f"{started:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}",
        started=started,
        finished=now(),
        interfaces=tuple(p.interface for p in plans),
        targets=wanted.text,
        asked=len(wanted),
        devices=devices,
        problems=tuple(problems),
        traffic=_total([e.traffic for e in ended]),
        method="+".join(sorted({m for e in ended for m in e.method})),
        is_partial=any(e.is_partial for e in ended),
        sensor=sensor,
    )


def plan(wanted: Targets, interfaces: Sequence[Interface]) -> tuple[Plan, ...]:
    """Which interface asks what: each its own link, each address once, and the first one whatever is behind routers."""
    first, *others = interfaces
    taken = list(first.networks)
    plans = []
    for interface in others:
        plans.append(Plan(interface, wanted.only(interface.networks).outside(taken)))
        taken += interface.networks
    elsewhere = [network for p in plans for network in p.targets.networks]
    return tuple(p for p in (Plan(first, wanted.outside(elsewhere)), *plans) if len(p.targets))


def open_live(plan: Plan, *, timeout: float, rate: float, retries: int) -> Network:
    """Open a real interface: every socket that needs a privilege, and all code that must be loaded before root is given up."""
    from netinv.net.live import LiveNetwork  # behind it are scapy and pyroute2, which only a scan's own process shall load
    from netinv.net.resolvers import system_resolvers

    network = LiveNetwork(plan.interface, plan.targets, timeout=timeout, rate=rate, retries=retries, resolvers=system_resolvers())
    return network.open()


def select_probes(only: Sequence[str], skip: Sequence[str]) -> tuple[Probe, ...]:
    """The probes by name; NetinvError for a name no probe has."""
    every = {p.name: p for p in probes()}
    if unknown := [name for name in (*only, *skip) if name not in every]:
        raise UsageError(f"there is no probe '{unknown[0]}'", hint=f"probes: {', '.join(every)}")
    return tuple(p for name, p in every.items() if (not only or name in only) and name not in skip)


def _words(given: Sequence[str] | str) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _is_own(device: Device) -> bool:
    return any(e.key == "local.self" for e in device.evidence)


def _explain_silence(problems: list[Problem], *, is_partial: bool) -> None:
    """An empty result is explained, and is an error where nothing could be asked."""
    if forbidden := next((p for p in problems if p.source == FORBIDDEN), None):
        raise PrivilegeError(forbidden.message, hint=forbidden.hint)
    if not is_partial:
        hint = "is this the right interface? `netinv interfaces` lists them, `netinv doctor` checks them"
        problems.append(Problem("scan", "no other device answered", hint))


def _follow(
    events: Iterator[Event], on_event: Callable[[Progress | Device], None] | None, now: Callable[[], datetime]
) -> tuple[list[Evidence], list[Ended]]:
    """Collect what is heard; tell of each device once, when the first of its addresses has been asked everything."""
    heard: dict[str, list[Evidence]] = {}
    ended: list[Ended] = []
    told: set[str] = set()
    with closing(events):  # type: ignore[type-var]
        for event in events:
            match event:
                case Heard(evidence):
                    heard.setdefault(evidence.address, []).append(evidence)
                case Settled(address) if on_event:
                    for device in (derive(evidence, now=now()) for evidence in group(heard[address])):
                        if device.id not in told:
                            told.add(device.id)
                            on_event(device)
                case Progress() if on_event:
                    on_event(event)
                case Ended():
                    ended.append(event)
    return [e for evidence in heard.values() for e in evidence], ended


def _total(each: Sequence[Traffic]) -> Traffic:
    return Traffic(
        frames=sum(t.frames for t in each),
        peak_pps=sum(t.peak_pps for t in each),
        mean_pps=round(sum(t.mean_pps for t in each), 1),
        replies=sum(t.replies for t in each),
        dropped=sum(t.dropped for t in each),
    )
