"""ICMP echo as a sweep's medium (RFC 792), over a raw socket, or a ping socket where no privilege is given.

Each question bears a word that only its target is told, so nobody can answer for another, or without having been asked.
"""

import os
import socket
import struct
import sys
from collections.abc import Iterable
from hashlib import blake2s

from netinv.model import MAC, Interface
from netinv.net import wire
from netinv.net.binding import bind_to
from netinv.net.medium import READ_AT_ONCE, Heard
from netinv.net.reach import Reach

_ECHO_REPLY = 0
_HEADER = struct.Struct("!BBHHH")
_ICMP_FILTER = 1  # linux/icmp.h: a bit for each type the kernel shall keep to itself
_IP_RECVTTL = getattr(socket, "IP_RECVTTL", 12)  # linux/in.h
_TTL = (socket.IP_TTL, _IP_RECVTTL)
"""The control message that bears a reply's TTL: Linux calls it IP_TTL, the BSDs IP_RECVTTL."""
ATTEMPTS = 16
"""Sequence numbers prepared; no address is asked more often."""
COOKIE = 16
"""Bytes of the word in each question."""


class Cookies:
    """A word for each address, which without the secret of this scan nobody can make (a keyed hash: RFC 7693, 2.9)."""

    def __init__(self) -> None:
        self._secret = os.urandom(blake2s.MAX_KEY_SIZE)

    def of(self, number: int) -> bytes:
        """The word for an IPv4 address."""
        return blake2s(number.to_bytes(4, "big"), key=self._secret, digest_size=COOKIE).digest()


def question(template: bytes, cookie: bytes) -> bytes:
    """An echo request that bears `cookie`, made of one that bears zeros: its checksum changes by the words added (RFC 1624)."""
    words = 0xFFFF - int.from_bytes(template[2:4], "big") + int.from_bytes(cookie, "big")
    return template[:2] + (0xFFFF - words % 0xFFFF).to_bytes(2, "big") + template[4 : _HEADER.size] + cookie


def parse(message: bytes, cookie: bytes) -> int | None:
    """The attempt (1, 2 ...) that an echo reply answers; None if it is not a reply to a question of ours."""
    if len(message) < _HEADER.size + len(cookie) or message[_HEADER.size :] != cookie:
        return None
    kind, code, _, _, sequence = _HEADER.unpack_from(message)
    return sequence if kind == _ECHO_REPLY and code == 0 and 1 <= sequence <= ATTEMPTS else None


class EchoMedium:
    """The kernel routes each request and resolves its next hop, so it reaches what is on the link and what is not."""

    rounds: int | None = None
    repeats = 0
    most: float | None = None
    share = 0.85
    lasting_share = 0.85
    trailing = 0
    patience = 0.0
    grace = 0.0
    block: int | None = None

    def __init__(self, interface: Interface, reach: Reach) -> None:
        self._reach = reach
        try:
            self._socket = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
            self._is_raw = True
        except PermissionError:  # ping_group_range may still allow it
            self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP)
            self._is_raw = False
        try:
            bind_to(self._socket, interface)
            wire.widen(self._socket)
            self._socket.setblocking(False)
            self._socket.setsockopt(socket.IPPROTO_IP, _IP_RECVTTL, 1)
            if self._is_raw and hasattr(socket, "SO_BINDTODEVICE"):  # Linux: let the kernel discard all but echo replies
                self._socket.setsockopt(255, _ICMP_FILTER, struct.pack("=I", ~(1 << _ECHO_REPLY) & 0xFFFFFFFF))
        except OSError:
            self._socket.close()
            raise
        self._cookies = Cookies()
        identifier = int.from_bytes(os.urandom(2), "big")
        self._questions = [wire.echo_request(identifier, n, bytes(COOKIE)) for n in range(1, ATTEMPTS + 1)]

    def fileno(self) -> int:
        return self._socket.fileno()

    def cost(self, number: int, attempt: int) -> int:
        return self._reach.frames(number)

    def ask(self, number: int, attempt: int, mac: MAC | None = None) -> None:
        message = question(self._questions[attempt - 1], self._cookies.of(number))
        self._socket.sendto(message, (socket.inet_ntoa(number.to_bytes(4, "big")), 0))
        self._reach.resolve(number)

    def hear(self) -> Iterable[Heard]:
        for _ in range(READ_AT_ONCE):
            try:
                message, control, _, sender = self._socket.recvmsg(256, 64)
            except BlockingIOError:
                return
            except OSError:  # an ICMP error about an earlier question; the answer, if any, is behind it
                continue
            if self._is_raw and message:
                message = message[(message[0] & 0x0F) * 4 :]  # the IPv4 header's length in words (RFC 791, 3.1)
            number = int.from_bytes(socket.inet_aton(sender[0]), "big")
            if attempt := parse(message, self._cookies.of(number)):
                ttl = next((int.from_bytes(data[:4], sys.byteorder) for _, kind, data in control if kind in _TTL), None)
                yield Heard(number, ttl=ttl, attempt=attempt)

    def waited(self) -> float:
        return wire.waited(self._socket)

    def dropped(self) -> int:
        return 0  # the kernel keeps no count for this kind of socket

    def close(self) -> None:
        self._socket.close()
