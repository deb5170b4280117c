"""Range arithmetic against plain sets, in a small corner of the address space."""

from ipaddress import IPv4Address, IPv4Network
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.net.ranges import Range, block, common, gaps, merged, networks, spelled

_LAST = (1 << 32) - 1
_ENDS = st.tuples(st.integers(0, 60), st.integers(0, 12)).map(lambda pair: (pair[0], pair[0] + pair[1]))
_RANGES = st.lists(_ENDS, max_size=12)


def _members(ranges: list[Range] | tuple[Range, ...]) -> set[int]:
    return {number for first, last in ranges for number in range(first, min(last, 100) + 1)}


@given(_RANGES)
def test_merging_keeps_the_addresses_in_the_fewest_ranges(ranges: list[Range]) -> None:
    found = merged(ranges)
    assert _members(found) == _members(ranges)
    assert all(one[1] + 1 < other[0] for one, other in pairwise(found))


@given(_RANGES, _RANGES)
def test_common_is_intersection(some: list[Range], others: list[Range]) -> None:
    assert _members(common(merged(some), merged(others))) == _members(some) & _members(others)


@given(_RANGES)
def test_gaps_are_the_complement(ranges: list[Range]) -> None:
    found = gaps(merged(ranges))
    assert _members(found) == set(range(101)) - _members(ranges)
    assert gaps(found) == merged(ranges)


def test_gaps_reach_both_ends_of_the_address_space() -> None:
    assert gaps(()) == ((0, _LAST),)
    assert gaps(((0, _LAST),)) == ()


@given(_RANGES)
def test_networks_are_exactly_the_ranges(ranges: list[Range]) -> None:
    found = merged(ranges)
    assert merged(block(network) for network in networks(found)) == found


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        ("10.0.0.1", "10.0.0.1", "10.0.0.1"),
        ("10.0.0.1", "10.0.0.50", "10.0.0.1-50"),
        ("10.0.0.255", "10.0.1.0", "10.0.0.255-10.0.1.0"),
    ],
)
def test_a_range_is_spelled_as_a_user_would(first: str, last: str, text: str) -> None:
    assert spelled((int(IPv4Address(first)), int(IPv4Address(last)))) == text


def test_a_block_is_the_whole_network() -> None:
    assert block(IPv4Network("0.0.0.0/0")) == (0, _LAST)
