"""The corridor's inner part: all probes asked through one door, each answer kept, and whoever it concerns asked further."""

import asyncio
import errno
from collections.abc import AsyncGenerator, Callable, Collection, Coroutine, Iterable
from contextlib import aclosing
from datetime import datetime

from netinv.model import Answer, Notice, Problem
from netinv.net.network import Network
from netinv.net.scope import Scope
from netinv.net.targets import Targets
from netinv.probes.base import UNREAD, Answers, HostProbe, LinkProbe, Probe
from netinv.survey.curiosity import Curiosity, Question
from netinv.survey.dossiers import Dossiers
from netinv.survey.events import Ended, Event, Heard, Noticed, Progress, Settled
from netinv.survey.speakers import Speakers
from netinv.text import clean

TICK = 0.1
"""Seconds between two reports of progress."""
LISTENING_TICK = 0.5
"""The same while nothing is asked."""

ALONE = 3.0
"""Seconds after which a device that has shown an IPv6 address only is asked there; in so many, of so few targets,"""
FEW = 512
"""each has been asked at least once at any pace, and whoever wakes up later is asked at both its addresses."""

PROBLEMS = 32
"""Beyond so many no more messages are told of that could not be read."""
_FINDERS = frozenset({"arp", "icmp", "icmpv6", "neighbours"})
"""Abilities of the probes that find devices; when they are through, it is known which have an IPv6 address only."""
_DEAD = (errno.ENETDOWN, errno.ENODEV, errno.ENXIO, errno.EBADF)


class Survey:
    """One network asked by all probes that can be asked there."""

    def __init__(
        self,
        network: Network,
        targets: Targets,
        probes: Iterable[Probe],
        *,
        now: Callable[[], datetime],
        listen: float = 0.0,
        familiar: Collection[str] = (),
    ) -> None:
        """`listen` is how many seconds to listen at least; it is listened in any case while there is anything to ask.

        Who is `familiar`, by MAC or where there is none by address, is not asked what it is.
        """
        able = [p for p in probes if p.needs <= network.abilities]
        means = {ability for p in able if isinstance(p, LinkProbe) for ability in p.needs}
        scope = Scope(network.interface, targets)
        self._link = [p for p in able if isinstance(p, LinkProbe) and not p.spares & means]
        self._network = network
        self._targets = targets
        self._listen = listen
        self._dossiers = Dossiers(scope, now)
        asked = [p for p in able if not (isinstance(p, HostProbe) and p.is_for_few and scope.covers_link)]
        self._curiosity = Curiosity(asked, familiar)
        self._finding = {p.name for p in self._link if p.needs & _FINDERS}
        """Probes that still look for devices."""
        self._speakers = Speakers(waits=bool(self._finding))
        self._now = now
        self._pending: dict[str, int] = {}
        """Questions each address has yet to answer."""
        self._events: asyncio.Queue[Event | None] = asyncio.Queue()
        self._problems: dict[str, Problem] = {}
        self._is_partial = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._listeners: set[asyncio.Task[None]] = set()
        """Those that would go on for ever."""
        self._stop = asyncio.Event()
        self._patience: dict[str, asyncio.TimerHandle] = {}
        """Of each IPv6 address that waits for its device to show another: when it ends."""

    def stop(self) -> None:
        """Ask nothing more; what has been heard is kept, and marked partial."""
        self._is_partial = True
        self._stop.set()

    async def run(self) -> AsyncGenerator[Event, None]:
        """Every event as it happens; ends with `Ended`, and lets go of the network."""
        for probe in self._link:
            self._start(self._ask_link(probe), self._listeners if "listen" in probe.needs else self._tasks)
        waiting = asyncio.create_task(self._wait())
        waiting.add_done_callback(lambda _: self._events.put_nowait(None))
        try:
            while (event := await self._events.get()) is not None:
                yield event
            await waiting  # raises what it died of
            yield self.report()
        finally:
            waiting.cancel()
            await self._cancel()
            self._network.close()

    async def _wait(self) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + (self._listen if self._listeners else 0.0)
        while (self._tasks or loop.time() < until) and not self._stop.is_set():
            stopped = asyncio.ensure_future(self._stop.wait())
            tick = TICK if self._tasks else min(LISTENING_TICK, max(0.0, until - loop.time()))
            await asyncio.wait({*self._tasks, stopped}, timeout=tick, return_when=asyncio.FIRST_COMPLETED)
            stopped.cancel()
            left = 0.0 if self._tasks else max(0.0, until - loop.time())
            self._events.put_nowait(Progress(*self._network.progress, left))
        self._believe()
        await self._cancel()

    def report(self) -> Ended:
        """How it stands: what it has cost and what went wrong so far."""
        if not self._network.is_alive and not self._is_partial:
            said = f"{self._network.interface.name} went down, lost its carrier or its address during the scan"
            self._problems[said] = Problem("interface", said, "what is missing may not have been asked: scan again")
            self._is_partial = True
        problems = (*self._problems.values(), *self._network.problems)
        method = tuple(sorted(self._network.swept)) or (("listen",) if "listen" in self._network.abilities else ())
        return Ended(self._network.traffic, problems, method, self._is_partial or self._network.refused)

    async def _cancel(self) -> None:
        for timer in self._patience.values():
            timer.cancel()
        tasks = self._tasks | self._listeners
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _start(self, work: Coroutine[None, None, None], among: set[asyncio.Task[None]] | None = None) -> None:
        tasks = self._tasks if among is None else among
        task = asyncio.create_task(work)
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    async def _ask_link(self, probe: LinkProbe) -> None:
        try:
            async with aclosing(probe.ask(self._network, self._targets)) as answers:
                async for answer in answers:
                    if not isinstance(answer, Notice):
                        self._hear(probe, answer)
                    elif answer.kind == UNREAD:
                        self._note_unread(probe, answer)
                    elif noticed := self._dossiers.notice(probe, answer):
                        self._events.put_nowait(noticed)
        except Exception as error:  # noqa: BLE001 - one probe's failure costs a warning, not the scan
            self._fail(probe, error)
        self._finding.discard(probe.name)
        if not self._finding:
            self._believe()
        if not self._finding and self._curiosity.is_finding:
            self._curiosity.is_finding = False
            for address in sorted(address for address in self._dossiers.present if ":" in address):
                self._follow_up(address)

    async def _ask_host(self, question: Question) -> None:
        probe, host, about = question
        ask: Callable[..., Answers] = probe.ask
        told = ask(self._network, host) if isinstance(probe, HostProbe) else ask(self._network, host, about)
        try:
            async with aclosing(told) as answers:
                async for answer in answers:
                    if isinstance(answer, Notice) or answer.address != host.address:
                        raise ValueError("told of an address it was not asked about")
                    self._take(probe, answer)
        except Exception as error:  # noqa: BLE001 - as above
            self._fail(probe, error)
        finally:
            self._pending[host.address] -= 1
            if not self._pending[host.address]:
                self._events.put_nowait(Settled(host.address))

    def _hear(self, probe: LinkProbe, answer: Answer) -> None:
        """Keep what may be believed now: this, or what has waited for it."""
        for told in self._speakers.hear(probe, answer):
            self._take(*told)
        self._tell_of_borrowers()

    def _believe(self) -> None:
        """Keep what has waited for devices to show themselves that have not."""
        for told in self._speakers.end():
            self._take(*told)
        self._tell_of_borrowers()

    def _tell_of_borrowers(self) -> None:
        for notice in self._speakers.borrowers():
            self._events.put_nowait(Noticed(notice, "overheard", self._now()))

    def _note_unread(self, probe: LinkProbe, notice: Notice) -> None:
        if len(self._problems) < PROBLEMS:
            who = clean(notice.address or "a device without address")
            said = f"{probe.name}: a message from {who} could not be read ({clean(notice.value)})"
            self._problems.setdefault(said, Problem("reading", said, "what it says is left out; please report it"))

    def _take(self, probe: Probe, answer: Answer) -> None:
        """Keep an answer, tell what is new by it, and ask on."""
        new = self._dossiers.take(probe, answer)
        if not new:
            return
        for evidence in new:
            self._events.put_nowait(Heard(evidence))
        address = new[0].address
        if ":" in address and address not in self._patience and self._curiosity.is_finding and len(self._targets) <= FEW:
            self._patience[address] = asyncio.get_running_loop().call_later(ALONE, self._wait_no_longer, address)
        self._follow_up(address)
        for other in self._curiosity.meet(self._dossiers.host(address)):
            self._follow_up(other)

    def _wait_no_longer(self, address: str) -> None:
        if self._curiosity.is_finding:
            self._curiosity.wait_no_longer(self._dossiers.host(address))
            self._follow_up(address)

    def _follow_up(self, address: str) -> None:
        """Ask every probe that has just come to know what it wants of this host."""
        for step in self._curiosity.consider(self._dossiers.host(address)):
            if isinstance(step, Settled):
                self._events.put_nowait(step)
            else:
                self._pending[address] = self._pending.get(address, 0) + 1
                self._start(self._ask_host(step))

    def _fail(self, probe: Probe, error: Exception) -> None:
        if isinstance(error, OSError) and error.errno in _DEAD:
            self._is_partial = True
            said = f"{self._network.interface.name} failed during the scan: {error.strerror}"
            problem = Problem(probe.name, said, "what is missing may not have been asked")
        else:
            problem = Problem(probe.name, f"{probe.name} failed: {type(error).__name__}: {clean(str(error), 200)}")
        self._problems.setdefault(problem.message, problem)
