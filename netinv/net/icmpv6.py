"""ICMPv6 echo to a host or to a group of the link, by raw sockets, or ping sockets where no privilege is given (RFC 4443, 4)."""

import errno
import os
import socket
import struct
import sys
from collections.abc import Iterator
from contextlib import suppress
from ipaddress import IPv6Address, IPv6Interface
from typing import NamedTuple

from netinv.model import Interface
from netinv.net import wire
from netinv.net.addresses import LINK_LOCAL, canonical
from netinv.net.binding import bind_to

_REQUEST, _REPLY = 128, 129
_HEADER = struct.Struct("!BBHHH")
_FILTER = 1  # linux/icmpv6.h, ICMPV6_FILTER: a bit for each type the kernel shall keep to itself
_PROGRESS = getattr(socket, "MSG_CONFIRM", 0) and socket.MSG_CONFIRM | 0x10
"""With MSG_PROBE (linux/socket.h): nothing is sent, and the kernel takes the neighbour for reachable (net/ipv6/udp.c)."""
_SOURCES = 4
"""Addresses to ask from: the link-local one, and one of each prefix; a host answers from the address that fits the asker's."""
_READ_AT_ONCE = 256
_DISCARD = 9  # RFC 863; nothing is sent there


class Echo(NamedTuple):
    """A reply to a question of ours."""

    address: str
    """Canonical, without a zone."""
    sequence: int
    hop_limit: int | None
    """As it arrived; hosts begin with 64, 128 or 255."""


def parse(message: bytes, cookie: bytes) -> int | None:
    """The sequence number that an echo reply answers; None if it is not a reply to a question of ours."""
    if len(message) != _HEADER.size + len(cookie) or message[_HEADER.size :] != cookie:
        return None
    kind, code, _, _, sequence = _HEADER.unpack_from(message)
    return int(sequence) if kind == _REPLY and code == 0 else None


class EchoSockets:
    """One socket for each address to ask from; OSError where there is none, or none may be opened.

    An address that came up a moment ago cannot be used until the kernel has made sure that nobody else has it, which takes a
    second or two (RFC 4862, 5.4); so nothing is sent from it before `ready` has said so.
    """

    def __init__(self, interface: Interface) -> None:
        self._index = socket.if_nametoindex(interface.name)
        self._cookie = os.urandom(16)  # whoever cannot see the question cannot forge the answer
        self._sockets: dict[IPv6Interface, socket.socket] = {}
        self._waiting: dict[IPv6Interface, socket.socket] = {}
        sources = _sources(interface)
        if not sources:
            raise OSError(errno.EADDRNOTAVAIL, f"{interface.name} has no IPv6 address")
        self._notes = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        try:
            bind_to(self._notes, interface)
            for source in sources:
                self._waiting[source] = self._open(interface)
        except OSError:
            self.close()
            raise

    def ready(self) -> int:
        """How many addresses can be asked from by now: so many questions it takes to ask a group."""
        for source, opened in list(self._waiting.items()):
            with suppress(OSError):
                opened.bind((str(source.ip), 0, 0, self._index))
                self._sockets[source] = self._waiting.pop(source)
        return len(self._sockets)

    def filenos(self) -> list[int]:
        return [opened.fileno() for opened in (*self._sockets.values(), *self._waiting.values())]

    def ask_group(self, group: str, sequence: int) -> None:
        """Ask from every address, not blocking; OSError as the kernel says."""
        for opened in self._sockets.values():
            self._send(opened, group, sequence)

    def ask(self, address: str, sequence: int) -> None:
        """Ask one host, from the address that shares most with its own; not blocking, OSError as the kernel says."""
        number = IPv6Address(address)
        for source, opened in self._sockets.items():
            if number in source.network:
                self._send(opened, address, sequence)
                return
        raise OSError(errno.EADDRNOTAVAIL, "no address to ask from")

    def hear(self) -> Iterator[Echo]:
        """All replies waiting."""
        for opened in self._sockets.values():
            for _ in range(_READ_AT_ONCE):
                try:
                    message, control, _, sender = opened.recvmsg(256, 64)
                except BlockingIOError:
                    break
                except OSError:  # an ICMPv6 error about an earlier question; the answer, if any, is behind it
                    continue
                if (sequence := parse(message, self._cookie)) is not None:
                    hops = [int.from_bytes(data[:4], sys.byteorder) for _, kind, data in control if kind == socket.IPV6_HOPLIMIT]
                    yield Echo(canonical(sender[0]), sequence, next(iter(hops), None))

    def note_progress(self, address: str) -> None:
        """Tell the kernel that a neighbour has just answered; else it makes sure of all it spoke to at once, seconds later."""
        if _PROGRESS:
            with suppress(OSError):
                self._notes.sendto(b"", _PROGRESS, (address, _DISCARD, 0, self._index))

    def close(self) -> None:
        self._notes.close()
        for opened in (*self._sockets.values(), *self._waiting.values()):
            opened.close()

    def _open(self, interface: Interface) -> socket.socket:
        try:
            opened = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
            is_raw = True
        except PermissionError:  # ping_group_range, which is IPv4's and IPv6's alike, may still allow it
            opened = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM, socket.IPPROTO_ICMPV6)
            is_raw = False
        try:
            bind_to(opened, interface)
            wire.widen(opened)
            opened.setblocking(False)
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVHOPLIMIT, 1)
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, struct.pack("=I", self._index))
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_LOOP, 0)
            if is_raw and sys.platform == "linux":  # let the kernel discard all but echo replies
                words = [0xFFFFFFFF & ~(1 << _REPLY % 32 if word == _REPLY // 32 else 0) for word in range(8)]
                opened.setsockopt(socket.IPPROTO_ICMPV6, _FILTER, struct.pack("=8I", *words))
        except OSError:
            opened.close()
            raise
        return opened

    def _send(self, opened: socket.socket, to: str, sequence: int) -> None:
        # The kernel fills in the checksum, and for ping sockets the identifier (icmp6(7); net/ipv6/ping.c).
        message = _HEADER.pack(_REQUEST, 0, 0, 0, sequence) + self._cookie
        opened.sendto(message, (to, 0, 0, self._index))


def _sources(interface: Interface) -> list[IPv6Interface]:
    """The addresses to ask from, the narrowest networks first and the link-local one last."""
    found: dict[object, IPv6Interface] = {}
    for address in interface.addresses:
        if isinstance(address, IPv6Interface):
            found.setdefault(address.network, address)
    ordered = sorted(found.values(), key=lambda a: (a.ip in LINK_LOCAL, -a.network.prefixlen))
    return [*ordered[: _SOURCES - 1], *(a for a in ordered[_SOURCES - 1 :] if a.ip in LINK_LOCAL)]
