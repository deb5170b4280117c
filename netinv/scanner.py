"""The corridor: interfaces -> targets -> probes -> evidence -> verdicts -> devices, the whole flow on one screen."""

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from math import isfinite

from netinv.defaults import RATE, RETRIES, TIMEOUT
from netinv.errors import PrivilegeError, UsageError
from netinv.inventory.devices import derive
from netinv.inventory.identity import group
from netinv.isolation import apart, here, is_inside_a_loop
from netinv.model import Device, Evidence, Problem, Scan, Traffic
from netinv.net.network import FORBIDDEN, Network
from netinv.net.targets import Targets, parse_targets
from netinv.plan import Plan, means_of, plan, select_probes, shared_out
from netinv.probes.base import Probe
from netinv.survey import Ended, Event, Heard, Progress, Settled, Survey

_JOINS = ("mac", "local.self")


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
    _check(timeout=timeout, rate=rate, retries=retries, isolated=isolated)
    understand: Callable[..., Targets] = partial(
        parse_targets, exclude=exclude, allow_large=allow_large, allow_huge=allow_huge, allow_public=allow_public
    )
    if network:
        wanted = understand(_words(targets), on_link=network.interface.networks)
        plans = shared_out(wanted, [network.interface])
    else:
        wanted, plans = plan(_words(targets), _words(interface), understand)
    chosen = select_probes(probe, skip)

    def open_surveys() -> list[Survey]:
        # The rate is shared: two interfaces may lead to the same wire.
        share = rate / len(plans)
        opened = [network or open_live(p, chosen, timeout=timeout, rate=share, retries=retries) for p in plans]
        return [Survey(door, p.targets, chosen, now=now) for door, p in zip(opened, plans, strict=True)]

    started = now()
    events = apart(open_surveys, stop) if isolated else here(open_surveys, stop)
    heard, ended = _follow(events, on_event, now)
    devices = tuple(derive(evidence, now=now()) for evidence in group(heard))
    problems = [p for e in ended for p in e.problems]
    method = sorted({means for e in ended for means in e.method})
    is_partial = any(e.is_partial for e in ended)
    if all(map(_is_own, devices)) and len(wanted) > _own(plans):
        _explain_silence(problems, was_asked=bool(method), is_partial=is_partial)
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
        method="+".join(method),
        is_partial=is_partial,
        sensor=sensor,
    )


def _check(*, timeout: float, rate: float, retries: int, isolated: bool) -> None:
    """What no scan can be made of is refused before anything is opened."""
    if not (isfinite(timeout) and timeout > 0 and isfinite(rate) and rate > 0 and retries >= 0):
        raise UsageError(
            "timeout and rate must be positive numbers, and retries 0 or more", hint="leave them out for the defaults"
        )
    if not isolated and is_inside_a_loop():
        raise UsageError("a scan runs an event loop of its own", hint="await asyncio.to_thread(netinv.scan, ...) instead")


def open_live(plan: Plan, chosen: Sequence[Probe], *, timeout: float, rate: float, retries: int) -> Network:
    """Open a real interface: every socket that needs a privilege, and all code that must be loaded before root is given up."""
    from netinv.net.live import LiveNetwork  # behind it are scapy and pyroute2, which only a scan's own process shall load
    from netinv.net.resolvers import system_resolvers

    resolvers = list(system_resolvers())
    gateway = plan.interface.gateway
    if gateway and gateway in plan.targets and gateway not in resolvers:
        resolvers.append(gateway)  # a home router knows the names it gave out, whoever resolves the rest
    network = LiveNetwork(plan.interface, plan.targets, timeout=timeout, rate=rate, retries=retries, resolvers=resolvers)
    return network.open(means_of(chosen))


def _words(given: Sequence[str] | str) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _is_own(device: Device) -> bool:
    return any(e.key == "local.self" for e in device.evidence)


def _own(plans: Sequence[Plan]) -> int:
    """How many of the targets are this machine's own addresses."""
    return sum(str(address.ip) in p.targets for p in plans for address in p.interface.addresses)


def _explain_silence(problems: list[Problem], *, was_asked: bool, is_partial: bool) -> None:
    """An empty result is explained, and is an error where nothing was asked."""
    forbidden = next((p for p in problems if p.source == FORBIDDEN), None)
    if forbidden or not (was_asked or is_partial):
        # What is behind routers is asked by ICMP alone, so its absence explains more than that of ARP.
        cause = forbidden or next((p for source in ("icmp", "arp") for p in problems if p.source == source), None)
        if cause is None:
            raise UsageError("the probes chosen could not ask any of the targets", hint="leave --probe and --skip out")
        raise PrivilegeError(f"nothing could be asked: {cause.message}", hint=cause.hint)
    if is_partial:
        return
    hint = "is this the right interface? `netinv interfaces` lists them, `netinv doctor` checks them"
    problems.append(Problem("scan", "no other device answered", hint))


def _follow(
    events: Iterator[Event], on_event: Callable[[Progress | Device], None] | None, now: Callable[[], datetime]
) -> tuple[list[Evidence], list[Ended]]:
    """Collect what is heard; tell of each device once, when all its addresses known by then have been asked everything."""
    heard = _Heard()
    ended: list[Ended] = []
    told: set[str] = set()
    with closing(events):  # type: ignore[type-var]
        for event in events:
            match event:
                case Heard(evidence):
                    heard.add(evidence)
                case Settled(address) if on_event:
                    heard.settled.add(address)
                    for of_one in heard.devices_at(address):
                        device = derive(of_one, now=now())
                        if device.id not in told and heard.settled.issuperset(device.addresses):
                            told.add(device.id)
                            on_event(device)
                case Progress() if on_event:
                    on_event(event)
                case Ended():
                    ended.append(event)
    return heard.all(), ended


class _Heard:
    """The evidence so far, by address, and which addresses share a MAC, so that one device need not be sought among all."""

    def __init__(self) -> None:
        self.settled: set[str] = set()
        self._at: dict[str, list[Evidence]] = {}
        self._of: dict[str, set[str]] = {}
        """Addresses by what joins them: a MAC, or being this machine's own."""

    def add(self, evidence: Evidence) -> None:
        self._at.setdefault(evidence.address, []).append(evidence)
        if evidence.key in _JOINS:
            bond = evidence.value if evidence.key == "mac" else evidence.key
            self._of.setdefault(bond, set()).add(evidence.address)

    def devices_at(self, address: str) -> tuple[tuple[Evidence, ...], ...]:
        near = {address}.union(*(addresses for addresses in self._of.values() if address in addresses))
        devices = group(e for a in near for e in self._at.get(a, ()))
        return tuple(device for device in devices if any(e.address == address for e in device))

    def all(self) -> list[Evidence]:
        return [e for evidence in self._at.values() for e in evidence]


def _total(each: Sequence[Traffic]) -> Traffic:
    return Traffic(
        frames=sum(t.frames for t in each),
        peak_pps=sum(t.peak_pps for t in each),
        mean_pps=round(sum(t.mean_pps for t in each), 1),
        replies=sum(t.replies for t in each),
        dropped=sum(t.dropped for t in each),
    )
