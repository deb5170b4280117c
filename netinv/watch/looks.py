"""One look at the network: a sweep that says when it is through, and then listens until the next is due."""

import asyncio
import secrets
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import NamedTuple

from netinv.defaults import PACES, Manners
from netinv.errors import InterfaceError
from netinv.model import MAC
from netinv.net.network import Network
from netinv.net.notation import resolve
from netinv.net.targets import Targets, parse_targets
from netinv.net.transcript import Header
from netinv.outline import Outline
from netinv.plan import plan, select_probes
from netinv.probes.base import LinkProbe, Probe
from netinv.scanner import open_live, open_passive, refuse_names
from netinv.survey import Ended, Event, Progress, Survey

PULSE = 5.0
"""Seconds between two signs of life of a look that only listens."""


class Order(NamedTuple):
    """What kind of look is wanted."""

    seconds: float
    """How long to go on listening, from its beginning."""
    familiar: frozenset[str] = frozenset()
    """Who need not be asked what they are: MACs, and addresses of those without."""
    expected: tuple[tuple[str, str | None], ...] = ()
    """Who should be there, as in `Expectation`."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom to look at, and how: the same for every look."""

    targets: tuple[str, ...] = ()
    interface: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    manners: Manners = PACES["gentle"]
    skip: tuple[str, ...] = ()
    allow_large: bool = False
    allow_huge: bool = False
    allow_public: bool = False
    passive: bool = False
    """Nothing is sent: who gives a sign is heard."""
    sensor: str = "local"


Opener = Callable[[], tuple[Header, list[Survey]]]
"""Opens every socket of a look, inside its event loop: what is asked of whom, and the surveys that ask."""


def plan_look(asked: Asked, order: Order) -> Opener:
    """See what can be asked of the network as it is now. Raises TargetError, InterfaceError, UsageError."""
    understand: Callable[..., Targets] = partial(
        parse_targets,
        exclude=asked.exclude,
        allow_large=asked.allow_large or asked.passive,
        allow_huge=asked.allow_huge or asked.passive,
        allow_public=asked.allow_public,
        resolve=refuse_names if asked.passive else resolve,
    )
    wanted, plans = plan(asked.targets, asked.interface, understand)
    manners = replace(asked.manners, rate=asked.manners.rate / len(plans))
    chosen = select_probes((), asked.skip, listens=True)

    def open_look() -> tuple[Header, list[Survey]]:
        there = {address: MAC.parse(mac) if mac else None for address, mac in order.expected}
        live = partial(open_live, chosen=chosen, manners=manners, must_listen=True, expected=(there,))
        doors = [open_passive(p.interface) if asked.passive else live(p) for p in plans]
        surveys: list[Survey] = [_Watch(door, p.targets, chosen, order) for door, p in zip(doors, plans, strict=True)]
        return header, surveys

    started = datetime.now(UTC)
    outline = Outline(
        id=new_id(started),
        started=started,
        plans=plans,
        targets=wanted.text,
        asked=len(wanted),
        sensor=asked.sensor,
        pace=manners.pace,
    )
    header = outline.header([p.name for p in chosen])
    return open_look


def warm_up() -> None:
    """Load what every look needs, once for all of them."""
    from netinv.net import live, wire  # noqa: F401 - only those who look shall load it
    from netinv.probes import probes

    wire.announcement_layers()
    for probe in probes():
        if not isinstance(probe, LinkProbe):
            probe.load()


def new_id(at: datetime) -> str:
    """The id of a scan that began then."""
    return f"{at:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"


class _Watch(Survey):
    """A survey whose `Ended` comes as soon as everything is asked; after it, what is heard; it dies with its interface."""

    def __init__(self, network: Network, targets: Targets, probes: Sequence[Probe], order: Order) -> None:
        super().__init__(
            network,
            targets,
            probes,
            now=lambda: datetime.now(UTC),
            listen=order.seconds,
            familiar=order.familiar,
        )
        self._door = network

    async def run(self) -> AsyncGenerator[Event, None]:
        loop = asyncio.get_running_loop()
        is_told, pulse = False, 0.0
        async with aclosing(super().run()) as events:
            async for event in events:
                if isinstance(event, Progress) and event.listening:
                    if not self._door.is_alive:
                        raise InterfaceError(f"{self._door.interface.name} went down, or lost its carrier or its address")
                    if not is_told:
                        is_told = True
                        yield self.report()
                    if loop.time() < pulse + PULSE:
                        continue
                    pulse = loop.time()
                elif isinstance(event, Ended) and is_told:
                    continue
                yield event
