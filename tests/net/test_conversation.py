"""Conversations on the lab's LAN: what they cost on the wire, whom they wait for, and who gets a place."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar, cast

import pytest

from netinv.defaults import Manners
from netinv.lab import Lan
from netinv.net.conversation import CONNECTIONS, KEPT_FOR, LEAST
from netinv.net.interfaces import interfaces
from netinv.net.live import LiveNetwork
from netinv.net.peer import reach
from netinv.net.targets import parse_targets
from tests.probes.peers import ADDRESS, door, listening, says

SYNOLOGY, WINDOWS = "10.77.0.10", "10.77.0.30"
_T = TypeVar("_T")


def on(lan: Lan, talk: Callable[[LiveNetwork], Awaitable[_T]], timeout: float = 1.0) -> tuple[_T, LiveNetwork]:
    """What comes of talking on the LAN, and the door it went through."""
    (interface,) = (i for i in interfaces() if i.name == lan.interface)

    async def go() -> tuple[_T, LiveNetwork]:
        network = LiveNetwork(interface, parse_targets([lan.network]), Manners(timeout=timeout))
        try:
            return await talk(network), network
        finally:
            network.close()

    return asyncio.run(go())


def test_what_is_said_acknowledges_what_was_heard_and_every_frame_is_counted(lan: Lan) -> None:
    async def visit(network: LiveNetwork) -> bytes:
        async with reach(network, SYNOLOGY, 5000) as peer:
            assert peer
            return await peer.say(b"GET / HTTP/1.1\r\nHost: nas\r\n\r\n", 4096)

    heard, network = on(lan, visit)
    assert heard.startswith(b"HTTP/1.1 200")
    sent = lan.counters()
    # ARP; then SYN, the request, FIN, and the acknowledgement of the other's if that came later (RFC 9293, 3.5 and 3.6).
    assert sent.frames - 1 in (3, 4)
    assert network.traffic.frames in (sent.frames, sent.frames + 1)


def test_a_connection_nobody_speaks_on_costs_the_question_and_the_goodbye(lan: Lan) -> None:
    async def look(network: LiveNetwork) -> str:
        found = await network.tcp(SYNOLOGY, 445, keep=True)
        await asyncio.sleep(2 * KEPT_FOR)
        assert found
        return found.state

    state, network = on(lan, look)
    assert state == "open"
    assert lan.counters().frames == network.traffic.frames == 3, "ARP, SYN and RST"


@pytest.mark.quiet
def test_who_answers_at_once_elsewhere_is_not_waited_for_at_a_silent_port(lan: Lan) -> None:
    async def knock(network: LiveNetwork) -> tuple[float, float]:
        took = []
        for port in (81, 445, 81):
            began = time.monotonic()
            found = await network.tcp(WINDOWS, port)
            assert (found is None) == (port == 81)
            took.append(time.monotonic() - began)
        return took[0], took[2]

    (unknown, known), _ = on(lan, knock)
    assert unknown >= 1.0
    assert LEAST <= known < 0.8


def test_what_is_said_to_ourselves_is_answered_and_leaves_by_no_interface(lan: Lan) -> None:
    class Echo(asyncio.DatagramProtocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport = cast(asyncio.DatagramTransport, transport)

        def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
            self.transport.sendto(data, addr)

    async def talk(network: LiveNetwork) -> bytes | None:
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(Echo, local_addr=(lan.address, 0))
        heard = await network.udp(lan.address, transport.get_extra_info("sockname")[1], b"anybody?")
        transport.close()
        await asyncio.sleep(0)
        return heard

    heard, network = on(lan, talk)
    assert heard == b"anybody?"
    assert network.traffic.frames == 0


def test_who_comes_to_speak_takes_over_what_was_kept_though_all_places_are_taken() -> None:
    async def go() -> bytes:
        network = door(timeout=5.0)
        async with listening(says(b"other")) as other, listening(says(b"hello", greets=True)) as port:
            held = [await network.connect(ADDRESS, other) for _ in range(CONNECTIONS - 1)]
            assert await network.tcp(ADDRESS, port, keep=True)
            waiting = asyncio.ensure_future(network.connect(ADDRESS, other))
            await asyncio.sleep(0)
            async with asyncio.timeout(1.0), reach(network, ADDRESS, port) as peer:
                assert peer
                assert not waiting.done()
                heard = await peer.hear(99)
            held.append(await waiting)  # in the place that has become free
            assert all(held)
            network.close()
            return heard

    assert asyncio.run(go()) == b"hello"
