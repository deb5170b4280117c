"""Fragments make the packet they were cut from, in any order; and what never becomes whole costs no more than its share."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.net.fragments import PATIENCE, PENDING, Fragments
from tests.net.capturing import datagram, fragments_of

ME, HIM = "10.0.0.9", "10.0.0.5"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LONG = datagram(HIM, 5353, "224.0.0.251", 5353, bytes(range(256)) * 20)
SIX = b"\x60\0\0\0" + (len(LONG) - 20).to_bytes(2) + b"\x11\x40" + bytes(range(32)) + LONG[20:]


def whole(pieces: list[bytes], fragments: Fragments | None = None, at: datetime = NOON) -> list[bytes]:
    fragments = fragments or Fragments()
    return [made for piece in pieces if (made := fragments.take(piece, at))]


def without_number(packet: bytes) -> bytes:
    """But for the number its sender gave it, and the checksum, which nobody reads."""
    return packet[:4] + packet[6:10] + packet[12:] if packet[0] >> 4 == 4 else packet


@pytest.mark.parametrize("packet", [LONG, SIX])
@given(chance=st.randoms(use_true_random=False), size=st.integers(1, 180))
def test_any_order_of_fragments_gives_the_packet_once(packet: bytes, chance: random.Random, size: int) -> None:
    pieces = fragments_of(packet, max(size * 8, 256))
    some = chance.sample(pieces, len(pieces) - 1)
    assert whole(some) == []
    chance.shuffle(pieces)
    assert [without_number(made) for made in whole(pieces)] == [without_number(packet)]


def test_what_is_no_fragment_is_not_touched() -> None:
    assert whole([LONG, SIX, b"", b"\x45", bytes(100)]) == []


def test_a_fragment_that_overlaps_changes_nothing_that_came_before() -> None:
    first, *rest = fragments_of(LONG, 512)
    forged = first[:20] + bytes(len(first) - 20)
    (made,) = whole([first, forged, *rest])
    assert made[20:] == LONG[20:]


def test_a_number_that_comes_again_later_is_another_packet() -> None:
    first, *rest = fragments_of(LONG, 2048)
    fragments = Fragments()
    assert whole([first], fragments) == []
    assert whole(rest, fragments, NOON + PATIENCE + timedelta(seconds=1)) == []


def test_packets_that_never_become_whole_make_room_for_others() -> None:
    fragments = Fragments()
    for n in range(PENDING + 10):
        whole(fragments_of(datagram(f"10.1.{n >> 8}.{n & 255}", 53, ME, 53, bytes(3000)), 1480)[:1], fragments)
    assert len(fragments._pending) == PENDING


def test_a_fragment_beyond_the_longest_packet_is_none() -> None:
    first, last = fragments_of(LONG[:1300], 1024)
    for place in range(0x1F00, 0x2000, 8):
        assert whole([first, last[:6] + place.to_bytes(2) + last[8:]]) == []


@given(
    st.lists(st.binary(max_size=120), max_size=12), st.sampled_from([b"", b"\x45\0\0\x30\0\1\x20\0", b"\x60\0\0\0\0\x20\x2c\x40"])
)
def test_no_bytes_break_anything(packets: list[bytes], head: bytes) -> None:
    whole([head + packet for packet in packets])
