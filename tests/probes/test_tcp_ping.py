"""TCP ping: who is behind the router and drops ICMP; asked only where a user asks for it."""

import asyncio

from netinv.lab.household import household
from netinv.lab.memory import MemoryNetwork
from netinv.model import Answer
from netinv.net.targets import parse_targets
from netinv.net.tcp_ping import PORTS
from netinv.plan import select_probes
from netinv.probes.tcp_ping import PROBE

HOME = household()


def told(network: MemoryNetwork, *words: str) -> set[tuple[str, str, str]]:
    async def ask() -> set[tuple[str, str, str]]:
        return {(a.address, a.key, a.value) async for a in PROBE.ask(network, parse_targets(words)) if isinstance(a, Answer)}

    return asyncio.run(ask())


def test_a_refusal_is_as_good_a_sign_as_an_open_port() -> None:
    assert told(MemoryNetwork(), "10.88.0.0/24") == {
        ("10.88.0.10", "tcp.443", "open"),
        ("10.88.0.20", "tcp.445", "open"),
        ("10.88.0.30", "tcp.443", "closed"),
        ("10.88.0.40", "tcp.443", "open"),
    }


def test_nobody_on_the_link_is_asked_and_the_silent_once_a_port() -> None:
    network = MemoryNetwork()
    told(network, str(HOME.network), "10.88.0.99")
    assert [q.address for q in network.questions] == ["10.88.0.99"] * len(PORTS)


def test_it_is_asked_only_where_it_is_named() -> None:
    assert "tcp-ping" not in {p.name for p in select_probes([], [])}
    assert {p.name for p in select_probes([], [], ["tcp-ping"])} == {"tcp-ping"} | {p.name for p in select_probes([], [])}
    assert [p.name for p in select_probes(["tcp-ping"], [])] == ["tcp-ping"]
    assert [p.name for p in select_probes(["icmp"], [], ["tcp-ping"])] == ["icmp", "tcp-ping"]
