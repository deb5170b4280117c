"""Bytes that come in pieces: in any order, twice, overlapping; what came first counts."""

HOLES = 32
"""Holes between pieces; a piece that would make one more is not kept."""


class Pieces:
    """A row of bytes, and which of them have come."""

    def __init__(self, limit: int) -> None:
        """Of `limit` bytes at most: what lies beyond is passed over."""
        self._limit = limit
        self._data = bytearray()
        self._spans: list[tuple[int, int]] = []
        """Where those that have come begin and end, in their order, with a hole between any two."""

    @property
    def reach(self) -> int:
        """How many have come without a hole from the beginning on."""
        return self._spans[0][1] if self._spans and not self._spans[0][0] else 0

    def __getitem__(self, place: slice) -> bytes:
        """Of those before the first hole."""
        return bytes(self._data[: self.reach][place])

    def put(self, at: int, data: bytes) -> None:
        """Take what is new of `data`, of which the first byte is number `at`, from 0."""
        end = min(at + len(data), self._limit)
        fresh = self._missing(at, end)
        spans = _joined([*self._spans, *fresh])
        if not fresh or len(spans) > HOLES + 1:
            return
        self._data.extend(bytes(max(0, end - len(self._data))))
        for start, stop in fresh:
            self._data[start:stop] = data[start - at : stop - at]
        self._spans = spans

    def _missing(self, at: int, end: int) -> list[tuple[int, int]]:
        """The spans between two places that have not come."""
        missing = []
        for start, stop in self._spans:
            if at < min(start, end):
                missing.append((at, min(start, end)))
            at = max(at, stop)
        return [*missing, (at, end)] if at < end else missing


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Those that touch as one; none overlap."""
    joined: list[tuple[int, int]] = []
    for start, stop in sorted(spans):
        if joined and joined[-1][1] == start:
            start = joined.pop()[0]
        joined.append((start, stop))
    return joined
