"""The corridor's inner part: all probes asked through one door, and what they hear turned into evidence."""

import asyncio
import errno
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable
from contextlib import aclosing
from datetime import datetime
from typing import NamedTuple

from netinv.model import Answer, Evidence, Host, Problem, Traffic
from netinv.net.network import Network
from netinv.net.targets import Targets
from netinv.probes.base import HostProbe, LinkProbe, Probe
from netinv.text import clean

FACTS = 256
"""Facts kept of one address; no honest host tells more."""
TICK = 0.1
"""Seconds between two reports of progress."""

_DEAD = (errno.ENETDOWN, errno.ENODEV, errno.ENXIO, errno.EBADF)


class Heard(NamedTuple):
    """A new fact about a host that is there."""

    evidence: Evidence


class Settled(NamedTuple):
    """Everything that could be asked of this address has been."""

    address: str


class Progress(NamedTuple):
    """How many of the sweep's questions have had their turn."""

    passed: int
    planned: int


class Ended(NamedTuple):
    """The survey is over; last of its events."""

    traffic: Traffic
    problems: tuple[Problem, ...]
    method: tuple[str, ...]
    is_partial: bool


Event = Heard | Settled | Progress | Ended


class Survey:
    """One network asked by all probes that can be asked there."""

    def __init__(self, network: Network, targets: Targets, probes: Iterable[Probe], *, now: Callable[[], datetime]) -> None:
        able = [p for p in probes if p.needs <= network.abilities]
        means = {ability for p in able if isinstance(p, LinkProbe) for ability in p.needs}
        self._link = [p for p in able if isinstance(p, LinkProbe) and not p.spares & means]
        self._host = [p for p in able if isinstance(p, HostProbe)]
        self._network = network
        self._targets = targets
        self._now = now
        self._events: asyncio.Queue[Event | None] = asyncio.Queue()
        self._facts: dict[str, dict[tuple[str, str], Evidence]] = {}
        self._present: set[str] = set()
        self._asked: set[tuple[str, str]] = set()
        self._pending: dict[str, int] = {}
        self._problems: dict[str, Problem] = {}
        self._is_partial = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._stop = asyncio.Event()

    def stop(self) -> None:
        """Ask nothing more; what has been heard is kept, and marked partial."""
        self._is_partial = True
        self._stop.set()

    async def run(self) -> AsyncGenerator[Event, None]:
        """Every event as it happens; ends with `Ended`, and lets go of the network."""
        for probe in self._link:
            self._start(self._ask_link(probe))
        waiting = asyncio.create_task(self._wait())
        waiting.add_done_callback(lambda _: self._events.put_nowait(None))
        try:
            while (event := await self._events.get()) is not None:
                yield event
            await waiting  # raises what it died of
            yield self._end()
        finally:
            waiting.cancel()
            await self._cancel()
            self._network.close()

    async def _wait(self) -> None:
        while self._tasks and not self._stop.is_set():
            stopped = asyncio.ensure_future(self._stop.wait())
            await asyncio.wait({*self._tasks, stopped}, timeout=TICK, return_when=asyncio.FIRST_COMPLETED)
            stopped.cancel()
            self._events.put_nowait(Progress(*self._network.progress))
        await self._cancel()

    def _end(self) -> Ended:
        if not self._network.is_alive and not self._is_partial:
            said = f"{self._network.interface.name} went down, lost its carrier or its address during the scan"
            self._problems[said] = Problem("interface", said, "what is missing may not have been asked: scan again")
            self._is_partial = True
        problems = (*self._problems.values(), *self._network.problems)
        method = tuple(sorted(self._network.swept))
        return Ended(self._network.traffic, problems, method, self._is_partial or self._network.refused)

    async def _cancel(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _ask_link(self, probe: LinkProbe) -> None:
        try:
            async with aclosing(probe.ask(self._network, self._targets)) as answers:
                async for answer in answers:
                    self._take(probe, answer)
        except Exception as error:  # noqa: BLE001 - one probe's failure costs a warning, not the scan
            self._fail(probe, error)

    async def _ask_host(self, probe: HostProbe, address: str) -> None:
        host = Host(address, tuple(self._facts[address].values()))
        try:
            async with aclosing(probe.ask(self._network, host)) as answers:
                async for answer in answers:
                    if answer.address != address:
                        raise ValueError("told of an address it was not asked about")
                    self._take(probe, answer)
        except Exception as error:  # noqa: BLE001 - as above
            self._fail(probe, error)
        finally:
            self._pending[address] -= 1
            if not self._pending[address]:
                self._events.put_nowait(Settled(address))

    def _take(self, probe: Probe, answer: Answer) -> None:
        """Make evidence of an answer: cleaned, dated, signed, and kept once."""
        address, key, value = answer
        if key not in probe.tells:
            raise ValueError(f"told {key}, which it does not declare")
        if address not in self._targets:
            return
        value = clean(value)
        facts = self._facts.setdefault(address, {})
        if (key, value) in facts or len(facts) >= FACTS or not value:
            return
        facts[key, value] = Evidence(address, key, value, probe.name, self._now())
        if address in self._present:
            self._events.put_nowait(Heard(facts[key, value]))
        elif isinstance(probe, LinkProbe) and key in probe.proves:
            self._present.add(address)
            for evidence in facts.values():
                self._events.put_nowait(Heard(evidence))
        if address in self._present:
            self._grow_curious(address)

    def _grow_curious(self, address: str) -> None:
        """Ask every host probe that has just come to know what it wants."""
        keys = {key for key, _ in self._facts[address]}
        for probe in self._host:
            if (address, probe.name) not in self._asked and keys.issuperset(probe.wants):
                self._asked.add((address, probe.name))
                self._pending[address] = self._pending.get(address, 0) + 1
                self._start(self._ask_host(probe, address))

    def _fail(self, probe: Probe, error: Exception) -> None:
        if isinstance(error, OSError) and error.errno in _DEAD:
            self._is_partial = True
            said = f"the interface failed during the scan: {error.strerror}"
            problem = Problem(probe.name, said, "what is missing may not have been asked")
        else:
            problem = Problem(probe.name, f"{probe.name} failed: {type(error).__name__}: {clean(str(error), 200)}")
        self._problems.setdefault(problem.message, problem)
