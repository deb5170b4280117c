"""Conversations: TCP connections and datagrams with one host, each by one interface and at the door's pace."""

import asyncio
import socket
from collections.abc import Callable, Collection
from contextlib import ExitStack, closing
from ipaddress import ip_address

from netinv.model import Interface, Problem
from netinv.net import kernel_tcp
from netinv.net.binding import bind_to, end, family_of
from netinv.net.dialogue import BUFFER, Dialogue
from netinv.net.network import Stream
from netinv.net.pace import Pace
from netinv.net.reach import Reach

PRINTING_PORTS = frozenset({515, *range(9100, 9108)})
"""LPD (RFC 1179) and raw printing: a printer prints what it hears there."""
CONNECTIONS = 128
"""TCP connections open at once."""
DEAF = 3
"""A port that has been silent this often, and never answered, is not asked again."""
KEPT = 64
"""Connections kept open at once for whoever comes to speak."""
KEPT_FOR = 0.15
"""Seconds; less than the kernel puts off acknowledging."""
ROUND_TRIPS = 8
"""So many of the slowest round trip known of a host are waited for whether it accepts,"""
LEAST = 0.4
"""but this part of the patience at the least: a radio may have gone to sleep meanwhile, for as long as three beacons."""
_HEARD_FROM = -1


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
        self._slowest: dict[str, float] = {}
        """Seconds; the slowest round trip of each address that is known."""
        self._silences: dict[tuple[str, int], int] = {}
        self._connected = 0
        """Connections so far."""
        self._open: dict[int, Dialogue] = {}
        self._kept: dict[tuple[str, int], Dialogue] = {}
        self._waiting: set[asyncio.Task[None]] = set()
        """Each lets go of one that is kept, when its time is over."""
        self._places = asyncio.Semaphore(CONNECTIONS)

    def note_round_trip(self, address: str, seconds: float) -> None:
        """How long a host has just taken, to whatever it was."""
        self._slowest[address] = max(seconds, self._slowest.get(address, 0.0))

    async def tcp(self, address: str, port: int, send: bytes, limit: int, *, keep: bool = False) -> Stream | None:
        """As in `Network`."""
        with ExitStack() as stack:
            await self._places.acquire()
            stack.callback(self._places.release)
            dialogue, is_closed = await self._dial(address, port)
            if dialogue is None:
                return Stream("closed") if is_closed else None
            stack.callback(dialogue.close)
            data = b""
            if send:
                await dialogue.say(send)
            while len(data) < limit and (more := await dialogue.hear(limit - len(data))):
                data += more
            if keep and self._keep((address, port), dialogue):
                stack.pop_all()  # its place is kept with it
            else:
                await dialogue.part()
            return Stream("open", data)

    async def connect(self, address: str, port: int) -> int | None:
        """As in `Network`."""
        # Who takes one over takes its place over, too: those who only connect may have taken all others.
        dialogue = self._kept.pop((address, port), None) or await self._call(address, port)
        if dialogue is None:
            return None
        number = self._connected = self._connected + 1
        self._open[number] = dialogue
        return number

    async def secure(self, connection: int) -> bytes | None:
        """As in `Network`."""
        return await self._open[connection].secure()

    async def exchange(self, connection: int, say: bytes, limit: int) -> bytes:
        """As in `Network`."""
        if say:
            await self._open[connection].say(say)
        return await self._open[connection].hear(limit) if limit else b""

    async def hang_up(self, connection: int) -> None:
        """As in `Network`."""
        with closing(self._open.pop(connection)) as dialogue:
            self._places.release()
            await dialogue.part()

    def close(self) -> None:
        """Hang up on everybody."""
        for waiting in self._waiting:
            waiting.cancel()
        for dialogue in (*self._kept.values(), *self._open.values()):
            dialogue.close()
        self._kept.clear()
        self._open.clear()

    async def _call(self, address: str, port: int) -> Dialogue | None:
        """A new connection, and a place for it."""
        await self._places.acquire()
        dialogue = None
        try:
            dialogue = (await self._dial(address, port))[0]
        finally:
            if dialogue is None:
                self._places.release()
        return dialogue

    async def _dial(self, address: str, port: int) -> tuple[Dialogue | None, bool]:
        """A new connection, and if there is none, whether it was refused."""
        if port in PRINTING_PORTS:
            raise ValueError(f"port {port} prints what it hears")
        loop = asyncio.get_running_loop()
        pace = None if address in self._own else self._pace
        stream = socket.socket(family_of(address), socket.SOCK_STREAM)
        asked = 0.0
        try:
            stream.setblocking(False)
            if pace:
                stream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
                bind_to(stream, self._interface)
                kernel_tcp.prepare(stream, self._timeout)
                await self._turn_to(address)
            asked = loop.time()
            async with asyncio.timeout(self._patience(address)):
                await loop.sock_connect(stream, end(address, port, self._interface))
        except OSError as error:  # TimeoutError among them
            if pace:
                pace.sent(kernel_tcp.repeated(stream))
            stream.close()
            self._note_refusal("tcp", error)
            if is_closed := isinstance(error, ConnectionRefusedError):
                self._confirm(address)
                self.note_round_trip(address, loop.time() - asked)
            return None, is_closed
        except BaseException:
            stream.close()
            raise
        self._confirm(address)
        self.note_round_trip(address, loop.time() - asked)
        if pace:
            kernel_tcp.put_off_acknowledging(stream)  # connecting has made the kernel hasty again
        return Dialogue(stream, pace=pace, timeout=self._timeout), False

    def _patience(self, address: str) -> float:
        """Seconds to wait for a host to accept or refuse: what is silent now will be silent a moment later, too."""
        slowest = self._slowest.get(address)
        return self._timeout if slowest is None else min(self._timeout, max(LEAST * self._timeout, ROUND_TRIPS * slowest))

    def _keep(self, end: tuple[str, int], dialogue: Dialogue) -> bool:
        """Leave a connection open for a moment, for whoever comes to speak; False if there is no room."""
        if len(self._kept) >= KEPT or end in self._kept:
            return False
        self._kept[end] = dialogue
        waiting = asyncio.create_task(self._let_go(end, dialogue))
        self._waiting.add(waiting)
        waiting.add_done_callback(self._waiting.discard)
        return True

    async def _let_go(self, end: tuple[str, int], dialogue: Dialogue) -> None:
        await asyncio.sleep(KEPT_FOR)
        if self._kept.get(end) is dialogue:
            del self._kept[end]
            with closing(dialogue):
                self._places.release()
                await dialogue.part()

    async def udp(self, address: str, port: int, payload: bytes, limit: int, *, is_bound: bool = True) -> bytes | None:
        """As in `Network`; not `is_bound` for a resolver, which may be behind another interface, or on this machine."""
        if port in PRINTING_PORTS:
            raise ValueError(f"port {port} prints what it hears")
        if self._silences.get((address, port), 0) >= DEAF:
            return None
        loop = asyncio.get_running_loop()
        is_own = address in self._own  # the way there leads by no interface
        with socket.socket(family_of(address), socket.SOCK_DGRAM) as datagram:
            datagram.setblocking(False)
            try:
                if is_bound and not is_own:
                    bind_to(datagram, self._interface)
                datagram.connect(end(address, port, self._interface))  # so that the kernel lets only that address and port answer
                if not is_own:
                    await self._turn_to(address)
                async with asyncio.timeout(self._timeout):
                    await loop.sock_sendall(datagram, payload)
                    answer = await loop.sock_recv(datagram, limit + 1)
            except OSError as error:  # TimeoutError among them
                self._note_refusal("udp", error)
                self._grow_deaf(address, port, is_refused=error.errno is not None)
                return None
        self._silences[address, port] = _HEARD_FROM
        return answer if len(answer) <= limit else None

    async def _turn_to(self, address: str) -> None:
        """Wait for the pace to let a packet leave for this address."""
        number = int(ip_address(address))
        await self._pace.turn(lambda: self._reach.frames(number))
        self._reach.resolve(number)

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
