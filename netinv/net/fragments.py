"""IP packets that came in fragments, put together: of a capture, whose kernel is not there to do it.

Own code, since scapy's `IPSession` keeps whatever comes for ever, and dissects each packet for it.
"""

import struct
from datetime import datetime, timedelta
from typing import NamedTuple

from netinv.net.pieces import Pieces

PENDING = 256
"""Packets of which fragments are missing; the oldest makes room: 16 MiB at most."""
PATIENCE = timedelta(seconds=30)
"""Between the first and the last fragment: numbers come again (RFC 791, 3.2; Linux' `ipfrag_time`)."""
LONGEST = 65_535
"""Bytes of a packet (RFC 791, 3.1)."""

_IPV4 = struct.Struct("!BxHHHxB2x8s")
_MORE, _OFFSET = 0x2000, 0x1FFF
_IPV6 = struct.Struct("!B3xHBx32s")
_FRAGMENT = struct.Struct("!BxHI")
_FRAGMENTED = 44
"""The extension header of a fragment (RFC 8200, 4.5)."""


class _Fragment(NamedTuple):
    key: bytes
    """Of which packet: its ends, its protocol, and the number its sender gave it."""
    head: bytes
    """Of the whole packet, but for its length."""
    at: int
    data: bytes
    is_last: bool
    is_ipv6: bool


class _Pending:
    """A packet of which something has come."""

    def __init__(self, began: datetime) -> None:
        self.began = began
        self.pieces = Pieces(LONGEST)
        self.head = b""
        self.length: int | None = None


class Fragments:
    """Of all packets of one capture."""

    def __init__(self) -> None:
        self._pending: dict[bytes, _Pending] = {}

    def take(self, packet: bytes, at: datetime) -> bytes | None:
        """The packet that this fragment makes whole; None for any other, and for what is no fragment."""
        found = _read(packet)
        if found is None or found.at + len(found.data) > LONGEST:
            return None
        pending = self._pending.get(found.key)
        if pending is None or abs(at - pending.began) > PATIENCE:
            self._pending.pop(found.key, None)
            while len(self._pending) >= PENDING:
                del self._pending[next(iter(self._pending))]
            pending = self._pending[found.key] = _Pending(at)
        pending.pieces.put(found.at, found.data)
        if found.at == 0 and not pending.head:
            pending.head = found.head
        if found.is_last and pending.length is None:
            pending.length = found.at + len(found.data)
        if pending.length is None or pending.pieces.reach < pending.length:
            return None
        del self._pending[found.key]
        return _whole(pending.head, pending.pieces[: pending.length], is_ipv6=found.is_ipv6)


def _read(packet: bytes) -> _Fragment | None:
    """A fragment that is all there, and as long as one of its place can be."""
    if len(packet) >= _IPV4.size and packet[0] >> 4 == 4:
        first, length, number, flags, protocol, ends = _IPV4.unpack_from(packet)
        header, at, is_last = (first & 15) * 4, (flags & _OFFSET) * 8, not flags & _MORE
        if not 20 <= header <= length:
            return None
        head, key = packet[:header], ends + bytes((protocol,)) + number.to_bytes(2)
        begins, is_ipv6 = header, False
    elif len(packet) >= _IPV6.size + _FRAGMENT.size and packet[0] >> 4 == 6:
        _, length, following, ends = _IPV6.unpack_from(packet)
        if following != _FRAGMENTED:
            return None
        following, flags, number = _FRAGMENT.unpack_from(packet, _IPV6.size)
        at, is_last = flags & ~7, not flags & 1
        head, key = packet[:6] + bytes((following,)) + packet[7 : _IPV6.size], ends + number.to_bytes(4)
        begins, length, is_ipv6 = _IPV6.size + _FRAGMENT.size, length + _IPV6.size, True
    else:
        return None
    data = packet[begins:length]
    if (at == 0 and is_last) or not data or len(packet) < length or (not is_last and len(data) % 8):
        return None
    return _Fragment(key, head, at, data, is_last, is_ipv6)


def _whole(head: bytes, body: bytes, *, is_ipv6: bool) -> bytes | None:
    """The packet as it was sent; None for one longer than any."""
    length = len(body) if is_ipv6 else len(head) + len(body)
    if length > LONGEST:
        return None
    if is_ipv6:
        return head[:4] + length.to_bytes(2) + head[6:] + body
    return head[:2] + length.to_bytes(2) + head[4:6] + bytes(2) + head[8:] + body
