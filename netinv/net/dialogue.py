"""A TCP connection under way, as the door lets a probe use it: paced, and bounded in bytes, in reads and in patience."""

import asyncio
import socket
import ssl
import struct
from collections.abc import Coroutine
from functools import cache
from typing import Any, TypeVar

from netinv.net import kernel_tcp
from netinv.net.pace import Pace

PATIENCE = 3
"""How many times the door's timeout all waiting in one connection may take together; each wait takes one at the most."""
MOST = 128 * 1024
"""Bytes read in one connection, TLS included."""
READS = 128
"""Pieces they may come in: one that drips costs frames of ours, too."""
BUFFER = 8 * 1024
"""Bytes a peer may send before we have read any, so that it cannot make the kernel acknowledge more than that unpaced."""
_SEGMENT = 1440
"""Bytes in a full frame, at the least: RFC 9293, 3.7.1, over IPv6 with timestamps has as many, but for 12."""
_ABORT = struct.pack("ii", 1, 0)
"""SO_LINGER of no time: goodbye is one RST (RFC 9293, 3.10.5), and neither side remembers the connection."""
_LEGACY_SERVER_CONNECT = 0x4
"""SSL_OP_LEGACY_SERVER_CONNECT of OpenSSL: servers from before RFC 5746; `ssl` has the name from Python 3.12."""
_T = TypeVar("_T")


class Dialogue:
    """Our end of an open connection. Without a `pace`, what is said leaves by no interface."""

    def __init__(self, stream: socket.socket, *, pace: Pace | None, timeout: float) -> None:
        self._stream = stream
        self._pace = pace
        self._timeout = timeout
        self._left = PATIENCE * timeout
        self._bytes = MOST
        self._reads = READS
        self._owes = True
        """What was heard last, at first the peer's SYN, has not been acknowledged."""
        self._repeated = 0
        """Frames that have been sent again, and counted."""
        self._opened = asyncio.get_running_loop().time()
        self._is_over = False
        self._was_left = False
        """The peer has said goodbye."""
        self._tls: ssl.SSLObject | None = None
        self._arrived, self._leaving = ssl.MemoryBIO(), ssl.MemoryBIO()

    async def say(self, data: bytes) -> None:
        """Send all of it."""
        if self._tls and not self._is_over:
            try:
                self._tls.write(data)
            except ssl.SSLError:
                self._is_over = True
            data = self._leaving.read()
        await self._send(data)

    async def hear(self, limit: int) -> bytes:
        """The next bytes, at most `limit`; none once nothing more comes."""
        if not self._tls:
            return await self._receive(limit)
        while True:
            try:
                return self._tls.read(limit)
            except ssl.SSLWantReadError:
                await self._send(self._leaving.read())
                if not (data := await self._receive(BUFFER)):
                    return b""
                self._arrived.write(data)
            except ssl.SSLError:  # its goodbye among them
                self._is_over = True
                return b""

    async def secure(self) -> bytes | None:
        """As in `Network`."""
        tls = _context().wrap_bio(self._arrived, self._leaving)
        while not self._is_over:
            try:
                tls.do_handshake()
            except ssl.SSLWantReadError:
                await self._send(self._leaving.read())
                self._arrived.write(await self._receive(BUFFER))
                continue
            except (ssl.SSLError, ValueError):
                break
            await self._send(self._leaving.read())
            self._tls = tls
            return tls.getpeercert(binary_form=True) or b""
        self._is_over = True
        return None

    async def part(self) -> None:
        """Say goodbye, in turn: in peace to who has said something, else by a reset."""
        was_heard = self._bytes < MOST
        if not was_heard:
            self.abort()
        if self._pace:
            self._count_late()
            # Ours, and the acknowledgement of theirs if that is yet to come (RFC 9293, 3.6).
            await self._pace.turn(2 if was_heard and not self._was_left else 1, under_way=True)
        self._stream.close()

    def abort(self) -> None:
        """Make the goodbye a reset."""
        if self._pace:
            self._stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABORT)

    def close(self) -> None:
        """Hang up at once, unless that has been done."""
        if self._stream.fileno() >= 0:
            self.abort()
            if self._pace:
                self._pace.sent()
            self._stream.close()

    async def _send(self, data: bytes) -> None:
        if self._is_over or not data:
            return
        if self._pace:
            await self._pace.turn(_frames(data), under_way=True)
            self._count_late()
        self._owes = False
        await self._wait(asyncio.get_running_loop().sock_sendall(self._stream, data))

    async def _receive(self, limit: int) -> bytes:
        """The next bytes; none if it is over, for whatever reason."""
        if self._is_over or not (limit := min(limit, self._bytes)) or not self._reads:
            self._is_over = True
            return b""
        if self._owes:
            await self._acknowledge()
        heard = await self._wait(asyncio.get_running_loop().sock_recv(self._stream, limit))
        data = heard or b""
        self._is_over, self._was_left = not data, heard == b""
        self._bytes -= len(data)
        self._reads -= 1
        self._owes = bool(data)
        if self._pace and _frames(data) > 1:  # the last one waits for what is said next
            await self._pace.turn(_frames(data) - 1, under_way=True)
        return data

    async def _acknowledge(self) -> None:
        """There is nothing to say yet, and the peer may wait for it."""
        if self._pace:
            await self._pace.turn(under_way=True)
            self._count_late()
        self._owes = False
        kernel_tcp.acknowledge(self._stream)

    def _count_late(self) -> None:
        """What the kernel has acknowledged by itself, since nothing was said for too long after connecting."""
        elapsed = asyncio.get_running_loop().time() - self._opened
        if self._pace and self._owes and self._reads == READS and elapsed > kernel_tcp.PUT_OFF:
            self._pace.sent()

    async def _wait(self, work: Coroutine[Any, Any, _T]) -> _T | None:
        """What comes of it; None, and the dialogue is over, if that takes too long or fails."""
        clock = asyncio.get_running_loop().time
        begun = clock()
        try:
            async with asyncio.timeout(min(self._timeout, self._left)):
                return await work
        except OSError:  # TimeoutError among them
            self._is_over = True
            return None
        finally:
            self._left -= clock() - begun
            if self._pace and (more := kernel_tcp.repeated(self._stream) - self._repeated) > 0:
                self._repeated += more
                self._pace.added(more)


def _frames(data: bytes) -> int:
    return -(-len(data) // _SEGMENT)


@cache
def _context() -> ssl.SSLContext:
    """TLS that believes everybody and speaks every version OpenSSL still has: it reads certificates, and keeps no secrets."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:!aNULL:@SECLEVEL=0")
    context.options |= _LEGACY_SERVER_CONNECT
    return context
