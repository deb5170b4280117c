"""What the kernel's TCP sends of itself, kept to what is needed and counted: acknowledgements and repetitions (tcp(7); Linux)."""

import socket
import struct
from contextlib import suppress

PUT_OFF = 0.2
"""Seconds an acknowledgement waits for what is said next at the most (include/net/tcp.h, TCP_DELACK_MAX)."""
_QUICKACK = getattr(socket, "TCP_QUICKACK", None)
"""0: what is heard is acknowledged with what is said next; 2: it is acknowledged now, and then as before."""
_USER_TIMEOUT = getattr(socket, "TCP_USER_TIMEOUT", None)
"""Milliseconds in which what is said must be acknowledged (RFC 5482)."""
_INFO = getattr(socket, "TCP_INFO", None)
_REPEATED = slice(100, 104)
"""tcpi_total_retrans in struct tcp_info (linux/tcp.h)."""
_ONCE = 0.35
"""Seconds in which the kernel repeats what it said once and not twice: after 0.2, and 0.4 later (RFC 6298, 5.5)."""


def prepare(stream: socket.socket, timeout: float) -> None:
    """Before connecting: be slow to acknowledge, and quick to see that nobody does, within half of `timeout` seconds."""
    put_off_acknowledging(stream)
    if _USER_TIMEOUT is not None:
        stream.setsockopt(socket.IPPROTO_TCP, _USER_TIMEOUT, int(1000 * max(timeout / 2, _ONCE)))


def put_off_acknowledging(stream: socket.socket) -> None:
    """Let what is said next acknowledge what is heard, which saves a frame each time (RFC 9293, 3.8.6.3)."""
    if _QUICKACK is not None:
        stream.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 0)


def acknowledge(stream: socket.socket) -> None:
    """Acknowledge now what has been heard."""
    if _QUICKACK is not None:
        with suppress(OSError):  # the other side has hung up
            stream.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 2)


def repeated(stream: socket.socket) -> int:
    """Frames sent again so far, because nobody acknowledged them."""
    if _INFO is not None:
        with suppress(OSError, struct.error):
            return int(struct.unpack("=I", stream.getsockopt(socket.IPPROTO_TCP, _INFO, _REPEATED.stop)[_REPEATED])[0])
    return 0
