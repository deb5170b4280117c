"""Whoever a probe speaks with, it costs no more than its patience and a little memory, raises nothing, and leads to nobody else.

Every probe on the shelf that speaks by TCP or UDP meets every peer of `hostile`, by real sockets and the real door; a new probe,
or a new trick, is met without a line here.
"""

import asyncio
import json
import subprocess
import sys
import time
import tracemalloc
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import IPv4Interface, ip_address
from typing import Any

import pytest

from netinv.classification.vocabulary import key, vocabulary
from netinv.defaults import Manners
from netinv.model import Answer, Evidence, Host, Interface
from netinv.net.conversation import PRINTING_PORTS
from netinv.net.dialogue import PATIENCE
from netinv.net.live import LiveNetwork
from netinv.net.network import EVERYBODY, Datagram, Stream
from netinv.net.targets import parse_targets
from netinv.probes import probes
from netinv.probes.base import Answers, HintProbe, HostProbe, LinkProbe, Probe, ServiceProbe
from tests.probes.hostile import ELSEWHERE, FROM_ANOTHER_HOST, FROM_ANOTHER_PORT, HERE

pytestmark = pytest.mark.slow

LINK_NETWORK = "127.0.0.0/24"
LINK = Interface("lo", None, (IPv4Interface("127.0.0.9/24"),), is_loopback=True)
"""All that is asked; who else there is in 127.0.0.0/8 is somebody else."""
TIMEOUT = 0.1
SLACK = 2.5
"""Seconds a busy machine may add: some thirty peers are met at once."""
QUESTIONS = 64
"""The most that one probe asks of one host, the port scan among them."""
MEMORY = 24 << 20
"""Bytes that a probe and the door hold at once for some thirty peers."""
ANSWERS = 4000
SPEAKS = frozenset({"tcp", "udp", "multicast"})
PROBES = tuple(probe for probe in probes() if probe.needs & SPEAKS)
AT = datetime(2026, 3, 14, tzinfo=UTC)


@pytest.fixture(scope="module")
def ports() -> Iterator[dict[str, dict[str, int]]]:
    """The ports of every trick."""
    command = [sys.executable, "-m", "tests.probes.hostile"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8") as process:
        assert process.stdin
        assert process.stdout
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.stdin.close()
            process.wait(10)


class Diverted(LiveNetwork):
    """The real door, but whatever port is asked, a hostile one answers; who is asked is noted before the door has its say."""

    def __init__(self, tcp: int, udp: int, timeout: float = TIMEOUT) -> None:
        manners = Manners(rate=100_000, timeout=timeout, retries=1)
        super().__init__(LINK, parse_targets([LINK_NETWORK]), manners, resolvers=[HERE])
        self._tcp, self._udp = tcp, udp
        self.asked: list[tuple[str, int]] = []

    def _to(self, address: str, port: int, diverted: int) -> int:
        self.asked.append((address, port))
        return port if port in PRINTING_PORTS else diverted

    async def tcp(self, address: str, port: int, send: bytes = b"", limit: int = 0, *, keep: bool = False) -> Stream | None:
        return await super().tcp(address, self._to(address, port, self._tcp), send, limit, keep=keep)

    async def connect(self, address: str, port: int) -> int | None:
        return await super().connect(address, self._to(address, port, self._tcp))

    async def udp(self, address: str, port: int, payload: bytes, limit: int = 1500) -> bytes | None:
        return await super().udp(address, self._to(address, port, self._udp), payload, limit)

    async def multicast(self, group: str, port: int, payload: bytes, *, limit: int = 9000) -> AsyncGenerator[Datagram, None]:
        # a loopback interface has no groups, but everybody
        async with aclosing(super().multicast(EVERYBODY, self._to(HERE, port, self._udp), payload, limit=limit)) as answers:
            async for answer in answers:
                yield answer


@dataclass
class Met:
    """How a probe fared with one peer."""

    trick: str
    told: list[Answer] = field(default_factory=list)
    seconds: float = 0.0
    asked: list[tuple[str, int]] = field(default_factory=list)
    problem: BaseException | None = None


def ways(probe: Probe) -> list[Callable[[LiveNetwork], Answers]]:
    """The ways a probe is asked, each with whatever evidence it waits for."""
    host = Host(HERE, tuple(fact(want) for want in getattr(probe, "wants", ())))
    match probe:
        case LinkProbe(ask=link):
            return [lambda network: link(network, parse_targets([LINK_NETWORK]))]
        case HostProbe(ask=ask_host):
            return [lambda network: ask_host(network, host)]
        case ServiceProbe(ask=service):
            return [lambda network, port=port: service(network, host, port) for port in (probe.ports[0], probe.ports[-1])]  # type: ignore[misc]
        case HintProbe(ask=ask_hint):
            return [lambda network, hint=hint: ask_hint(network, host, hint) for hint in hints(probe)]  # type: ignore[misc]


def fact(want: str) -> Evidence:
    """Evidence as a probe wants it: a place is one of the host's own."""
    name, _, value = want.partition("=")
    known = key(name)
    assert known, want
    value = value or known.looks
    if value.startswith("http://"):
        value = f"http://{HERE}:8000/{value.rpartition('/')[2]}"
    return Evidence(HERE, name, value, "test", AT)


def hints(probe: HintProbe) -> list[str]:
    """Some of what it may be asked about: the first and the last of all that examples of the vocabulary and its own hints say."""
    samples = {known.looks for known in vocabulary().values()} | {"open", "FRITZ!Box", "NETGEAR", "QNAP", "220 x ESMTP Postfix"}
    found = sorted({hint for name in probe.hears for sample in samples for hint in probe.hints(name, sample)})
    assert found, f"nothing makes {probe.name} curious"
    return list(dict.fromkeys([found[0], found[-1]]))


async def meet(way: Callable[[LiveNetwork], Answers], trick: str, tcp: int, udp: int) -> Met:
    met = Met(trick)
    network = Diverted(tcp, udp)
    began = time.monotonic()
    try:
        async with aclosing(way(network)) as answers:
            async for answer in answers:
                if isinstance(answer, Answer) and len(met.told) <= ANSWERS:
                    met.told.append(answer)
    except Exception as error:  # noqa: BLE001 - told with the trick that led to it
        met.problem = error
    met.seconds = time.monotonic() - began
    met.asked = network.asked
    network.close()
    return met


async def meet_all(probe: Probe, ports: dict[str, dict[str, int]]) -> list[Met]:
    pairs = []
    if "tcp" in probe.needs:
        pairs += [(trick, port, ports["udp"]["silent"]) for trick, port in ports["tcp"].items()]
    if {"udp", "multicast"} & probe.needs:
        pairs += [(f"{trick} (UDP)", ports["tcp"]["hangs up"], port) for trick, port in ports["udp"].items()]
    return await asyncio.gather(*(meet(way, *pair) for way in ways(probe) for pair in pairs))


_spoken: list[Any] | None = None
"""Whom sockets of this process speak to, while that is noted."""


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    if _spoken is not None and event in ("socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo"):
        _spoken.append(arguments[0] if event == "socket.getaddrinfo" else arguments[1])


sys.addaudithook(_note)


def together(probe: Probe, ports: dict[str, dict[str, int]]) -> tuple[list[Met], list[Any], int]:
    """How it fared with everybody, whom it spoke to, and the most memory it took."""
    global _spoken
    getattr(probe, "load", lambda: None)()
    asyncio.run(
        meet(ways(probe)[0], "to load what is loaded when it is first used", ports["tcp"]["echoes"], ports["udp"]["echoes"])
    )
    tracemalloc.start()
    _spoken = []
    try:
        met = asyncio.run(meet_all(probe, ports))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        spoken, _spoken = _spoken, None
    return met, spoken, peak


def test_the_shelf_and_the_tricks_are_there(ports: dict[str, dict[str, int]]) -> None:
    assert len(PROBES) >= 25
    assert len(ports["tcp"]) >= 30
    assert {FROM_ANOTHER_PORT, FROM_ANOTHER_HOST} < set(ports["udp"])
    assert ip_address(ELSEWHERE) not in LINK.networks[0]


def test_every_trick_is_really_played(ports: dict[str, dict[str, int]]) -> None:
    async def heard_of(kind: str, trick: str) -> bool:
        network = Diverted(ports["tcp"].get(trick, 0), ports["udp"].get(trick, 0), timeout=2.0)  # it is no race here
        try:
            if kind == "udp":
                async with aclosing(network.multicast(EVERYBODY, 1, b"\0\1some question\r\n")) as answers:
                    return bool([answer async for answer in answers])
            if (connection := await network.connect(HERE, 1)) is None:
                return False
            secure = not trick.endswith("by TLS") or await network.secure(connection) is not None
            return secure and bool(await network.exchange(connection, b"GET / HTTP/1.1\r\n\r\n", 100))
        finally:
            network.close()

    async def mute_ones(kind: str) -> set[str]:
        heard = await asyncio.gather(*(heard_of(kind, trick) for trick in ports[kind]))
        return {trick for trick, was_heard in zip(ports[kind], heard, strict=True) if not was_heard}

    assert asyncio.run(mute_ones("tcp")) == {"silent", "hangs up", "resets", "hangs up, by TLS"}
    # nobody has to hear what is empty, too long, or somebody else's
    assert asyncio.run(mute_ones("udp")) == {"silent", "nothing", "as long as can be", FROM_ANOTHER_HOST}


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.name)
def test_no_peer_costs_more_than_patience_or_leads_anywhere(probe: Probe, ports: dict[str, dict[str, int]]) -> None:
    met, spoken, peak = together(probe, ports)
    assert sum(len(one.asked) for one in met) >= len(met) - 1, "it asks nobody: what it waits for is not given"
    for one in met:
        assert one.problem is None, (one.trick, one.problem)
        assert {address for address, _ in one.asked} <= {HERE}, (one.trick, one.asked)
        assert not PRINTING_PORTS & {port for _, port in one.asked}, (one.trick, one.asked)
        assert len(one.asked) <= QUESTIONS, (one.trick, len(one.asked))
        assert one.seconds <= PATIENCE * TIMEOUT * max(len(one.asked), 1) + SLACK, (one.trick, one.seconds)
        assert {answer.address for answer in one.told} <= {HERE}, one.trick
        assert {answer.key for answer in one.told} <= set(probe.tells) | {a.key for a in one.told if a.key.startswith("tcp.")}
        assert max((len(answer.value) for answer in one.told), default=0) <= 1 << 16, one.trick
        assert len(one.told) <= ANSWERS, one.trick
    theirs = {*ports["tcp"].values(), *ports["udp"].values()}
    assert {to[0] for to in spoken} <= {HERE, str(LINK.networks[0].broadcast_address)}
    assert {to[1] for to in spoken} <= theirs
    assert peak < MEMORY, f"{peak / 1e6:.1f} MB"


@pytest.mark.parametrize("probe", [p for p in PROBES if {"udp", "multicast"} & p.needs], ids=lambda probe: probe.name)
def test_what_comes_from_somebody_else_is_not_heard(probe: Probe, ports: dict[str, dict[str, int]]) -> None:
    for way in ways(probe):
        met = asyncio.run(meet(way, FROM_ANOTHER_HOST, ports["tcp"]["hangs up"], ports["udp"][FROM_ANOTHER_HOST]))
        assert [answer for answer in met.told if not answer.key.startswith("tcp.")] == []


def test_the_measures_can_fail(ports: dict[str, dict[str, int]]) -> None:
    async def greedy(network: Any, host: Host) -> AsyncGenerator[Answer, None]:
        await network.udp(ELSEWHERE, 9, b"x")
        kept = bytearray(MEMORY)
        yield Answer(HERE, "snmp.sysname", str(len(kept)))
        raise OSError("none of it is caught")

    probe = HostProbe("greedy", "is none", tells=("snmp.sysname",), ask=greedy, needs=frozenset({"udp"}))
    met, _, peak = together(probe, ports)
    assert peak >= MEMORY
    assert all(isinstance(one.problem, OSError) for one in met)
    assert {address for one in met for address, _ in one.asked} == {ELSEWHERE}
