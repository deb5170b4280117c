"""The household without a network: a `Network` answered from tables, for places without namespaces and for tests."""

import asyncio
from collections.abc import Collection, Iterable, Mapping
from ipaddress import IPv4Address, IPv4Interface
from typing import NamedTuple

from netinv.lab.counters import PRINTS_WHAT_IT_HEARS
from netinv.lab.household import SCANNER_MAC, Household, SimulatedDevice, household
from netinv.lab.names import Resolver
from netinv.model import MAC, Interface, Problem, Traffic
from netinv.net.network import Means, Replies, Reply, Stream
from netinv.net.targets import Targets

ROUNDS = 3
"""How often a sweep asks the silent."""
_ALL = frozenset({"arp", "icmp", "neighbours", "tcp", "udp"})
_DNS_PORT = 53


class Question(NamedTuple):
    """One thing a probe asked."""

    verb: str
    """`arp`, `icmp` or `neighbours` of a sweep; `tcp`, `udp`."""
    address: str
    port: int | None = None
    sent: bytes = b""


class MemoryNetwork:
    """The door, painted on a wall: the same verbs, and every question kept in `questions`.

    Faults on request: addresses that keep `silent`, verbs that raise what `failing` holds for them, and `garbage` said in
    place of an answer by an (address, port).
    """

    def __init__(
        self,
        population: Household | None = None,
        *,
        abilities: Collection[str] = _ALL,
        silent: Collection[str] = (),
        failing: Mapping[str, Exception] | None = None,
        garbage: Mapping[tuple[str, int], bytes] | None = None,
        problems: Iterable[Problem] = (),
    ) -> None:
        home = population or household()
        address = IPv4Interface(f"{home.scanner}/{home.network.prefixlen}")
        self.interface = Interface("lan0", SCANNER_MAC, (address,), gateway=home.gateway, is_default=True)
        self.abilities = frozenset(abilities)
        self.resolvers = (home.gateway,)
        self.problems = tuple(problems)
        self.questions: list[Question] = []
        self._home = home
        self._silent = silent
        self._failing = failing or {}
        self._garbage = garbage or {}
        self._resolver = Resolver(home)
        self._devices = {**home.truth, **home.far}
        self._planned = 0
        self._swept: dict[str, bool] = {}
        self._passed = 0
        self._replies = 0

    @property
    def traffic(self) -> Traffic:
        return Traffic(frames=len(self.questions), replies=self._replies)

    @property
    def swept(self) -> frozenset[Means]:
        every: tuple[Means, ...] = ("arp", "icmp", "neighbours")
        return frozenset(means for means in every if self._swept.get(means))

    @property
    def remembered(self) -> Mapping[str, MAC]:
        return {}

    @property
    def is_alive(self) -> bool:
        return True

    @property
    def refused(self) -> bool:
        return False

    @property
    def progress(self) -> tuple[int, int]:
        return self._passed, self._planned

    async def sweep(self, means: Means, targets: Iterable[str]) -> Replies:
        """As in `Network`; those who hear only the k-th question answer in round k."""
        self._fail(means)
        silent = [t for t in targets if t != self._home.scanner]
        self._swept[means] = self._swept.get(means, False) or (isinstance(targets, Targets) and bool(silent))
        self._planned += ROUNDS * len(silent)
        for attempt in range(1, ROUNDS + 1):
            asked, silent = silent, []
            for target in asked:
                self.questions.append(Question(means, target))
                self._passed += 1
                device = self._present(target)
                replies = self._answer(means, device, attempt) if device and device.wakes_on <= attempt else ()
                for reply in replies:
                    self._replies += 1
                    yield reply
                if not replies:
                    silent.append(target)
            self._passed += (ROUNDS - attempt) * (len(asked) - len(silent))  # who has answered is not asked again
            await asyncio.sleep(0)

    async def tcp(self, address: str, port: int, send: bytes = b"", limit: int = 0) -> Stream | None:
        """As in `Network`: a greeting, or the answer to what was sent."""
        if port in PRINTS_WHAT_IT_HEARS:
            raise ValueError(f"port {port} prints what it hears")
        self._ask("tcp", address, port, send)
        await asyncio.sleep(0)
        device = self._present(address)
        if device is None:
            return None
        if port not in device.tcp:
            return None if device.filtered else Stream("closed")
        said = self._garbage.get((address, port))
        return Stream("open", (device.says(port, send) if said is None else said)[:limit])

    async def udp(self, address: str, port: int, payload: bytes, limit: int = 1500) -> bytes | None:
        """As in `Network`: only the router's resolver answers datagrams."""
        if port in PRINTS_WHAT_IT_HEARS:
            raise ValueError(f"port {port} prints what it hears")
        self._ask("udp", address, port, payload)
        await asyncio.sleep(0)
        if (garbage := self._garbage.get((address, port))) is not None:
            return garbage
        if address == self._home.gateway and port == _DNS_PORT and self._present(address):
            return self._resolver.answer(payload)
        return None

    def close(self) -> None:
        """Nothing is open."""

    def _ask(self, verb: str, address: str, port: int, sent: bytes) -> None:
        self.questions.append(Question(verb, address, port, sent))
        self._fail(verb)

    def _fail(self, verb: str) -> None:
        if error := self._failing.get(verb):
            raise error

    def _present(self, address: str) -> SimulatedDevice | None:
        return None if address in self._silent else self._devices.get(address)

    def _answer(self, means: Means, device: SimulatedDevice, attempt: int) -> tuple[Reply, ...]:
        rtt = device.delay_ms + 0.1
        if means == "icmp":
            hops = IPv4Address(device.address) not in self._home.network
            return (Reply(device.address, None, rtt, device.ttl - hops, attempt),) if device.ping else ()
        macs = (device.mac, device.also_mac if means == "arp" else None)  # the kernel's table has room for one
        return tuple(Reply(device.address, mac, rtt if means == "arp" else None, None, attempt) for mac in macs if mac)
