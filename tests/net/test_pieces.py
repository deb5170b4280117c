"""Pieces of a row of bytes make the row, in whatever order they come; and never more than there is room for."""

import random
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from netinv.net.pieces import HOLES, Pieces

TEXT = bytes(range(256))


@given(st.randoms(use_true_random=False), st.lists(st.tuples(st.integers(0, 255), st.integers(0, 60)), max_size=40))
def test_any_order_of_pieces_that_overlap_gives_the_same_row(chance: random.Random, more: list[tuple[int, int]]) -> None:
    cuts = sorted({0, 256, *(chance.randrange(256) for _ in range(12))})
    parts = [*pairwise(cuts), *((at, min(256, at + size)) for at, size in more)]
    chance.shuffle(parts)
    row = Pieces(1000)
    for start, stop in parts:
        row.put(start, TEXT[start:stop])
    assert row.reach == 256
    assert row[0:] == TEXT
    assert row[:7] == TEXT[:7]


def test_what_came_first_counts() -> None:
    row = Pieces(100)
    row.put(2, b"first")
    row.put(0, b"SECOND-ONE")
    row.put(0, b"third")
    assert row[0:] == b"SEfirstONE"[:2] + b"first" + b"ONE"


def test_behind_a_hole_nothing_is_read() -> None:
    row = Pieces(100)
    row.put(3, b"later")
    assert (row.reach, row[0:]) == (0, b"")
    row.put(0, b"ab")
    assert row[0:] == b"ab"


def test_neither_length_nor_holes_are_without_bounds() -> None:
    row = Pieces(100)
    row.put(0, b"x" * 300)
    row.put(5000, b"x")
    assert row.reach == 100
    row = Pieces(100_000)
    for n in range(5000):
        row.put(2 * n + 1, b"x")
    for n in range(5000):
        row.put(2 * n, b"x")
    assert row.reach >= 2 * HOLES
    assert len(row._spans) <= HOLES + 1


@given(st.lists(st.tuples(st.integers(0, 400), st.binary(max_size=80)), max_size=30))
def test_each_byte_is_the_first_that_came_for_its_place(parts: list[tuple[int, bytes]]) -> None:
    row, first = Pieces(300), dict[int, int]()
    for at, data in parts:
        row.put(at, data)
        for place, byte in enumerate(data, at):
            first.setdefault(place, byte)
    assert row[0:] == bytes(first[place] for place in range(row.reach))
    assert row.reach == 300 or row.reach not in first
