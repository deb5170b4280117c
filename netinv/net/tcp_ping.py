"""TCP connects as a sweep's medium: who accepts or refuses one is there, also where ICMP is dropped (RFC 9293, 3.10.7)."""

import asyncio
import errno
import selectors
import socket
import struct
from collections.abc import Iterable
from typing import Any

from netinv.model import MAC, Interface
from netinv.net.binding import bind_to
from netinv.net.medium import Heard
from netinv.net.pace import Pace
from netinv.net.reach import Reach

PORTS = (443, 80, 22, 445, 3389)
"""One a round, those first that most systems open or refuse."""
GIVES_UP = 0.9
"""Seconds until a connect is given up: just before the kernel would repeat it, in a frame nobody counts (RFC 6298, 2.1)."""
CONNECTIONS = 512
"""Connects under way at once; the usual limit of open files is 1,024."""
_HANGS_UP = 2
"""Frames the kernel adds where the port is open: it acknowledges, and resets."""
_RESET = struct.pack("ii", 1, 0)  # struct linger: closing sends a reset, and leaves nothing behind
_IP_RECVERR = 11  # linux/in.h


class TcpPingMedium:
    """Needs no privilege. In each round it asks one port of who has been silent so far."""

    rounds: int | None = len(PORTS)
    repeats = 0
    most: float | None = None
    share = 0.85
    lasting_share = 0.85
    trailing = 0
    patience = 0.0
    grace = 0.0
    block: int | None = CONNECTIONS

    def __init__(self, interface: Interface, reach: Reach, pace: Pace) -> None:
        self._interface = interface
        self._reach = reach
        self._pace = pace
        self._selector: Any = selectors.DefaultSelector()

    def fileno(self) -> int:
        return int(self._selector.fileno())

    def cost(self, number: int, attempt: int) -> int:
        return self._reach.frames(number)

    def ask(self, number: int, attempt: int, mac: MAC | None = None) -> None:
        if len(self._selector.get_map()) >= CONNECTIONS:
            raise BlockingIOError(errno.EAGAIN, "as many connects as allowed are under way")
        try:
            stream = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        except OSError as error:  # others hold the files this process may have open, for a moment
            raise BlockingIOError(errno.EAGAIN, error.strerror) from error
        try:
            stream.setblocking(False)
            stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            if hasattr(socket, "MSG_ERRQUEUE"):
                stream.setsockopt(socket.IPPROTO_IP, _IP_RECVERR, 1)
            bind_to(stream, self._interface)
            failed = stream.connect_ex((socket.inet_ntoa(number.to_bytes(4, "big")), PORTS[attempt - 1]))
            if failed not in (0, errno.EINPROGRESS):
                raise OSError(failed, errno.errorcode.get(failed, ""))
        except OSError:
            stream.close()
            raise
        self._reach.resolve(number)
        self._selector.register(stream, selectors.EVENT_WRITE, (number, attempt))
        asyncio.get_running_loop().call_later(GIVES_UP, self._let_go, stream)

    def hear(self) -> Iterable[Heard]:
        for key, _ in self._selector.select(0):
            number, attempt = key.data
            error = key.fileobj.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            is_own_word = not error or (error == errno.ECONNREFUSED and not _was_rejected(key.fileobj))
            self._let_go(key.fileobj)
            if not error:
                self._pace.sent(_HANGS_UP)
            if is_own_word:
                yield Heard(number, attempt=attempt, said="closed" if error else "open")

    def _let_go(self, stream: socket.socket) -> None:
        if stream.fileno() >= 0:
            self._selector.unregister(stream)
            stream.close()

    def waited(self) -> float:
        return 0.0

    def dropped(self) -> int:
        return 0

    def close(self) -> None:
        for key in list(self._selector.get_map().values()):
            self._let_go(key.fileobj)
        self._selector.close()


def _was_rejected(stream: socket.socket) -> bool:
    """Whether an ICMP error refused (RFC 1122, 4.2.3.9): a firewall's word on the way, which says nothing of the host."""
    if not hasattr(socket, "MSG_ERRQUEUE"):
        return False
    try:
        stream.recvmsg(1, 256, socket.MSG_ERRQUEUE)
    except OSError:
        return False
    return True
