"""Peers that mean harm, as a process of its own on the suite's loopback interface: one TCP port and one UDP port for each trick.

    python -m tests.probes.hostile

prints the ports by trick as one line of JSON and goes on until its standard input ends. A process of its own, so that what it
holds in memory is not counted as the probes'.
"""

import asyncio
import json
import random
import sys
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext
from typing import cast

HERE, ELSEWHERE = "127.0.0.1", "127.0.5.2"
"""Where it is asked, and who is not asked at all."""
DRIP = 0.05
"""Seconds between the bytes of one that drips: long before anybody's patience is over."""
FLOOD = 4000
"""Datagrams in a flood."""
CHUNK = random.Random(4).randbytes(1 << 16)

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Reply = Callable[[bytes], Iterable[bytes]]


def says(*answers: bytes, greets: bool = False) -> Serve:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for number, answer in enumerate(answers):
            if (number or not greets) and not await reader.read(65536):
                break
            writer.write(answer)
            await writer.drain()
        await reader.read()

    return serve


def endless(head: bytes, piece: bytes, pause: float = 0.0, *, greets: bool = True) -> Serve:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not greets:
            await reader.read(65536)
        writer.write(head)
        while True:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)

    return serve


async def hangs_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def resets(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def is_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(600)


async def echoes(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()


async def answers_with_garbage(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    chance = random.Random(5)
    while await reader.read(65536):
        writer.write(chance.randbytes(chance.randrange(1, 3000)))
        await writer.drain()


def page(body: bytes, *headers: bytes) -> bytes:
    lines = [b"HTTP/1.1 200 OK", b"Content-Length: %d" % len(body), *headers]
    return b"\r\n".join([*lines, b"", body])


def redirect(to: str) -> bytes:
    return f"HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n".encode()


LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha ha ha ha ha ha ha ha ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(12))
    + b"]><root><device><modelName>&m;</modelName></device></root>"
)
"""A billion laughs: some hundred bytes that mean 10^13."""
DEEP = b"<a>" * 20_000
MANY = b"<root>" + b"<device/>" * 10_000 + b"</root>"
LEAVING = (
    f"<html><head><meta http-equiv=refresh content='0;url=http://{ELSEWHERE}/'><link rel=icon href=//{ELSEWHERE}/i>".encode()
)

TCP: dict[str, Serve] = {
    "silent": is_silent,
    "drips": endless(b"", b"H", DRIP),
    "drips once a second": endless(b"2", b"2", 1.0),
    "never-ending body": endless(b"HTTP/1.1 200 OK\r\n\r\n", b"<title>x" * 8000, greets=False),
    "never-ending line": endless(b"", b"A" * 60_000),
    "never-ending lines": endless(b"", b"220-more\r\n" * 6000),
    "10 MB banner": says(b"220 " + b"A" * 10_000_000, greets=True),
    "hangs up": hangs_up,
    "resets": resets,
    "echoes": echoes,
    "garbage": endless(b"", CHUNK),
    "garbage for an answer": answers_with_garbage,
    "TLS garbage": says(b"\x16\x03\x03\xff\xff" + b"\2\0\0\x01" * 20_000),
    "TLS alert": says(b"\x15\x03\x01\0\2\2\x28" * 1000),
    "XML bomb": says(*[page(LAUGHS, b"Content-Type: text/xml")] * 3),
    "XML deep": says(*[page(DEEP)] * 3),
    "XML many": says(*[page(MANY)] * 3),
    "JSON deep": says(*[page(b"[" * 100_000)] * 3),
    "redirect off the host": says(*[redirect(f"http://{ELSEWHERE}/")] * 3),
    "redirect to a printing port": says(*[redirect(f"http://{HERE}:9100/")] * 3),
    "redirect to itself": says(*[redirect("/")] * 64),
    "leads elsewhere": says(*[page(LEAVING)] * 3),
    "headers without end": says(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000),
    "lies about its length": says(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n" + b"<" * 100_000),
    "chunk without end": says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n" + b"<!" * 50_000),
    "compressed": says(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 9\r\n\r\n\x1f\x8b\x08\0\0\0\0\0\0"),
}
"""By trick, what is done to who connects."""


def _loop(question: bytes) -> bytes:
    """A DNS answer whose name points at itself (RFC 1035, 4.1.4), and whose record claims 65,535 bytes."""
    return (
        question[:2]
        + b"\x84\0\0\1\0\xff\0\0\0\xff"
        + b"\xc0\x0c\0\x0c\0\1"
        + b"\xc0\x16\0\x0c\0\1\0\0\0\x0a\xff\xff\xc0\x16" * 20
    )


def _garbage(question: bytes) -> bytes:
    return random.Random(question).randbytes(1000)


SEARCHED = (
    "HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\nUSN: uuid:1::upnp:rootdevice\r\nSERVER: x\r\n"
    f"LOCATION: http://{ELSEWHERE}/d.xml\r\nLOCATION: http://{HERE}:9100/\r\n\r\n"
).encode()

UDP: dict[str, Reply] = {
    "silent": lambda _: (),
    "nothing": lambda _: (b"",),
    "echoes": lambda question: (question,),
    "garbage": lambda question: (_garbage(question),),
    "question and garbage": lambda question: (question + _garbage(question), question[:12] + _garbage(question)),
    "compression loop": lambda question: (_loop(question),),
    "as long as can be": lambda question: (question[:12] + b"\xc0\x0c" * 32_000,),
    "deep": lambda question: (b"\x30\x80" * 700, b"\x30\x82\xff\xff" * 350),
    "XML bomb": lambda _: (LAUGHS, b"HTTP/1.1 200 OK\r\nLOCATION: x\r\n\r\n" + LAUGHS),
    "leads elsewhere": lambda _: (SEARCHED,),
    "flood": lambda question: (question[:2] + CHUNK[n : n + 1400] for n in range(FLOOD)),
}
"""By trick, the datagrams that come back."""
FROM_ANOTHER_PORT, FROM_ANOTHER_HOST = "flood from another port", "flood from another host"


class Datagrams(asyncio.DatagramProtocol):
    """Answers from where it was asked, or from somewhere else."""

    def __init__(self, reply: Reply, out: asyncio.DatagramTransport | None = None) -> None:
        self._reply = reply
        self._out = out

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._out = self._out or cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        for answer in self._reply(data):
            if self._out:
                self._out.sendto(answer, addr)


async def main() -> None:
    loop = asyncio.get_running_loop()
    ports: dict[str, dict[str, int]] = {"tcp": {}, "udp": {}}
    for trick, serve in TCP.items():
        server = await asyncio.start_server(_bearing(serve), HERE, 0)
        ports["tcp"][trick] = server.sockets[0].getsockname()[1]
    context = SSLContext(PROTOCOL_TLS_SERVER)
    context.load_cert_chain(Path(__file__).parent / "data" / "device.pem")
    for trick in ("never-ending body", "garbage", "10 MB banner", "hangs up", "redirect off the host"):
        server = await asyncio.start_server(_bearing(TCP[trick]), HERE, 0, ssl=context)
        ports["tcp"][f"{trick}, by TLS"] = server.sockets[0].getsockname()[1]
    other_port, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, (HERE, 0))
    other_host, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, (ELSEWHERE, 0))
    flood = UDP["flood"]
    replies = [*((trick, reply, None) for trick, reply in UDP.items()), (FROM_ANOTHER_PORT, flood, other_port)]
    for trick, reply, out in [*replies, (FROM_ANOTHER_HOST, flood, other_host)]:
        transport, _ = await loop.create_datagram_endpoint(
            lambda reply=reply, out=out: Datagrams(reply, out),  # type: ignore[misc]
            ("0.0.0.0", 0),  # broadcasts, too, are meant to arrive
        )
        ports["udp"][trick] = transport.get_extra_info("sockname")[1]
    print(json.dumps(ports), flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


def _bearing(serve: Serve) -> Serve:
    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, EOFError):
            await serve(reader, writer)
        with suppress(OSError):
            writer.close()

    return accept


if __name__ == "__main__":
    asyncio.run(main())
