"""The virtual LAN as one thing to begin and to end: a household answering on an interface of this process's namespace."""

import socket
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from subprocess import CompletedProcess, Popen
from typing import Any

from netinv.lab import link, namespace, ordinary, system
from netinv.lab.counters import Counters
from netinv.lab.household import Household, SimulatedDevice, household
from netinv.lab.impairments import Impairments
from netinv.lab.responder import Responder

_running: list["Lan"] = []
"""The virtual LANs of this process, oldest first."""


class Lan:
    """A virtual LAN that is up; made by `lan`."""

    def __init__(self, interface: str, population: Household, responder: Responder) -> None:
        self.interface = interface
        """Its name, as the scanner sees it: `lan0`."""
        self.household = population
        self._responder = responder
        self._mouth: socket.socket | None = None

    @property
    def truth(self) -> Mapping[str, SimulatedDevice]:
        """Who is on the LAN, by address; the scanning machine is not among them."""
        return self.household.truth

    @property
    def far(self) -> Mapping[str, SimulatedDevice]:
        """Who is behind its router, by address."""
        return self.household.far

    @property
    def network(self) -> str:
        return str(self.household.network)

    @property
    def address(self) -> str:
        """The scanning machine's."""
        return self.household.scanner

    @property
    def gateway(self) -> str:
        return self.household.gateway

    @property
    def pid(self) -> int:
        """The process that answers for all devices; 0 once the LAN has ended."""
        return self._responder.pid

    def counters(self) -> Counters:
        """What the LAN has seen since it began or was reset; also after its end."""
        return self._responder.counters()

    def reset(self) -> None:
        """Count from nought again."""
        self._responder.reset()

    def say(self, frames: Iterable[bytes]) -> None:
        """Let devices say these frames, as they are, to whoever listens on the LAN; not counted, since nobody asked."""
        if self._mouth is None:
            with system.network_of(self.pid):
                self._mouth = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
            self._mouth.bind((link.FAR, 0))
        for frame in frames:
            self._mouth.send(frame)

    def close(self) -> None:
        """Have nothing more to say."""
        if self._mouth:
            self._mouth.close()
            self._mouth = None

    def popen(self, command: Sequence[str | Path], **options: Any) -> Popen[Any]:
        """Start a command in the lab, as `netinv.lab.ordinary.popen` does."""
        return ordinary.popen(command, **options)

    def run(self, command: Sequence[str | Path], **options: Any) -> CompletedProcess[str]:
        """Run a command in the lab to its end, as `netinv.lab.ordinary.run` does."""
        return ordinary.run(command, **options)


@contextmanager
def lan(
    population: Household | None = None,
    *,
    seed: int = 1,
    impairments: Impairments = Impairments(),  # noqa: B008 - frozen
) -> Iterator[Lan]:
    """A virtual LAN, by default the household of `netinv demo`, on a new interface of this namespace.

    The first LAN has the better default route; the latest names the resolver.
    Raises LabError unless this process has entered a namespace of its own.
    """
    if not _running:
        namespace.renew()  # or else the kernel would go on here with connections that the last LAN left unfinished
    namespace.verify(ours=[one.interface for one in _running])
    population = population or household()
    taken = {one.interface for one in _running}
    interface = next(name for name in (f"lan{n}" for n in count()) if name not in taken)
    responder = Responder(population, seed=seed, impairments=impairments)
    try:
        link.connect(interface, responder.pid)
        responder.attach()
        metric = 100 + len(_running)
        length = population.network.prefixlen
        link.configure(interface, population.scanner, length, population.gateway, metric, population.scanner_ipv6)
        one = Lan(interface, population, responder)
        _running.append(one)
        try:
            namespace.use_resolvers([population.gateway])
            yield one
        finally:
            one.close()
            _running.remove(one)
            namespace.use_resolvers([other.gateway for other in _running[-1:]])
    finally:
        responder.close()
        link.remove(interface)
