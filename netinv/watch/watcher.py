"""The watch itself: when the next look is due, what to make of what the present one tells, and what to do where it fails."""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Protocol

from netinv.errors import InterfaceError, NetinvError
from netinv.model import Problem, Scan
from netinv.watch.clock import Clock, system_clock
from netinv.watch.counts import Counts
from netinv.watch.events import Event
from netinv.watch.keeper import Began, Message, Over
from netinv.watch.ledger import Ledger, as_heard
from netinv.watch.look import Look
from netinv.watch.looks import Order, new_id

THOROUGH = 86_400.0
"""Seconds after which everybody is asked anew what they are, and not only those who are new."""
SILENCE = 90.0
"""Seconds without a sign of life after which a look is taken for dead."""
ASLEEP = 5.0
"""Seconds this machine must have slept for that to be told, and for a sweep to be doubted."""
NEWCOMERS = 256
"""Devices heard between two sweeps that are believed; more is a flood."""
MENTIONED = 32
"""Problems remembered, so that the same is not said again after each sweep."""
_RETRY = 30.0
_BACK_OFF = 1.0
"""Seconds before another look where one has failed; each time twice as many, but not longer than until the next sweep."""


class Looks(Protocol):
    """Who makes the looks: a `Keeper`."""

    def begin(self, order: Order) -> None: ...

    def stop(self) -> None: ...

    def kill(self) -> None: ...

    def read(self, timeout: float) -> Iterable[Message]: ...


class Watcher:
    """Looks at the network every so often, and tells what is news."""

    def __init__(
        self,
        looks: Looks,
        ledger: Ledger,
        *,
        every: float,
        tell: Callable[[Event], None],
        say: Callable[[str], None],
        waits: bool = True,
        clock: Clock | None = None,
    ) -> None:
        """A sweep begins `every` so many seconds, or when the one before is through; `tell` gets the news, `say` the troubles.

        Unless it `waits` for an interface that is not there yet, `step` raises what kept the first sweep from being made.
        """
        self.counts = Counts()
        self.trouble: str | None = None
        """Why there is no look at present."""
        self._looks = looks
        self._ledger = ledger
        self._every = every
        self._tell = tell
        self._say = say
        self._waits = waits
        self._clock = clock or system_clock()
        self._look: Look | None = None
        self._due = self._clock.elapsed()
        self._back_off = _BACK_OFF
        self._retry_at = 0.0
        self._slept = self._clock.slept()
        self._thorough_at = float("-inf")
        self._link: frozenset[object] = frozenset()
        """The networks that were swept last."""
        self._mentioned: deque[str] = deque(maxlen=MENTIONED)

    @property
    def next_sweep(self) -> float:
        """Seconds until the next sweep begins; 0 while one goes on."""
        is_asking = self._look is not None and self._look.scan is None
        return 0.0 if is_asking else max(0.0, self._due - self._clock.elapsed())

    @property
    def is_listening(self) -> bool:
        """The look that goes on asks nobody."""
        return self._look is not None and self._look.scan is not None and self._look.scan.method == "listen"

    @property
    def is_idle(self) -> bool:
        """No look goes on."""
        return self._look is None

    def step(self, timeout: float) -> None:
        """Do what is due, then wait at most `timeout` seconds for something to happen, and take it in."""
        self._notice_sleep()
        now = self._clock.elapsed()
        if self._look is None and now >= self._due:
            self._begin(now)
        before = self._clock.elapsed()
        messages = tuple(self._looks.read(timeout))
        now = self._clock.elapsed()
        if now - before - timeout > ASLEEP:  # stopped by a signal, or frozen with the machine that this one is a guest of
            self._look_again(f"this watch stood still for {_span(now - before)}")
        for message in messages:
            self._take(message)
        now = self._clock.elapsed()
        look = self._look
        if look and now > look.last_sign + SILENCE:
            self._say("a look at the network does not end: it is given up")
            look.last_sign = now
            self._looks.kill()
        elif look and look.scan:
            self._consider(look, now)
        if self._ledger.is_failing and now >= self._retry_at:
            self._retry_at = now + _RETRY
            self._spread(self._ledger.retry())

    def finish(self) -> None:
        """Keep what was heard since the last sweep; what is left of a sweep that is not through is no sweep."""
        if self._look and self._look.scan:
            self._consider(self._look, float("inf"))
        self._spread(self._ledger.retry())

    def _begin(self, now: float) -> None:
        is_thorough = now >= self._thorough_at
        familiar = frozenset() if is_thorough else self._ledger.familiar
        self._look = Look(now, is_thorough, now)
        self._due = now + self._every
        self._looks.begin(Order(self._every, familiar, self._ledger.expected))

    def _take(self, message: Message) -> None:
        look = self._look
        if look is None:
            return
        look.last_sign = self._clock.elapsed()
        match message:
            case Began(header):
                look.open(header)
                if self.trouble:
                    self._say("the network can be looked at again")
                    self.trouble = None
            case Over(error):
                self._end(look, error)
            case _:
                if look.hear(message, self._clock.elapsed()):
                    self._sweep_is_through(look)

    def _sweep_is_through(self, look: Look) -> None:
        if (found := look.so_far(self._clock.now())) is None:
            return
        known = [d for d in self._ledger.devices if d.presence in ("here", "asleep")]
        if found.method == "listen":  # nobody was asked: all there is to tell is what will be heard
            look.scan = found
            look.dirty = dict.fromkeys((a for d in found.devices for a in d.addresses), self._clock.elapsed())
            return
        others = [d for d in found.devices if not any(e.key == "local.self" for e in d.evidence)]
        link = frozenset(network for interface in found.interfaces for network in interface.networks)
        is_elsewhere, self._link = link != self._link, link
        if not others and len(known) > 2 and not found.is_partial and not is_elsewhere:
            self._mention(Problem("watch", "nobody answered: that is taken for a fault of this link, and for nobody's departure"))
            look.is_doubtful = True
        look.scan = replace(found, is_partial=found.is_partial or look.is_doubtful)
        for problem in found.problems:
            self._mention(problem)
        self._count(look, look.scan)
        if look.is_thorough and not look.scan.is_partial:
            self._thorough_at = look.began + THOROUGH
        self._back_off = _BACK_OFF
        self._record(look.scan)

    def _consider(self, look: Look, now: float) -> None:
        """Look at what was heard since the sweep, once it has been gathered for a while and who is new has been identified."""
        if not look.scan or not (ripe := look.ripe(now)) or (whole := look.so_far(self._clock.now())) is None:
            return
        news = [d for d in whole.devices if ripe.intersection(d.addresses) and self._ledger.is_news(d)]
        known = {mac for d in self._ledger.devices for mac in d.macs}
        strangers = [d for d in news if not known.intersection(d.macs)]
        if look.newcomers + len(strangers) > NEWCOMERS:
            if look.newcomers < NEWCOMERS:
                self._say(
                    f"more than {NEWCOMERS} new devices since the last sweep are a flood: the next sweep tells who is there"
                )
            spared = {d.id for d in strangers[max(0, NEWCOMERS - look.newcomers) :]}
            news = [d for d in news if d.id not in spared]
        look.newcomers += len(strangers)
        if news:
            heard = as_heard(whole, tuple(news), id=new_id(self._clock.now()), since=look.scan.finished)
            self._record(heard)
        self._spread(self._ledger.conflicts(whole.findings, whole.finished, is_sweep=False))

    def _end(self, look: Look, error: NetinvError | None) -> None:
        if look.scan:
            self._consider(look, float("inf"))
        self._look = None
        if error is None:
            if look.scan and look.scan.method == "listen":
                self._count(look, replace(look.scan, finished=self._clock.now()))
            return
        self.counts.failures += 1
        said = error.message + (f" ({error.hint})" if error.hint else "")
        if self.counts.sweeps == 0 and not (self._waits and isinstance(error, InterfaceError)):
            raise error  # it has never worked, and waiting will not mend it, or is not wanted
        if self.trouble != said:
            self._say(f"{said}; trying again")
        self.trouble = said
        self._due = self._clock.elapsed() + self._back_off
        self._back_off = min(self._back_off * 2, max(self._every, _BACK_OFF), 60.0)

    def _count(self, look: Look, scan: Scan) -> None:
        self.counts.sweeps += 1
        self.counts.failures += scan.is_partial
        self.counts.last_sweep = scan.finished
        self.counts.last_duration = self._clock.elapsed() - look.began

    def _mention(self, problem: Problem) -> None:
        """Say what went wrong, once for as long as it goes wrong in every sweep or nearly so."""
        if problem.message not in self._mentioned:
            self._say(problem.message + (f" ({problem.hint})" if problem.hint else ""))
        self._mentioned.append(problem.message)

    def _notice_sleep(self) -> None:
        slept = self._clock.slept()
        if slept - self._slept > ASLEEP:
            self._look_again(f"this machine slept for {_span(slept - self._slept)}")
        self._slept = slept

    def _look_again(self, why: str) -> None:
        """Whoever kept silent meanwhile may not have been asked: nobody is believed to have left, and a sweep begins."""
        self._say(f"{why}: looking again")
        self._due = self._clock.elapsed()
        if self._look:
            self._look.is_doubtful = True
            self._look.last_sign = self._due
            self._looks.stop()

    def _record(self, scan: Scan) -> None:
        self._spread(self._ledger.record(scan))

    def _spread(self, events: Iterable[Event]) -> None:
        for event in events:
            self.counts.events[event.kind] = self.counts.events.get(event.kind, 0) + 1
            self._tell(event)


def _span(seconds: float) -> str:
    for unit, size in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}s"
    return f"{seconds:.0f} seconds"
