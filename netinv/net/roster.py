"""The addresses of a sweep, numbered from 0: a /8 takes no more memory than a /24."""

from bisect import bisect_right
from collections.abc import Iterable
from ipaddress import IPv4Address
from itertools import accumulate

from netinv.net.targets import Targets


class Roster:
    """The addresses of a sweep, numbered from 0 in ascending order."""

    def __init__(self, targets: Iterable[str]) -> None:
        if isinstance(targets, Targets):
            ranges = list(targets.ranges)
        else:
            ranges = [(n, n) for n in sorted({int(IPv4Address(t)) for t in targets})]
        self._firsts = [first for first, _ in ranges]
        sizes = [last - first + 1 for first, last in ranges]
        self._starts = [0, *accumulate(sizes)]

    def __len__(self) -> int:
        return self._starts[-1]

    def __getitem__(self, index: int) -> int:
        at = bisect_right(self._starts, index) - 1
        return self._firsts[at] + index - self._starts[at]

    def near(self, index: int) -> tuple[range, int]:
        """The indexes about this one whose addresses follow each other, and what to add to one of them for its address."""
        at = bisect_right(self._starts, index) - 1
        return range(self._starts[at], self._starts[at + 1]), self._firsts[at] - self._starts[at]

    def index(self, number: int) -> int:
        """The place of an address, -1 for one that is not on the roster."""
        at = bisect_right(self._firsts, number) - 1
        if at < 0 or (index := self._starts[at] + number - self._firsts[at]) >= self._starts[at + 1]:
            return -1
        return index
