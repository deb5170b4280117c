"""Of the packets of a capture, what was answered: whole, in order, from its beginning, and never without bounds."""

import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from netinv.model import MAC
from netinv.net import handshake
from netinv.net.overheard import Overheard
from netinv.net.reassembly import LIMIT, SEGMENTS
from netinv.net.turns import EARLY, QUESTIONS, STRANGERS, STREAMS, Turns
from tests.net.capturing import connection, datagram, segment

ME, HIM = "10.0.0.9", "10.0.0.5"
MINE = MAC.parse("00:11:32:00:00:05")
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
GREETED = [(True, b"220 hello\r\n"), (False, b"HELP\r\n"), (True, b"214 no\r\n")]


def told(packets: Iterable[bytes], turns: Turns | None = None) -> list[Overheard]:
    turns = turns or Turns()
    found = [each for packet in packets for _, each in turns.take(packet, MINE, NOON)]
    return found + [each for _, each in turns.end()]


def test_a_connection_is_told_turn_by_turn_with_what_was_asked_and_said_before() -> None:
    first, second = told(connection(ME, HIM, 21, GREETED))
    assert first == Overheard("tcp", MINE, HIM, b"220 hello\r\n", 21)
    assert second == Overheard("tcp", MINE, HIM, b"214 no\r\n", 21, b"HELP\r\n", b"220 hello\r\n")


def test_what_is_said_twice_counts_once() -> None:
    packets = connection(ME, HIM, 21, GREETED)
    assert told(each for packet in packets for each in (packet, packet)) == told(packets)


def test_an_answer_of_a_resolver_is_told_again_when_its_question_comes_later() -> None:
    question, answer = datagram(ME, 40_000, HIM, 53, b"who?"), datagram(HIM, 53, ME, 40_000, b"you")
    assert [(h.payload, h.asked) for h in told([answer, question, answer])] == [
        (b"you", b""),
        (b"you", b"who?"),
        (b"you", b"who?"),
    ]
    others = [datagram(HIM, 53, ME, 10_000 + n, b"somebody") for n in range(STRANGERS)]
    assert all(not h.asked for h in told([answer, *others, question])), "the oldest is forgotten"


def test_a_missing_segment_ends_the_connection_and_what_came_before_counts() -> None:
    long = [(True, b"a" * 5000)]
    packets = connection(ME, HIM, 80, long)
    (only,) = told([*packets[:4], *packets[5:]])
    assert only.payload == b"a" * 2000


def test_a_connection_that_began_before_the_capture_is_not_read() -> None:
    assert told(connection(ME, HIM, 21, GREETED)[2:]) == []


def test_a_packet_that_is_cut_ends_its_connection() -> None:
    packets = connection(ME, HIM, 21, GREETED)
    packets[2] = packets[2][:-4]
    (only,) = told(packets)
    assert only.payload == b"220 hel"


def test_of_a_long_answer_the_beginning_is_kept_and_told_once() -> None:
    (only,) = told(connection(ME, HIM, 80, [(True, b"x" * (3 * LIMIT)), (False, b"more"), (True, b"y")]))
    assert only.payload == b"x" * LIMIT


def test_connections_without_end_are_followed_within_bounds() -> None:
    turns = Turns()
    heard = []
    for n in range(STREAMS + 50):
        who = f"10.1.{n >> 8}.{n & 255}"
        heard += [e for p in connection(who, HIM, 22, [(True, b"SSH-2.0-x\r\n")])[:-1] for _, e in turns.take(p, MINE, NOON)]
    assert len(heard) == 50, "the oldest are told when they make room"
    assert len(list(turns.end())) == STREAMS


def test_a_datagram_is_an_answer_by_the_port_it_comes_from_and_knows_its_question() -> None:
    packets = [datagram(ME, 4000, HIM, 161, b"who?"), datagram(HIM, 161, ME, 4000, b"me")]
    assert told(packets) == [Overheard("udp", MINE, HIM, b"me", 161, b"who?")]
    assert told(packets[:1]) == []
    assert told([datagram(HIM, 5353, "224.0.0.251", 5353, b"to all")]) == [], "what is told to everybody is announced"
    turns = Turns()
    flood = (datagram(ME, 20_000 + n, HIM, 161, b"who?") for n in range(QUESTIONS + 1))
    assert told(flood, turns) == []
    assert [h.asked for _, h in turns.take(datagram(HIM, 161, ME, 20_000, b"me"), MINE, NOON)] == [b""], "the oldest is forgotten"


TALK = [
    (True, b"220 hello\r\n"),
    (False, b"GET / HTTP/1.1\r\n\r\n"),
    (True, b"HTTP/1.1 200 OK\r\n\r\n" + b"<p>" * 900),
    (False, b"GET /2" + b"x" * 1500 + b"\r\n\r\n"),
    (True, b"HTTP/1.1 404 No\r\n\r\n"),
]


@given(st.randoms(use_true_random=False))
def test_any_order_of_segments_and_any_repetition_tells_the_same(chance: random.Random) -> None:
    packets = connection(ME, HIM, 80, TALK)
    shuffled = [*packets, *chance.choices(packets, k=chance.randrange(8))]
    chance.shuffle(shuffled)
    assert told(shuffled) == told(packets)
    assert [(h.payload, h.asked) for h in told(packets)] == [
        (TALK[0][1], b""), (TALK[2][1], TALK[1][1]), (TALK[4][1], TALK[3][1])
    ]  # fmt: skip


@given(st.randoms(use_true_random=False))
def test_segments_that_overlap_tell_the_same(chance: random.Random) -> None:
    text = bytes(chance.randrange(256) for _ in range(900))
    cuts = [(at, min(900, at + chance.randrange(1, 300))) for at in (0, *(chance.randrange(900) for _ in range(8)))]
    parts = [*((n, min(900, n + 120)) for n in range(0, 900, 90)), *cuts]
    chance.shuffle(parts)
    begins = chance.choice((0, 7, 2**32 - 1, 2**32 - 300, 2**31 - 4))
    opens = segment(HIM, 22, ME, 9, begins, 0x12, heard=8)
    (only,) = told([opens, *(segment(HIM, 22, ME, 9, begins + 1 + a, 0x18, text[a:b], 8) for a, b in parts)])
    assert only.payload == text


def test_what_came_first_counts_and_an_answer_beyond_reach_is_passed_over() -> None:
    opens = segment(HIM, 22, ME, 9, 100, 0x12, heard=8)
    says = [(0, b"SSH-2.0-true\r\n"), (0, b"SSH-2.0-lies\r\n"), (2**31 - 1, b"far"), (2**31 + 5, b"farther"), (LIMIT, b"late")]
    (only,) = told([opens, *(segment(HIM, 22, ME, 9, 101 + at, 0x18, said, 8) for at, said in says)])
    assert only.payload == b"SSH-2.0-true\r\n"


def test_that_the_client_has_no_more_to_say_begins_no_turn() -> None:
    opens, asks = segment(HIM, 80, ME, 9, 100, 0x12, heard=8), segment(ME, 9, HIM, 80, 8, 0x19, b"GET /", 101)
    answers = [segment(HIM, 80, ME, 9, 101, 0x18, b"one ", 13), segment(HIM, 80, ME, 9, 105, 0x19, b"answer", 14)]
    (only,) = told([opens, asks, *answers])
    assert (only.payload, only.asked) == (b"one answer", b"GET /")


def test_segments_without_end_are_taken_within_bounds() -> None:
    opens = segment(HIM, 22, ME, 9, 100, 0x12, heard=8)
    flood = [segment(HIM, 22, ME, 9, 101 + n, 0x18, b"x", 8 + n) for n in range(4 * SEGMENTS)]
    assert sum(len(h.payload) for h in told([opens, *flood])) == SEGMENTS
    turns = Turns()
    for n in range(STRANGERS + 10):
        for at in range(EARLY + 10):
            list(turns.take(segment(f"10.1.{n >> 8}.{n & 255}", 22, ME, 9, at, 0x18, b"x"), MINE, NOON))
    assert len(turns._early) == STRANGERS
    assert max(map(len, turns._early.values())) == EARLY


def test_each_turn_has_the_time_of_its_last_segment() -> None:
    turns, packets = Turns(), connection(ME, HIM, 21, GREETED)
    times = [NOON + timedelta(hours=n) for n in range(len(packets))]
    found = [at for packet, time in zip(packets[:-1], times, strict=False) for at, _ in turns.take(packet, MINE, time)]
    assert found + [at for at, _ in turns.end()] == [times[2], times[4]]


@given(
    st.lists(st.binary(max_size=90), max_size=20), st.sampled_from((b"", b"\x45\x00\x00\x40", b"\x60" + bytes(5) + b"\x06\x40"))
)
def test_no_packets_break_anything(packets: list[bytes], head: bytes) -> None:
    turns = Turns()
    for packet in packets:
        list(turns.take(head + packet, None, NOON))
    list(turns.end())


@given(
    st.lists(
        st.tuples(
            st.booleans(), st.integers(0, 2**32 - 1), st.sampled_from((2, 0x12, 0x10, 0x18, 0x11, 4)), st.binary(max_size=40)
        ),
        max_size=30,
    )
)
def test_no_order_of_segments_breaks_anything_or_tells_more_than_was_said(said: list[tuple[bool, int, int, bytes]]) -> None:
    packets = [
        segment(HIM, 22, ME, 9, n % 64, f, data) if is_server else segment(ME, 9, HIM, 22, n % 64, f, data)
        for is_server, n, f, data in said
    ]
    assert sum(len(h.payload) for h in told(packets)) <= sum(len(data) for _, _, _, data in said)


def test_a_certificate_in_clear_is_found_and_nothing_in_other_bytes() -> None:
    der = b"\x30\x82" + bytes(300)
    listed = len(der).to_bytes(3, "big") + der
    body = len(listed).to_bytes(3, "big") + listed
    messages = b"\x02\x00\x00\x04abcd" + b"\x0b" + len(body).to_bytes(3, "big") + body
    records = b"".join(
        b"\x16\x03\x03" + len(part).to_bytes(2, "big") + part for part in (messages[:100], messages[100:200], messages[200:])
    )
    assert handshake.certificate(records) == der
    assert handshake.certificate(records[:-1]) is None
    assert handshake.certificate(b"\x17" + records[1:]) is None


@given(st.binary(max_size=200))
def test_any_bytes_hold_a_certificate_or_none(said: bytes) -> None:
    handshake.certificate(said)
    handshake.certificate(b"\x16\x03\x03" + said)
    handshake.certificate(b"\x16\x03\x03\x00\xc0\x0b\x00\x00\x80" + said)
