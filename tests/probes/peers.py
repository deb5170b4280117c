"""Real servers on the suite's own loopback interface, good and bad, and what a probe hears of them through the real door."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from ipaddress import IPv4Interface
from ssl import PROTOCOL_TLS_SERVER, SSLContext

from netinv.defaults import Manners
from netinv.model import Answer, Host, Interface
from netinv.net.dialogue import PATIENCE
from netinv.net.live import LiveNetwork
from netinv.net.targets import parse_targets
from netinv.probes.base import HintProbe, HostProbe, ServiceProbe
from netinv.probes.http import CONNECTIONS

ADDRESS = "127.0.0.1"
TIMEOUT = 0.15
"""Seconds the door waits for an answer."""
COST = PATIENCE * TIMEOUT * CONNECTIONS + 0.5
"""Seconds a probe takes at the most, whoever it speaks with; half a second is the machine's."""
LOOPBACK = Interface("lo", None, (IPv4Interface("127.0.0.9/8"),), is_loopback=True)

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def door(timeout: float = TIMEOUT, rate: float = 20_000) -> LiveNetwork:
    return LiveNetwork(LOOPBACK, parse_targets([ADDRESS]), Manners(rate=rate, timeout=timeout))


@asynccontextmanager
async def listening(serve: Serve, port: int = 0, tls: SSLContext | None = None) -> AsyncIterator[int]:
    """A server, as long as it is needed; its port."""
    writers: list[asyncio.StreamWriter] = []

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await serve(reader, writer)

    server = await asyncio.start_server(accept, ADDRESS, port, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for _ in range(4):  # what has been said to it is in its socket; it may hear it yet
            await asyncio.sleep(0)
        for writer in writers:
            writer.transport.abort()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:  # servers that would go on for ever
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await asyncio.sleep(0)


def told(
    probe: ServiceProbe | HostProbe | HintProbe,
    serve: Serve,
    *,
    port: int = 0,
    hint: str = "",
    tls: SSLContext | None = None,
    timeout: float = TIMEOUT,
) -> list[tuple[str, str]]:
    """What the probe tells of a server; it must not take longer than it may. `hint` is what one of hints is asked about."""

    async def go() -> list[tuple[str, str]]:
        async with listening(serve, port, tls) as taken:
            network, host = door(timeout), Host(ADDRESS)
            match probe:
                case ServiceProbe():
                    asked = probe.ask(network, host, taken)
                case HintProbe():
                    asked = probe.ask(network, host, hint)
                case HostProbe():
                    asked = probe.ask(network, host)
            began = time.monotonic()
            heard = [(a.key, a.value) async for a in asked if isinstance(a, Answer)]
            assert time.monotonic() - began < COST * timeout / TIMEOUT
            network.close()
        assert {key for key, _ in heard} <= set(probe.tells)
        return heard

    return asyncio.run(go())


def says(*answers: bytes, greets: bool = False) -> Serve:
    """A server that gives one answer after the other, each to one thing said; `greets` with the first."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            for number, answer in enumerate(answers):
                if (number or not greets) and not await reader.read(65536):
                    break
                writer.write(answer)
                await writer.drain()
            await reader.read()
        writer.close()

    return serve


def web(pages: dict[str, bytes]) -> Serve:
    """A web server: whole answers by path; whatever else is asked for is not there."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                writer.write(pages.get(head.split(b" ")[1].decode(), b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"))
                await writer.drain()
        writer.close()

    return serve


async def _silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


async def _drips(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while True:
            writer.write(b"H")
            await writer.drain()
            await asyncio.sleep(TIMEOUT / 2)


async def _never_ends(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"220 " + b"<title>x" * 8000)
            await writer.drain()


async def _hangs_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def _resets(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"H")
    writer.transport.abort()


HOSTILE: tuple[Serve, ...] = (
    _silent,
    _drips,
    _never_ends,
    _hangs_up,
    _resets,
    says(b"220 " + b"A" * 10_000_000, greets=True),
    says(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n" + b"<" * 100_000),
    says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n" + b"<!" * 50_000),
    says(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000),
    says(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
    says(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 9\r\n\r\n\x1f\x8b\x08\0\0\0\0\0\0"),
)


def bears(probe: ServiceProbe | HostProbe, *, port: int = 0, others: Iterable[Serve] = ()) -> None:
    """No hostile server costs a probe more than its time, nor makes it raise."""
    for serve in (*HOSTILE, *others):
        told(probe, serve, port=port)


def tls_context(certificate: str, key: str) -> SSLContext:
    context = SSLContext(PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context
