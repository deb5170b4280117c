"""The door painted on a wall behaves as the real one, faults included."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import dns.message
import dns.reversename
import pytest

from netinv.lab.household import household
from netinv.lab.memory import MemoryNetwork, Question
from netinv.net.network import Means, Network, Reply, Stream

HOME = household()
T = TypeVar("T")


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(coroutine)


def sweep(network: Network, means: Means, targets: list[str]) -> list[Reply]:
    async def collect() -> list[Reply]:
        return [reply async for reply in network.sweep(means, targets)]

    return asyncio.run(collect())


def every_address() -> list[str]:
    return [str(a) for a in HOME.network.hosts()]


def test_it_is_a_network() -> None:
    network: Network = MemoryNetwork()
    assert network.interface.address == HOME.scanner
    assert network.interface.gateway == HOME.gateway
    assert network.resolvers == (HOME.gateway,)


def test_an_arp_sweep_finds_every_device_and_both_sides_of_a_conflict() -> None:
    replies = sweep(MemoryNetwork(), "arp", every_address())
    assert {r.address for r in replies} == set(HOME.truth)
    conflict = HOME.truth["10.77.0.34"]
    assert [r.mac for r in replies if r.address == conflict.address] == [conflict.mac, conflict.also_mac]
    assert {r.address: r.attempt for r in replies}["10.77.0.40"] == 2


def test_the_kernels_table_knows_one_mac_of_each() -> None:
    replies = sweep(MemoryNetwork(), "neighbours", every_address())
    assert {r.address: r.mac for r in replies} == {a: d.mac for a, d in HOME.truth.items()}
    assert len(replies) == len(HOME.truth)


def test_pings_are_answered_by_who_answers_pings_near_and_far() -> None:
    replies = {r.address: r for r in sweep(MemoryNetwork(), "icmp", ["10.77.0.30", "10.77.0.31", "10.88.0.20", "10.77.0.99"])}
    assert {a: r.ttl for a, r in replies.items()} == {"10.77.0.30": 128, "10.88.0.20": 127}
    assert all(r.rtt_ms and r.mac is None for r in replies.values())


def test_only_the_silent_are_asked_again() -> None:
    network = MemoryNetwork()
    sweep(network, "arp", ["10.77.0.1", "10.77.0.40", "10.77.0.99"])
    assert [q.address for q in network.questions] == [
        "10.77.0.1", "10.77.0.40", "10.77.0.99", "10.77.0.40", "10.77.0.99", "10.77.0.99",
    ]  # fmt: skip
    assert network.progress == (9, 9)
    assert (network.traffic.frames, network.traffic.replies) == (6, 2)


def test_ports_are_open_closed_or_silent() -> None:
    network = MemoryNetwork()
    assert run(network.tcp("10.77.0.12", 22, limit=7)) == Stream("open", b"SSH-2.0")
    assert run(network.tcp("10.77.0.12", 80)) == Stream("open")
    assert run(network.tcp("10.77.0.12", 80, b"GET /", 8)) == Stream("open", b"HTTP/1.1")
    assert run(network.tcp("10.77.0.12", 23)) == Stream("closed")
    assert run(network.tcp("10.77.0.30", 23)) is None
    assert run(network.tcp("10.77.0.99", 80)) is None
    assert network.questions[2] == Question("tcp", "10.77.0.12", 80, b"GET /")


def test_printing_ports_are_refused() -> None:
    for verb in (MemoryNetwork().tcp("10.77.0.20", 9100), MemoryNetwork().udp("10.77.0.20", 515, b"x")):
        with pytest.raises(ValueError, match="prints what it hears"):
            run(verb)


def test_the_router_answers_for_names_and_nobody_else_answers_datagrams() -> None:
    network = MemoryNetwork()
    question = dns.message.make_query(dns.reversename.from_address("10.77.0.10"), "PTR").to_wire()
    answer = run(network.udp("10.77.0.1", 53, question))
    assert answer
    assert "diskstation.lan." in dns.message.from_wire(answer).to_text()
    assert run(network.udp("10.77.0.10", 53, question)) is None


def test_faults_are_as_ordered() -> None:
    network = MemoryNetwork(
        abilities={"tcp"},
        silent={"10.77.0.1"},
        failing={"udp": OSError("cable pulled"), "arp": OSError("cable pulled")},
        garbage={("10.77.0.12", 22): b"\xff\x00"},
    )
    assert network.abilities == {"tcp"}
    assert run(network.tcp("10.77.0.1", 80)) is None
    assert sweep(network, "icmp", ["10.77.0.1"]) == []
    assert run(network.tcp("10.77.0.12", 22, limit=9)) == Stream("open", b"\xff\x00")
    with pytest.raises(OSError, match="cable pulled"):
        run(network.udp("10.77.0.1", 53, b""))
    with pytest.raises(OSError, match="cable pulled"):
        sweep(network, "arp", ["10.77.0.1"])
