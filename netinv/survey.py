"""The corridor's inner part: all probes asked through one door, and what they hear turned into evidence."""

import asyncio
import errno
from collections.abc import AsyncGenerator, Callable, Collection, Coroutine, Iterable, Iterator
from contextlib import aclosing
from datetime import datetime
from typing import NamedTuple

from netinv.model import MAC, Answer, Evidence, Host, Notice, Problem, Traffic
from netinv.net.addresses import preference
from netinv.net.network import Network
from netinv.net.scope import Scope
from netinv.net.targets import Targets
from netinv.probes.base import Answers, HostProbe, LinkProbe, Probe, ServiceProbe
from netinv.text import clean

FACTS = 256
"""Facts kept of one address; no honest host tells more."""
ADDRESSES = 4
"""Addresses at which the device behind one MAC is asked what it is, for IPv4 and IPv6 each. One with more answers for others
(proxy ARP), and asking at each of them would ask the same device, or nobody, hundreds of times."""
EACH = 3
"""Values of one key for each of which one host is asked: a home router describes itself in half a dozen places, all the same."""
NOTICES = 1024
"""Notices kept of one kind, each once: a flood of one kind must not hide another."""
STRANGERS = 1024
"""MAC addresses of which something is kept until it is known where they are, and facts kept of each."""
STRANGE_FACTS = 32
TICK = 0.1
"""Seconds between two reports of progress."""
LISTENING_TICK = 0.5
"""The same while nothing is asked."""

_FINDERS = frozenset({"arp", "icmp", "icmpv6", "neighbours"})
"""Abilities of the probes that find devices; when they are through, it is known which have an IPv6 address only."""
_DISTINCT = frozenset({"local.self", "route.gateway"})
"""Of whom this is known is asked at this address, however many others the MAC answers for."""
_DEAD = (errno.ENETDOWN, errno.ENODEV, errno.ENXIO, errno.EBADF)


class Heard(NamedTuple):
    """A new fact about a host that is there."""

    evidence: Evidence


class Noticed(NamedTuple):
    """Something was overheard that is no fact about a target."""

    notice: Notice
    probe: str
    seen: datetime


class Settled(NamedTuple):
    """Everything that could be asked of this address has been."""

    address: str


class Progress(NamedTuple):
    """How many of the sweep's questions have had their turn."""

    passed: int
    planned: int
    listening: float = 0.0
    """Seconds it will be listened yet, where nothing else is left to do."""


class Ended(NamedTuple):
    """The survey is over; last of its events."""

    traffic: Traffic
    problems: tuple[Problem, ...]
    method: tuple[str, ...]
    is_partial: bool


Event = Heard | Noticed | Settled | Progress | Ended


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
        self._link = [p for p in able if isinstance(p, LinkProbe) and not p.spares & means]
        self._scope = Scope(network.interface, targets)
        self._host = [p for p in able if isinstance(p, HostProbe) and not (p.is_for_few and self._scope.covers_link)]
        self._service = [p for p in able if isinstance(p, ServiceProbe)]
        self._network = network
        self._targets = targets
        self._now = now
        self._events: asyncio.Queue[Event | None] = asyncio.Queue()
        self._facts: dict[str, dict[tuple[str, str], Evidence]] = {}
        self._notices: dict[str, set[Notice]] = {}
        self._asked_at: dict[tuple[str, bool], set[str]] = {}
        """Addresses at which host probes are asked, by MAC and whether they are IPv6."""
        self._finding = {p.name for p in self._link if p.needs & _FINDERS}
        """Probes that still look for devices."""
        self._sharing: dict[str, set[str]] = {}
        """The addresses of each MAC."""
        self._spared: set[str] = set()
        """IPv6 addresses of devices that are asked at another address."""
        self._listen = listen
        self._familiar = frozenset(familiar)
        self._at: dict[str, str] = {}
        """The first address each MAC has shown itself at, where nobody did before it."""
        self._strangers: dict[MAC, list[tuple[Probe, Answer]]] = {}
        """What was told of MAC addresses that have none yet."""
        self._present: set[str] = set()
        self._asked: set[tuple[str, str, str]] = set()
        """Address, name of the probe, and port; 0 where the host itself was asked."""
        self._pending: dict[str, int] = {}
        self._problems: dict[str, Problem] = {}
        self._is_partial = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._listeners: set[asyncio.Task[None]] = set()
        """Those that would go on for ever."""
        self._stop = asyncio.Event()

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
                    if isinstance(answer, Notice):
                        self._notice(probe, answer)
                    else:
                        self._take(probe, answer)
        except Exception as error:  # noqa: BLE001 - one probe's failure costs a warning, not the scan
            self._fail(probe, error)
        self._finding.discard(probe.name)
        if not self._finding:
            for address in sorted(address for address in self._present if ":" in address):
                self._grow_curious(address)

    async def _ask_host(self, probe: HostProbe | ServiceProbe, address: str, told: Answers) -> None:
        try:
            async with aclosing(told) as answers:
                async for answer in answers:
                    if isinstance(answer, Notice) or answer.address != address:
                        raise ValueError("told of an address it was not asked about")
                    self._take(probe, answer)
        except Exception as error:  # noqa: BLE001 - as above
            self._fail(probe, error)
        finally:
            self._pending[address] -= 1
            if not self._pending[address]:
                self._events.put_nowait(Settled(address))

    def _notice(self, probe: LinkProbe, notice: Notice) -> None:
        """Pass on what was overheard: cleaned, dated, signed, and each once."""
        if notice.kind not in probe.notices:
            raise ValueError(f"noticed {notice.kind}, which it does not declare")
        address = notice.address and clean(notice.address)
        notice = notice._replace(address=address or None, value=clean(notice.value))
        known = self._notices.setdefault(notice.kind, set())
        if notice not in known and len(known) < NOTICES:
            known.add(notice)
            self._events.put_nowait(Noticed(notice, probe.name, self._now()))

    def _take(self, probe: Probe, answer: Answer) -> None:
        """Make evidence of an answer: cleaned, dated, signed, and kept once."""
        address, key, value = answer
        if key not in probe.tells:
            raise ValueError(f"told {key}, which it does not declare")
        if isinstance(address, MAC):
            if not (known := self._at.get(address)):
                self._keep(probe, answer)
                return
            address = known
        if address not in self._scope:
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
            for evidence in sorted(facts.values(), key=lambda e: e.key != "mac"):  # first of all, whose address it is
                self._events.put_nowait(Heard(evidence))
        if address in self._present:
            self._grow_curious(address)
            self._introduce(address)
            self._join(address)

    def _keep(self, probe: Probe, answer: Answer) -> None:
        """Remember what was told of a MAC address until it is known where it is."""
        kept = self._strangers.setdefault(MAC(answer.address), []) if len(self._strangers) < STRANGERS else []
        if len(kept) < STRANGE_FACTS and (probe, answer) not in kept:
            kept.append((probe, answer))

    def _introduce(self, address: str) -> None:
        """Take what was told of a MAC address before it was known to be here. In a conflict the first to come has the address."""
        mac = next((value for key, value in self._facts[address] if key == "mac"), None)
        if mac and mac not in self._at:
            self._at[mac] = address
            for probe, answer in self._strangers.pop(MAC(mac), ()):
                self._take(probe, answer)

    def _join(self, address: str) -> None:
        """Note whose address it is, and that it need not be asked at its others."""
        for mac in (value for key, value in self._facts[address] if key == "mac"):
            shared = self._sharing.setdefault(mac, set())
            if address not in shared:
                shared.add(address)
                for other in [other for other in shared if ":" in other]:
                    self._grow_curious(other)

    def _is_spared(self, address: str) -> bool:
        """Whether not to ask at this IPv6 address: its device is asked at another, by IPv4 if it has any, or may yet be."""
        shared = {address}.union(*(self._sharing.get(value, ()) for key, value in self._facts[address] if key == "mac"))
        if self._finding and all(":" in other for other in shared):
            return True
        if address == min(shared, key=preference):
            return False
        if address not in self._spared:
            self._spared.add(address)
            self._events.put_nowait(Settled(address))
        return True

    def _grow_curious(self, address: str) -> None:
        """Ask every host probe that has just come to know what it wants."""
        if ":" in address and self._is_spared(address):
            return
        keys = {key for key, _ in self._facts[address]} | {f"{key}={value}" for key, value in self._facts[address]}
        if keys.isdisjoint(_DISTINCT) and not self._is_worth_asking(address):
            return
        if self._familiar and self._is_familiar(address):
            self._leave_alone(address)
            return
        host = Host(address, tuple(self._facts[address].values()))
        for probe in self._host:
            if keys.issuperset(probe.wants):
                for value, one in _each(host, probe.each):
                    if self._is_new((address, probe.name, value)):
                        self._start(self._ask_host(probe, address, probe.ask(self._network, one)))
        for service in self._service:
            for port in service.ports:
                if f"tcp.{port}=open" in keys and self._is_new((address, service.name, str(port))):
                    self._start(self._ask_host(service, address, service.ask(self._network, host, port)))
        if not self._host:
            self._leave_alone(address)

    def _is_familiar(self, address: str) -> bool:
        macs = [value for key, value in self._facts[address] if key == "mac"]
        return self._familiar.issuperset(macs or [address])

    def _leave_alone(self, address: str) -> None:
        """Nothing more will be asked of it."""
        if address not in self._pending:
            self._pending[address] = 0
            self._events.put_nowait(Settled(address))

    def _is_new(self, question: tuple[str, str, str]) -> bool:
        """Note that this is asked; False if it has been before."""
        if question in self._asked:
            return False
        self._asked.add(question)
        self._pending[question[0]] = self._pending.get(question[0], 0) + 1
        return True

    def _is_worth_asking(self, address: str) -> bool:
        """Whether somebody may be at this address who is not asked at enough others."""
        macs = [value for key, value in self._facts[address] if key == "mac"]
        taken = [self._asked_at.setdefault((mac, ":" in address), set()) for mac in macs]
        room = [addresses for addresses in taken if address in addresses or len(addresses) < ADDRESSES]
        for addresses in room:
            addresses.add(address)
        return bool(room) or not macs

    def _fail(self, probe: Probe, error: Exception) -> None:
        if isinstance(error, OSError) and error.errno in _DEAD:
            self._is_partial = True
            said = f"{self._network.interface.name} failed during the scan: {error.strerror}"
            problem = Problem(probe.name, said, "what is missing may not have been asked")
        else:
            problem = Problem(probe.name, f"{probe.name} failed: {type(error).__name__}: {clean(str(error), 200)}")
        self._problems.setdefault(problem.message, problem)


def _each(host: Host, key: str | None) -> Iterator[tuple[str, Host]]:
    """The host once for each of the first values it has of this key, with only that one; without a key, once as it is."""
    if key is None:
        yield "", host
        return
    for value in host.all(key)[:EACH]:
        yield value, Host(host.address, tuple(e for e in host.evidence if e.key != key or e.value == value))
