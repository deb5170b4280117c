"""One TCP connection put together from its segments, in whatever order, and parted into the turns in which its server spoke.

Where a turn begins the server's acknowledgements say: it had heard more of the client than before (RFC 9293, 3.4). So the turns
do not depend on the order in which segments were captured, which between two directions is often not that of their sending.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from netinv.model import MAC
from netinv.net.pieces import Pieces

LIMIT = 16 * 1024
"""Bytes kept of each direction of one connection; what follows is passed over."""
SEGMENTS = 128
"""Segments taken of each direction, and so turns told; after as many a connection counts as over."""
_MASK = (1 << 32) - 1
_HALF = 1 << 31


class Said(NamedTuple):
    """What the server said in one turn."""

    at: datetime
    """When the last of it was captured."""
    words: bytes
    asked: bytes
    """What the client said since the turn before."""
    before: bytes
    """What the server had said until then."""


class _Segment(NamedTuple):
    """Of the server's, what is known besides its data."""

    heard: int
    """How much of the client the server had heard."""
    at: datetime


class _Direction:
    """What one of them says."""

    def __init__(self, start: int) -> None:
        self.pieces = Pieces(LIMIT)
        self._start = start
        self._end = LIMIT
        """How much it is in all, once it said that this is all."""
        self._segments = 0

    @property
    def is_done(self) -> bool:
        """All has come that will be read."""
        return self.pieces.reach >= self._end or self._segments >= SEGMENTS

    def place(self, number: int) -> int:
        """Where a sequence number stands in what is said; negative before its beginning. Numbers wrap around."""
        place = number - self._start & _MASK
        return place if place < _HALF else place - _MASK - 1

    def take(self, number: int, data: bytes, *, is_end: bool) -> int | None:
        """Where `data` begins; None if there is nothing to keep of it."""
        place = self.place(number)
        if is_end and place >= 0:
            self._end = min(self._end, place + len(data))
        if place < 0:
            data, place = data[-place:], 0
        if not data or place >= LIMIT or self._segments >= SEGMENTS:
            return None
        self._segments += 1
        self.pieces.put(place, data)
        return place


class Connection:
    """One, since its server took it."""

    def __init__(self, mac: MAC | None, began: int, acknowledged: int) -> None:
        """By the numbers of the segment with which the server took it; `mac` is the server's."""
        self.mac = mac
        self.began = began
        self._server, self._client = _Direction(began + 1), _Direction(acknowledged)
        self._segments: dict[int, _Segment] = {}
        """The server's that are not told yet, by where they begin."""
        self._told = self._asked = 0

    @property
    def is_over(self) -> bool:
        """Nothing more will be told."""
        return self._server.is_done and self._told == self._server.pieces.reach

    def from_server(self, number: int, data: bytes, acknowledged: int, at: datetime, *, is_end: bool) -> None:
        """Take a segment of the server's."""
        place = self._server.take(number, data, is_end=is_end)
        if place is not None and place >= self._told:
            said = _Segment(max(0, self._client.place(acknowledged)), at)
            self._segments[place] = min(said, self._segments.get(place, said))

    def from_client(self, number: int, data: bytes, *, is_end: bool) -> None:
        """Take a segment of the client's."""
        self._client.take(number, data, is_end=is_end)

    def turns(self, *, is_last: bool = False) -> Iterator[Said]:
        """Those that are complete, each once; if nothing more is to come (`is_last`), also one of which something is missing."""
        while self._told < self._server.pieces.reach and (turn := self._turn(is_last)):
            end, heard, at = turn
            words, before = self._server.pieces[self._told : end], self._server.pieces[: self._told]
            yield Said(at, words, self._client.pieces[self._asked : heard], before)
            self._told, self._asked = end, max(self._asked, heard)
            self._segments = {place: segment for place, segment in self._segments.items() if place >= end}

    def _turn(self, is_last: bool) -> tuple[int, int, datetime] | None:
        """Where the next one ends, how much of the client the server had heard in it, and when; None while that may change."""
        reach, heard = self._server.pieces.reach, -1
        at = None
        for place in sorted(place for place in self._segments if place < reach):
            segment = self._segments[place]
            if not (is_last or self._client.is_done or segment.heard <= self._client.pieces.reach):
                return None  # of what it answers something may yet come
            # That the client has no more to say is acknowledged, too, but is nothing that was said.
            now = max(self._asked, min(segment.heard, self._client.pieces.reach))
            if at and now > heard:
                return place, heard, at
            heard, at = max(heard, now), segment.at
        return (reach, heard, at) if at and (is_last or self._server.is_done) else None
