"""Conversations: TCP connections and datagrams with one host, each by one interface and at the door's pace."""

import asyncio
import socket
from collections.abc import Callable, Collection
from ipaddress import IPv4Address

from netinv.model import Interface, Problem
from netinv.net.binding import bind_to
from netinv.net.network import Stream
from netinv.net.pace import Pace
from netinv.net.reach import Reach

PRINTING_PORTS = frozenset({515, *range(9100, 9108)})
"""LPD (RFC 1179) and raw printing: a printer prints what it hears there."""
CONNECTIONS = 128
"""TCP connections open at once."""
DEAF = 3
"""A port that has been silent this often, and never answered, is not asked again."""
_HEARD_FROM = -1

_HANDSHAKE = 3
"""Frames the kernel adds to the first of a connection: it acknowledges, hangs up, and acknowledges that the other side did."""


class Conversations:
    """Talks to whom it is told; whether it may is its caller's to say. What the system forbids is kept in `problems`."""

    def __init__(
        self,
        interface: Interface,
        *,
        pace: Pace,
        reach: Reach,
        timeout: float,
        own: Collection[str],
        confirm: Callable[[str], None],
    ) -> None:
        self.problems: dict[str, Problem] = {}
        """One for each verb, by its name."""
        self._interface = interface
        self._pace = pace
        self._reach = reach
        self._timeout = timeout
        self._own = own
        """This machine's addresses: what is said to them leaves by no interface."""
        self._confirm = confirm
        """Told of each address that has answered."""
        self._silences: dict[tuple[str, int], int] = {}
        self._places = asyncio.Semaphore(CONNECTIONS)

    async def tcp(self, address: str, port: int, send: bytes = b"", limit: int = 0) -> Stream | None:
        """As in `Network`."""
        if port in PRINTING_PORTS:
            raise ValueError(f"port {port} prints what it hears")
        loop = asyncio.get_running_loop()
        async with self._places:
            with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as stream:
                stream.setblocking(False)
                if address not in self._own:
                    bind_to(stream, self._interface)
                    await self._pace.turn(self._reach.frames(int(IPv4Address(address))))
                data = b""
                try:
                    async with asyncio.timeout(self._timeout):
                        await loop.sock_connect(stream, (address, port))
                except ConnectionRefusedError:
                    self._confirm(address)
                    return Stream("closed")
                except (TimeoutError, OSError) as error:
                    self._note_refusal("tcp", error)
                    return None
                self._confirm(address)
                try:
                    async with asyncio.timeout(self._timeout):
                        if send:
                            await loop.sock_sendall(stream, send)
                        while len(data) < limit and (more := await loop.sock_recv(stream, limit - len(data))):
                            data += more
                except (TimeoutError, OSError):
                    pass  # what was heard until then is still an answer
                if address not in self._own:
                    self._pace.sent(_HANDSHAKE)
                return Stream("open", data)

    async def udp(self, address: str, port: int, payload: bytes, limit: int, *, is_bound: bool = True) -> bytes | None:
        """As in `Network`; not `is_bound` for a resolver, which may be behind another interface, or on this machine."""
        if port in PRINTING_PORTS:
            raise ValueError(f"port {port} prints what it hears")
        if self._silences.get((address, port), 0) >= DEAF:
            return None
        loop = asyncio.get_running_loop()
        with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM) as datagram:
            datagram.setblocking(False)
            try:
                if is_bound:
                    bind_to(datagram, self._interface)
                datagram.connect((address, port))  # so that the kernel lets only that address and port answer
                await self._pace.turn(1 if ":" in address else self._reach.frames(int(IPv4Address(address))))
                async with asyncio.timeout(self._timeout):
                    await loop.sock_sendall(datagram, payload)
                    answer = await loop.sock_recv(datagram, limit + 1)
            except OSError as error:  # TimeoutError among them
                self._note_refusal("udp", error)
                self._grow_deaf(address, port, is_refused=error.errno is not None)
                return None
        self._silences[address, port] = _HEARD_FROM
        return answer if len(answer) <= limit else None

    def _grow_deaf(self, address: str, port: int, *, is_refused: bool) -> None:
        """Who never answers is not asked for ever: one resolver serves all hosts, and each would wait for it."""
        before = self._silences.get((address, port), 0)
        if before != _HEARD_FROM:
            self._silences[address, port] = DEAF if is_refused else before + 1

    def _note_refusal(self, verb: str, error: BaseException) -> None:
        """A firewall on this machine speaks by EPERM or EACCES; everything else is the network's silence."""
        if isinstance(error, PermissionError):
            self.problems.setdefault(
                verb,
                Problem(verb, f"this system forbids {verb.upper()}: {error.strerror}", "look at its firewall's output rules"),
            )
