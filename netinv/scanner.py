"""The corridor: interfaces -> targets -> probes -> evidence -> verdicts -> devices, the whole flow on one screen."""

import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from math import isfinite
from typing import NoReturn

from netinv.defaults import COMMUNITIES, LISTEN, PACES, Manners
from netinv.errors import PrivilegeError, UsageError
from netinv.gathering import Gathering, OnEvent
from netinv.inventory.devices import derive
from netinv.isolation import apart, here, is_inside_a_loop
from netinv.model import Evidence, Interface, Scan
from netinv.net.loops import RecordingLoop
from netinv.net.network import Expectation, Network
from netinv.net.notation import resolve
from netinv.net.recording import Recorder
from netinv.net.targets import Targets, parse_targets
from netinv.net.transcript import Line
from netinv.outline import Outline
from netinv.plan import Plan, means_of, plan, select_probes, shared_out
from netinv.probes.base import LinkProbe, Probe
from netinv.survey import Survey
from netinv.text import clean


def scan(
    targets: Sequence[str] | str = (),
    *,
    interface: Sequence[str] | str = (),
    exclude: Sequence[str] = (),
    pace: str = "default",
    presence: bool = False,
    timeout: float | None = None,
    rate: float | None = None,
    retries: int | None = None,
    probe: Sequence[str] = (),
    skip: Sequence[str] = (),
    also: Sequence[str] = (),
    communities: Sequence[str] = (),
    allow_large: bool = False,
    allow_huge: bool = False,
    allow_public: bool = False,
    listen: float | None = None,
    passive: bool = False,
    sensor: str = "local",
    expected: Sequence[Expectation] = (),
    on_event: OnEvent | None = None,
    stop: Callable[[], bool] = lambda: False,
    isolated: bool = False,
    network: Network | None = None,
    record: Callable[[Line], object] | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Scan:
    """Ask the network who is there, and say what each device is.

    `targets` as on the command line; none means the network on the link of `interface`, and none of those the default route's.
    `pace` is `gentle`, `default` or `fast`; `timeout` in seconds, `rate` in packets a second and `retries` depart from it.
    `presence` asks only who is there, and so does the pace `fast`: nothing is identified. `probe` names the only probes to ask,
    `skip` those not to, and `also` those to ask that are not asked by default, as `tcp-ping`.
    `communities` are tried by the probe `snmp`, which is asked where there are any; where only `also` asks for it, `public` is.
    `expected` is whom to ask again, each alone, if nobody hears them: what `Inventory.expected` returns.
    `on_event` is told of progress, of each address as soon as somebody answers there, and of each device as soon as it is known;
    `stop` is asked often, and ends the scan early.
    `listen` is how many seconds to listen at least to what devices announce by themselves; None as long as there is something
    to ask, if the system lets us. `passive` sends nothing at all and only listens, by default for `LISTEN` seconds.
    `network` is a door already open, used instead of this machine's interfaces.
    `record` is told of everything that passes the door: the lines of a transcript, of which `replay` makes the same scan again.
    `isolated` reads the network in a child process; both give up root once the sockets are open, so it is for programs that
    do nothing else, as the command line.
    Raises TargetError, InterfaceError, or PrivilegeError if nothing could be asked at all.
    """
    manners = manners_of(pace, timeout=timeout, rate=rate, retries=retries, presence=presence)
    _check(manners, listen=listen, isolated=isolated)
    understand: Callable[..., Targets] = partial(
        parse_targets,
        exclude=exclude,
        allow_large=allow_large or passive,  # listening to many costs no more than to few
        allow_huge=allow_huge or passive,
        allow_public=allow_public,
        resolve=refuse_names if passive else resolve,
    )
    if network:
        if passive and network.abilities - {"listen"}:
            raise UsageError("a passive scan needs a network that can do nothing but listen", hint="leave the network out")
        wanted = understand(_words(targets), on_link=network.interface.networks)
        plans = shared_out(wanted, [network.interface])
    else:
        wanted, plans = plan(_words(targets), _words(interface), understand)
    listens = bool(listen) or passive
    if communities and not (probe or presence or manners.is_eager):
        also = (*also, "snmp")
    chosen = select_probes(probe, skip, also, presence=presence, is_quick=manners.is_eager, listens=listens)

    def open_surveys() -> list[Survey]:
        for each in chosen:
            # Before root is given up: after it, files may be out of reach. What cannot be loaded says so when it is asked.
            with suppress(Exception):
                if not isinstance(each, LinkProbe):
                    each.load()
        # The rate is shared: two interfaces may lead to the same wire.
        shared = replace(manners, rate=manners.rate / len(plans))
        live = partial(
            open_live, manners=shared, communities=communities or COMMUNITIES, must_listen=bool(listen), expected=expected
        )
        opened = [network or (open_passive(p.interface) if passive else live(p, chosen)) for p in plans]
        seconds = (LISTEN if passive else 0.0) if listen is None else listen
        if recorder:
            opened = [recorder.wrap(door) for door in opened]
        dated = recorder.now if recorder else now
        return [Survey(door, p.targets, chosen, now=dated, listen=seconds) for door, p in zip(opened, plans, strict=True)]

    started = now()
    outline = Outline(
        id=f"{started:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}",
        started=started,
        plans=plans,
        targets=wanted.text,
        asked=len(wanted),
        sensor=sensor,
        pace=manners.pace,
    )
    recorder = Recorder(started, record, outline.header([p.name for p in chosen])) if record else None
    loop = RecordingLoop if recorder else None
    # Whoever watches wants to see the first answer at once, and the rules can wait.
    meanwhile = (lambda: None) if on_event else _load
    events = apart(open_surveys, stop, meanwhile, recorder) if isolated else here(open_surveys, stop, loop)
    gathering = Gathering(on_event)
    gathering.read(events)
    found = outline.filled(gathering, finished=now())
    if recorder:
        recorder.finish(found.finished, is_partial=found.is_partial)
    return found


def manners_of(pace: str, *, timeout: float | None, rate: float | None, retries: int | None, presence: bool) -> Manners:
    """The manners of the pace by this name, but for what is said otherwise; UsageError if there is no such pace."""
    if pace not in PACES:
        raise UsageError(f"there is no pace '{clean(pace, 40)}'", hint=f"paces: {', '.join(PACES)}")
    return replace(PACES[pace], is_hurried=PACES[pace].is_hurried or presence).but(timeout=timeout, rate=rate, retries=retries)


def _check(manners: Manners, *, listen: float | None, isolated: bool) -> None:
    """What no scan can be made of is refused before anything is opened."""
    timeout, rate, retries = manners.timeout, manners.rate, manners.retries
    if listen is not None and not (isfinite(listen) and listen >= 0):
        raise UsageError("the time to listen must be 0 seconds or more", hint="leave it out for the default")
    if not (isfinite(timeout) and timeout > 0 and isfinite(rate) and rate > 0 and retries >= 0):
        raise UsageError(
            "timeout and rate must be positive numbers, and retries 0 or more", hint="leave them out for the defaults"
        )
    if not isolated and is_inside_a_loop():
        raise UsageError("a scan runs an event loop of its own", hint="await asyncio.to_thread(netinv.scan, ...) instead")


def open_live(
    plan: Plan,
    chosen: Sequence[Probe],
    *,
    manners: Manners,
    communities: Sequence[str] = COMMUNITIES,
    must_listen: bool = False,
    expected: Sequence[Expectation] = (),
) -> Network:
    """Open a real interface: every socket that needs a privilege, and all code that must be loaded before root is given up.

    `must_listen`: where it cannot be listened, the user is told.
    """
    from netinv.net.live import LiveNetwork  # behind it are scapy and pyroute2, which only a scan's own process shall load
    from netinv.net.resolvers import system_resolvers

    talks = any("udp" in p.needs for p in chosen)
    resolvers = list(system_resolvers()) if talks else []  # 40 ms
    gateway = plan.interface.gateway
    if talks and gateway and gateway in plan.targets and gateway not in resolvers:
        resolvers.append(gateway)  # a home router knows the names it gave out, whoever resolves the rest
    network = LiveNetwork(plan.interface, plan.targets, manners, resolvers=resolvers, communities=communities, expected=expected)
    network.open(means_of(chosen))
    if any("listen" in p.needs for p in chosen):
        network.open_listening(is_wanted=must_listen)
    return network


def open_passive(interface: Interface) -> Network:
    """Open an interface to listen, and for nothing else; PrivilegeError where the system does not let us."""
    from netinv.net.passive import PassiveNetwork  # as above

    try:
        return PassiveNetwork(interface)
    except OSError as error:
        said = f"cannot listen at {interface.name}: {error.strerror or error}"
        raise PrivilegeError(said, hint="run it with sudo; root is given up once the socket is open") from error


def _load() -> None:
    """Load the rules and tables that devices are derived by; it takes as long as the first of them would."""
    derive((Evidence("0.0.0.0", "mac", "02:00:00:00:00:01", "", datetime.now(UTC)),))  # noqa: S104 - nobody


def refuse_names(name: str) -> NoReturn:
    """What a scan that sends nothing has in the place of a resolver."""
    raise OSError(0, "a passive scan asks no resolver")


def _words(given: Sequence[str] | str) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)
