"""Arithmetic on sets of IPv4 addresses kept as merged ranges, so that a /8 costs no more than one address.

Merged: ascending, neither overlapping nor touching. What remains of `a` without `b` is what `a` shares with the gaps of `b`.
"""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, summarize_address_range

Range = tuple[int, int]
"""First and last address, both included, as integers."""


def block(network: IPv4Network) -> Range:
    """All addresses of a network."""
    return int(network.network_address), int(network.broadcast_address)


def merged(ranges: Iterable[Range]) -> tuple[Range, ...]:
    """The same addresses as merged ranges."""
    found: list[Range] = []
    for first, last in sorted(ranges):
        if found and first <= found[-1][1] + 1:
            found[-1] = found[-1][0], max(last, found[-1][1])
        else:
            found.append((first, last))
    return tuple(found)


def common(some: tuple[Range, ...], others: tuple[Range, ...]) -> tuple[Range, ...]:
    """The addresses that two merged sets share."""
    found, i, j = [], 0, 0
    while i < len(some) and j < len(others):
        first, last = max(some[i][0], others[j][0]), min(some[i][1], others[j][1])
        if first <= last:
            found.append((first, last))
        i, j = (i + 1, j) if some[i][1] < others[j][1] else (i, j + 1)
    return tuple(found)


def gaps(ranges: tuple[Range, ...]) -> tuple[Range, ...]:
    """All IPv4 addresses but those of a merged set."""
    begins = [0, *(last + 1 for _, last in ranges)]
    ends = [*(first - 1 for first, _ in ranges), (1 << 32) - 1]
    return tuple((first, last) for first, last in zip(begins, ends, strict=True) if first <= last)


def networks(ranges: Iterable[Range]) -> tuple[IPv4Network, ...]:
    """The fewest networks that are exactly these ranges."""
    return tuple(n for first, last in ranges for n in summarize_address_range(IPv4Address(first), IPv4Address(last)))


def spelled(ends: Range) -> str:
    """As a user would write it: `10.0.0.1`, `10.0.0.1-50`, `10.0.0.1-10.0.1.5`."""
    first, last = (str(IPv4Address(number)) for number in ends)
    if first == last:
        return first
    return f"{first}-{last.rpartition('.')[2] if ends[0] >> 8 == ends[1] >> 8 else last}"
