"""What a scan is going to do: which interface asks whom, and by which probes."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, get_args

from netinv.errors import UsageError
from netinv.model import Interface
from netinv.net.interfaces import choose, default, flaw, interfaces, on_link
from netinv.net.network import Means
from netinv.net.routes import route
from netinv.net.targets import Targets
from netinv.probes import named, probes
from netinv.probes.base import HintProbe, HostProbe, LinkProbe, Probe, ServiceProbe

_SWEPT = frozenset({"arp", "icmp", "neighbours"})
"""What can be asked as fast as the link answers."""
QUICK = ("arp", "icmp", "local", "neighbours")
"""The probes that need no more, which are loaded alone where nobody wants others."""


class Plan(NamedTuple):
    """What is asked through one interface."""

    interface: Interface
    targets: Targets


def plan(words: Sequence[str], names: Sequence[str], understand: Callable[..., Targets]) -> tuple[Targets, tuple[Plan, ...]]:
    """All targets, and who asks which of them: through the interfaces named, or those the targets are on or behind.

    Without `words` the targets are the networks on the link of those interfaces; `understand` is `parse_targets` with its limits.
    """
    if any(word.strip() for word in words):
        wanted = understand(words)
        return wanted, shared_out(wanted, choose(names) if names else leading_to(wanted, interfaces()))
    chosen = choose(names)
    wanted = understand((), on_link=[network for interface in chosen for network in on_link(interface)])
    return wanted, shared_out(wanted, chosen)


def leading_to(wanted: Targets, found: Sequence[Interface]) -> tuple[Interface, ...]:
    """The interfaces the targets are on the link of, and before them the one that leads to all others."""
    near = [i for i in found if not flaw(i) and len(wanted.only(i.networks))]
    far = wanted.outside([network for i in near for network in i.networks])
    if not len(far):
        return tuple(near)
    way = route(next(iter(far)))
    first = next((i for i in found if way and i.name == way.interface and not flaw(i)), None) or default(found).interface
    return first, *(i for i in near if i != first)


def shared_out(wanted: Targets, chosen: Sequence[Interface]) -> tuple[Plan, ...]:
    """Each address asked once: through the interface it is on the link of, and through the first one if there is none."""
    first, *others = chosen
    taken = list(first.networks)
    plans = []
    for interface in others:
        plans.append(Plan(interface, wanted.only(interface.networks).outside(taken)))
        taken += interface.networks
    elsewhere = [network for p in plans for network in p.targets.networks]
    return tuple(p for p in (Plan(first, wanted.outside(elsewhere)), *plans) if len(p.targets))


def select_probes(
    only: Sequence[str],
    skip: Sequence[str],
    also: Sequence[str] = (),
    *,
    presence: bool = False,
    is_quick: bool = False,
    listens: bool = False,
) -> tuple[Probe, ...]:
    """`only` these probes, or all that are asked by default; `also` those; and not those to `skip`.

    Where `only` names none that finds anybody, those that do so by default come along, and those that hear what the named ones
    want to have heard of a host: `only` http asks by tcp too. To name a probe not asked by default is the consent to it.

    For `presence` the default is those that find somebody, and if it shall be `is_quick` those of them that sweep, or listen
    where the user said so (`listens`).
    UsageError for a name no probe has, and if none is left that finds anybody.
    """
    every = {p.name: p for p in (named(QUICK) if is_quick and not (only or skip or also or listens) else probes())}
    names = ", ".join(every)
    if unknown := [name for name in (*only, *skip, *also) if name not in every]:
        raise UsageError(f"there is no probe '{unknown[0]}'", hint=f"probes: {names}")
    quickly = _SWEPT | ({"listen"} if listens else set()) if is_quick else None
    default = [p.name for p in every.values() if _is_default(p, presence=presence, quickly=quickly)]
    asked = {*(only or default), *also}
    finders = {p.name for p in every.values() if isinstance(p, LinkProbe) and p.needs}
    if only and not asked & finders:
        asked |= {p.name for p in every.values() if _is_default(p, presence=True, quickly=quickly)}
        asked |= _telling([every[name] for name in sorted(asked)], [p for p in every.values() if p.by_default])
    chosen = tuple(p for name, p in every.items() if name in asked and name not in skip)
    if finders.isdisjoint(p.name for p in chosen):
        raise UsageError(
            "the probes chosen find nobody: they ask only who was found", hint=f"do not skip all of {', '.join(sorted(finders))}"
        )
    return chosen


def _telling(asked: Sequence[Probe], known: Sequence[Probe]) -> set[str]:
    """Those of the probes known that tell what those asked want to have heard, or what these want in turn."""
    found: set[str] = set()
    wanting = list(asked)
    while wanting:
        wanted = _wanted(wanting.pop())
        telling = [p for p in known if p.name not in found and wanted.intersection(p.tells)]
        found.update(p.name for p in telling)
        wanting += telling
    return found


def _wanted(probe: Probe) -> frozenset[str]:
    """The keys of what a probe wants to have heard of a host before it asks it."""
    match probe:
        case HostProbe():
            return frozenset(word.partition("=")[0] for word in probe.wants)
        case ServiceProbe():
            return frozenset(f"tcp.{port}" for port in probe.ports)
        case HintProbe():
            return probe.hears
    return frozenset()


def _is_default(probe: Probe, *, presence: bool, quickly: frozenset[str] | None) -> bool:
    """`quickly` is what a quick scan has the time for."""
    if isinstance(probe, LinkProbe):
        return probe.by_default and (quickly is None or probe.needs <= quickly)
    return probe.by_default and not presence and quickly is None


def means_of(chosen: Sequence[Probe]) -> frozenset[Means]:
    """The means of sweeping that these probes need."""
    every: tuple[Means, ...] = get_args(Means)
    return frozenset(means for means in every if any(means in p.needs for p in chosen))
