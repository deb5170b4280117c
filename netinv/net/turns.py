"""What hosts answer each other, as a capture shows it: datagrams from well-known ports, and turn by turn what servers say by TCP.

Of a connection only what is heard from its beginning and in its order counts: where a segment is missing it ends, and what was
said until then is told.
"""

import socket
import struct
from collections.abc import Iterator
from ipaddress import ip_address
from typing import NamedTuple

from netinv.model import MAC
from netinv.net.overheard import Overheard

PORTS = frozenset({53, 137, 161, 623, 987, 1900, 3702, 5060, 5353, 5355, 9302, 9999, 10001})
"""UDP ports from which answers are taken."""
LIMIT = 16 * 1024
"""Bytes kept of each direction of one connection; what follows is passed over."""
STREAMS = 1024
"""Connections followed at once; the oldest makes room."""
QUESTIONS = 4096
"""Datagrams remembered that may yet be answered."""
QUESTION = 2048
"""Bytes kept of one."""

_TCP, _UDP = 6, 17
_FIN, _SYN, _RST, _ACK = 1, 2, 4, 16
_MASK = (1 << 32) - 1
_IPV4 = struct.Struct("!BxHxxHxB2x4s4s")
_IPV6 = struct.Struct("!B3xHBx16s16s")
_SEGMENT = struct.Struct("!HHIIBB")

_Ends = tuple[str, int, str, int]
"""A client's address and port, and a server's."""


class _Packet(NamedTuple):
    protocol: int
    source: str
    to: str
    body: bytes
    is_whole: bool
    """Not all of a packet has to be in a capture."""


class _Stream:
    """One connection since its server took it."""

    def __init__(self, mac: MAC | None, server: int, client: int) -> None:
        self.mac = mac
        self.server, self.client = server, client
        """The sequence numbers that come next (RFC 9293, 3.4)."""
        self.before = b""
        self.asked, self.said = bytearray(), bytearray()

    def turn(self, ends: _Ends) -> Iterator[Overheard]:
        """What the server has said since it was told of last."""
        if self.said:
            _, _, server, port = ends
            yield Overheard("tcp", self.mac, server, bytes(self.said), port, bytes(self.asked), self.before)
            self.before += self.said
            self.asked.clear()
            self.said.clear()


class Turns:
    """Of all packets of one capture."""

    def __init__(self) -> None:
        self._questions: dict[tuple[str, int, int], bytes] = {}
        """By who asks from which port, and the port asked."""
        self._streams: dict[_Ends, _Stream] = {}

    def take(self, packet: bytes, mac: MAC | None) -> Iterator[Overheard]:
        """What is complete by this IP packet; `mac` is of who sent it."""
        found = _read(packet)
        if found and found.protocol == _UDP:
            yield from self._datagram(found, mac)
        elif found:
            yield from self._segment(found, mac)

    def end(self) -> Iterator[Overheard]:
        """What was said last in connections that are still open."""
        for ends, stream in self._streams.items():
            yield from stream.turn(ends)
        self._streams.clear()

    def _datagram(self, packet: _Packet, mac: MAC | None) -> Iterator[Overheard]:
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
        if port in PORTS and not ip_address(packet.to).is_multicast:
            asked = self._questions.get((packet.to, to_port, port), b"")
            yield Overheard("udp", mac, packet.source, said, port, asked)

    def _segment(self, packet: _Packet, mac: MAC | None) -> Iterator[Overheard]:
        """RFC 9293, 3.1."""
        if len(packet.body) < 20:
            return
        port, to_port, number, acknowledged, offset, flags = _SEGMENT.unpack_from(packet.body)
        header = (offset >> 4) * 4
        if header < 20:
            return
        data = packet.body[header:]
        of_server: _Ends = (packet.to, to_port, packet.source, port)
        of_client: _Ends = (packet.source, port, packet.to, to_port)
        if flags & _SYN:
            if flags & _ACK:
                yield from self._begin(of_server, _Stream(mac, number + 1 & _MASK, acknowledged))
            return
        is_server = of_server in self._streams
        ends = of_server if is_server else of_client
        stream = self._streams.get(ends)
        if stream is None:
            return
        skipped = (stream.server if is_server else stream.client) - number & _MASK
        if skipped <= _MASK >> 1:  # what came before comes once more
            data = data[skipped:]
            yield from self._server(ends, stream, data) if is_server else self._client(ends, stream, data)
        is_gap = skipped > _MASK >> 1
        if is_gap or not packet.is_whole or flags & _RST or (flags & _FIN and is_server) or len(stream.before) >= LIMIT:
            yield from stream.turn(ends)
            del self._streams[ends]

    def _begin(self, ends: _Ends, stream: _Stream) -> Iterator[Overheard]:
        old = self._streams.get(ends)
        if old and old.server == stream.server:
            return  # said again
        if old is None and len(self._streams) >= STREAMS:
            ends_of_oldest = next(iter(self._streams))
            yield from self._streams.pop(ends_of_oldest).turn(ends_of_oldest)
        elif old:
            yield from old.turn(ends)
        self._streams[ends] = stream

    def _client(self, ends: _Ends, stream: _Stream, data: bytes) -> Iterator[Overheard]:
        if data:
            yield from stream.turn(ends)
            stream.asked += data[: LIMIT - len(stream.asked)]
            stream.client = stream.client + len(data) & _MASK

    def _server(self, ends: _Ends, stream: _Stream, data: bytes) -> Iterator[Overheard]:
        stream.said += data[: LIMIT - len(stream.before) - len(stream.said)]
        stream.server = stream.server + len(data) & _MASK
        if len(stream.before) + len(stream.said) >= LIMIT:
            yield from stream.turn(ends)


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
    is_whole = length <= len(packet)
    return _Packet(protocol, socket.inet_ntop(family, source), socket.inet_ntop(family, to), packet[header:length], is_whole)
