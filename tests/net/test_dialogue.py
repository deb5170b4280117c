"""Connections under way: bounded in time, in bytes and in frames, whoever is at the other end."""

import asyncio
import time
from contextlib import suppress

import pytest

from netinv.net.dialogue import BUFFER, MOST, PATIENCE, READS
from netinv.net.live import LiveNetwork
from netinv.net.peer import reach
from tests.probes.peers import ADDRESS, HOSTILE, TIMEOUT, Serve, door, listening, says


async def _everything(network: LiveNetwork, port: int) -> bytes:
    heard = b""
    async with reach(network, ADDRESS, port) as peer:
        while peer and (more := await peer.hear(BUFFER)):
            heard += more
    return heard


def heard(serve: Serve, rate: float = 20_000) -> tuple[bytes, float, int]:
    """All that is heard, how many seconds it took, and how many frames."""

    async def go() -> tuple[bytes, float, int]:
        async with listening(serve) as port:
            network, began = door(rate=rate), time.monotonic()
            said = await _everything(network, port)
            elapsed = time.monotonic() - began
            network.close()
            return said, elapsed, network.traffic.frames

    return asyncio.run(go())


def test_a_dialogue_goes_to_and_fro_on_one_connection() -> None:
    async def go() -> list[bytes]:
        async with (
            listening(says(b"hello", b"one", b"two", greets=True)) as port,
            reach(door(), ADDRESS, port) as peer,
        ):
            assert peer
            return [await peer.hear(99), await peer.say(b"1", 99), await peer.say(b"2", 2), await peer.hear(99)]

    assert asyncio.run(go()) == [b"hello", b"one", b"tw", b"o"]


@pytest.mark.parametrize("serve", HOSTILE)
def test_nobody_is_listened_to_for_ever(serve: Serve) -> None:
    said, elapsed, frames = heard(serve)
    assert len(said) <= MOST
    assert elapsed < PATIENCE * TIMEOUT + 0.5
    assert frames <= READS * 8


def test_a_peer_that_sends_without_end_is_acknowledged_at_the_pace() -> None:
    async def floods(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while True:
                writer.write(b"x" * 65536)
                await writer.drain()

    said, elapsed, frames = heard(floods, rate=200)
    assert len(said) <= MOST
    assert frames >= len(said) / 65536
    assert elapsed >= frames / 200 * 0.5


def test_a_connection_that_was_kept_is_taken_over_and_not_made_again() -> None:
    connections = 0

    async def greets(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        writer.write(b"SSH-2.0-x\r\n")
        await reader.read()
        writer.close()

    async def go() -> None:
        network = door()
        async with listening(greets) as port:
            for _ in range(2):
                found = await network.tcp(ADDRESS, port, keep=True)
                assert found
                assert (found.state, found.data) == ("open", b"")
                async with reach(network, ADDRESS, port) as peer:
                    assert peer
                    assert await peer.hear(99) == b"SSH-2.0-x\r\n"
            await network.tcp(ADDRESS, port, keep=True)
            network.close()

    asyncio.run(go())
    assert connections == 2, "who is never spoken to does not even hear that somebody came"


def test_printing_ports_are_refused() -> None:
    for port in (515, 9100, 9107):
        with pytest.raises(ValueError, match="prints what it hears"):
            asyncio.run(door().connect(ADDRESS, port))


def test_who_refuses_or_is_no_target_is_not_connected_to() -> None:
    network = door()
    assert asyncio.run(network.connect(ADDRESS, 1)) is None
    assert asyncio.run(network.connect("127.0.0.2", 1)) is None
    assert "did not speak to 127.0.0.2" in network.problems[0].message
