"""The roster: numbers for addresses, and addresses for numbers."""

from ipaddress import IPv4Address

from hypothesis import given
from hypothesis import strategies as st

from netinv.net.roster import Roster
from netinv.net.targets import parse_targets


@given(st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 40)), min_size=1, max_size=8))
def test_a_roster_numbers_its_addresses_in_order_and_knows_no_others(spans: list[tuple[int, int]]) -> None:
    base = int(IPv4Address("10.0.0.0"))
    words = [f"{IPv4Address(base + first)}-{IPv4Address(base + first + more)}" for first, more in spans]
    targets = parse_targets(words, allow_large=True)
    roster = Roster(targets)
    numbers = [int(IPv4Address(a)) for a in targets]
    assert [roster[i] for i in range(len(roster))] == numbers
    assert [roster.index(n) for n in numbers] == list(range(len(numbers)))
    assert [i + offset for i in range(len(roster)) for near, offset in [roster.near(i)] if i in near] == numbers
    assert {roster.index(n) for n in range(base - 3, base + 2100) if n not in set(numbers)} <= {-1}
