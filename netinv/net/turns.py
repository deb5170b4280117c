"""What hosts answer each other, as a capture shows it: datagrams from well-known ports, and turn by turn what servers say by TCP.

Of a connection only what is heard from its beginning counts. Its segments may come in any order, twice, and overlapping; where
one is missing, what was said until then is told. Own code, since scapy's `TCPSession` dissects every packet, keeps streams
without bounds, and fills what is missing with zeros.
"""

import socket
import struct
from collections.abc import Iterator
from datetime import datetime
from ipaddress import ip_address
from typing import NamedTuple

from netinv.model import MAC
from netinv.net.overheard import Overheard
from netinv.net.reassembly import Connection

PORTS = frozenset({53, 137, 161, 623, 987, 1900, 3702, 5060, 5353, 5355, 9302, 9999, 10001})
"""UDP ports from which answers are taken."""
STREAMS = 1024
"""Connections followed at once; the oldest makes room."""
OVER = 4096
"""Connections remembered that are done with, so that nothing of them is told again."""
EARLY = 32
"""Segments kept of a connection that came before the one by which its server took it."""
STRANGERS = 256
"""Connections of which such are kept, and answers of resolvers that came before their question; the oldest makes room."""
QUESTIONS = 4096
"""Datagrams remembered that may yet be answered."""
QUESTION = 2048
"""Bytes kept of one."""

_TCP, _UDP = 6, 17
_DNS = 53
_FIN, _SYN, _RST, _ACK = 1, 2, 4, 16
_MASK = (1 << 32) - 1
_IPV4 = struct.Struct("!BxHxxHxB2x4s4s")
_IPV6 = struct.Struct("!B3xHBx16s16s")
_SEGMENT = struct.Struct("!HHIIBB")

Heard = Iterator[tuple[datetime, Overheard]]
"""When it was captured, and what it is."""
_Ends = tuple[str, int, str, int]
"""A client's address and port, and a server's."""


class _Packet(NamedTuple):
    protocol: int
    source: str
    to: str
    body: bytes


class _Segment(NamedTuple):
    """RFC 9293, 3.1."""

    to_source: _Ends
    """To whom, and from whom: a connection's ends if its server sent it."""
    number: int
    acknowledged: int
    flags: int
    data: bytes


class Turns:
    """Of all packets of one capture."""

    def __init__(self) -> None:
        self._questions: dict[tuple[str, int, int], bytes] = {}
        """By who asks from which port, and the port asked."""
        self._unasked: dict[tuple[str, int, int], tuple[datetime, Overheard]] = {}
        """Likewise answers of resolvers, which say nothing without their question, and may stand before it in the file."""
        self._streams: dict[_Ends, Connection] = {}
        self._over: dict[_Ends, int] = {}
        """The number with which the server began each."""
        self._early: dict[_Ends, list[tuple[datetime, _Segment]]] = {}

    def take(self, packet: bytes, mac: MAC | None, at: datetime) -> Heard:
        """What is complete by this IP packet; `mac` is of who sent it."""
        found = _read(packet)
        if found and found.protocol == _UDP:
            yield from self._datagram(found, mac, at)
        elif found and (segment := _segment(found)):
            yield from self._segment(segment, mac, at)

    def end(self) -> Heard:
        """What was said last in connections that are still open."""
        for ends in list(self._streams):
            yield from self._close(ends)

    def _datagram(self, packet: _Packet, mac: MAC | None, at: datetime) -> Heard:
        """RFC 768."""
        if len(packet.body) < 8:
            return
        port, to_port, length = struct.unpack_from("!HHH", packet.body)
        if not 8 < length <= len(packet.body):
            return
        said = packet.body[8:length]
        if to_port in PORTS:
            while len(self._questions) >= QUESTIONS:
                del self._questions[next(iter(self._questions))]
            self._questions[packet.source, port, to_port] = said[:QUESTION]
            if early := self._unasked.pop((packet.source, port, to_port), None):
                when, answer = early
                yield when, answer._replace(asked=said[:QUESTION])
        if port in PORTS and not ip_address(packet.to).is_multicast:
            asked = self._questions.get((packet.to, to_port, port), b"")
            answer = Overheard("udp", mac, packet.source, said, port, asked)
            yield at, answer
            if port == _DNS and not asked and len(said) <= QUESTION:
                while len(self._unasked) >= STRANGERS:
                    del self._unasked[next(iter(self._unasked))]
                self._unasked[packet.to, to_port, port] = at, answer

    def _segment(self, segment: _Segment, mac: MAC | None, at: datetime) -> Heard:
        of_server, of_client = segment.to_source, segment.to_source[2:] + segment.to_source[:2]
        is_end = bool(segment.flags & (_FIN | _RST))
        if segment.flags & _SYN:
            if segment.flags & _ACK:
                yield from self._begin(of_server, segment, mac)
        elif stream := self._streams.get(of_server):
            stream.from_server(segment.number, segment.data, segment.acknowledged, at, is_end=is_end)
            yield from self._go_on(of_server, stream)
        elif stream := self._streams.get(of_client):
            stream.from_client(segment.number, segment.data, is_end=bool(segment.flags & _FIN))
            yield from self._go_on(of_client, stream)
        elif of_server not in self._over and of_client not in self._over:
            self._keep(min(of_server, of_client), at, segment)

    def _begin(self, ends: _Ends, segment: _Segment, mac: MAC | None) -> Heard:
        old = self._streams.get(ends)
        if segment.number == (old.began if old else self._over.get(ends)):
            return  # said again
        self._over.pop(ends, None)
        if old:
            yield from self._close(ends)
        elif len(self._streams) >= STREAMS:
            yield from self._close(next(iter(self._streams)))
        self._streams[ends] = Connection(mac, segment.number, segment.acknowledged)
        for at, early in self._early.pop(min(ends, ends[2:] + ends[:2]), ()):
            yield from self._segment(early, mac, at)

    def _go_on(self, ends: _Ends, stream: Connection) -> Heard:
        yield from _told(ends, stream, is_last=False)
        if stream.is_over:
            del self._streams[ends]
            while len(self._over) >= OVER:
                del self._over[next(iter(self._over))]
            self._over[ends] = stream.began

    def _close(self, ends: _Ends) -> Heard:
        yield from _told(ends, self._streams.pop(ends), is_last=True)

    def _keep(self, ends: _Ends, at: datetime, segment: _Segment) -> None:
        """It may be of a connection whose beginning comes later in the file."""
        while ends not in self._early and len(self._early) >= STRANGERS:
            del self._early[next(iter(self._early))]
        kept = self._early.setdefault(ends, [])
        if len(kept) < EARLY:
            kept.append((at, segment))


def _told(ends: _Ends, stream: Connection, *, is_last: bool) -> Heard:
    _, _, server, port = ends
    for said in stream.turns(is_last=is_last):
        yield said.at, Overheard("tcp", stream.mac, server, said.words, port, said.asked, said.before)


def _segment(packet: _Packet) -> _Segment | None:
    if len(packet.body) < 20:
        return None
    port, to_port, number, acknowledged, offset, flags = _SEGMENT.unpack_from(packet.body)
    header = (offset >> 4) * 4
    if header < 20:
        return None
    return _Segment((packet.to, to_port, packet.source, port), number, acknowledged, flags, packet.body[header:])


def _read(packet: bytes) -> _Packet | None:
    """An IP packet of TCP or UDP that is no fragment (RFC 791, 3.1; RFC 8200, 3)."""
    if len(packet) >= _IPV4.size and packet[0] >> 4 == 4:
        head, length, fragment, protocol, source, to = _IPV4.unpack_from(packet)
        header, family = (head & 15) * 4, socket.AF_INET
        if header < 20 or fragment & 0x3FFF:
            return None
    elif len(packet) >= _IPV6.size and packet[0] >> 4 == 6:
        _, length, protocol, source, to = _IPV6.unpack_from(packet)
        header, family = _IPV6.size, socket.AF_INET6
        length += header
    else:
        return None
    if protocol not in (_TCP, _UDP) or length < header:
        return None
    return _Packet(protocol, socket.inet_ntop(family, source), socket.inet_ntop(family, to), packet[header:length])
