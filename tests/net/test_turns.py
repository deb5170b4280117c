"""Of the packets of a capture, what was answered: whole, in order, from its beginning, and never without bounds."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from netinv.model import MAC
from netinv.net import handshake
from netinv.net.overheard import Overheard
from netinv.net.turns import LIMIT, QUESTIONS, STREAMS, Turns
from tests.net.capturing import connection, datagram, segment

ME, HIM = "10.0.0.9", "10.0.0.5"
MINE = MAC.parse("00:11:32:00:00:05")
GREETED = [(True, b"220 hello\r\n"), (False, b"HELP\r\n"), (True, b"214 no\r\n")]


def told(packets: Iterable[bytes], turns: Turns | None = None) -> list[Overheard]:
    turns = turns or Turns()
    found = [each for packet in packets for each in turns.take(packet, MINE)]
    return found + list(turns.end())


def test_a_connection_is_told_turn_by_turn_with_what_was_asked_and_said_before() -> None:
    first, second = told(connection(ME, HIM, 21, GREETED))
    assert first == Overheard("tcp", MINE, HIM, b"220 hello\r\n", 21)
    assert second == Overheard("tcp", MINE, HIM, b"214 no\r\n", 21, b"HELP\r\n", b"220 hello\r\n")


def test_what_is_said_twice_counts_once() -> None:
    packets = connection(ME, HIM, 21, GREETED)
    assert told(each for packet in packets for each in (packet, packet)) == told(packets)


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
        heard += [e for p in connection(who, HIM, 22, [(True, b"SSH-2.0-x\r\n")])[:-1] for e in turns.take(p, MINE)]
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
    assert [h.asked for h in turns.take(datagram(HIM, 161, ME, 20_000, b"me"), MINE)] == [b""], "the oldest is forgotten"


@given(
    st.lists(st.binary(max_size=90), max_size=20), st.sampled_from((b"", b"\x45\x00\x00\x40", b"\x60" + bytes(5) + b"\x06\x40"))
)
def test_no_packets_break_anything(packets: list[bytes], head: bytes) -> None:
    turns = Turns()
    for packet in packets:
        list(turns.take(head + packet, None))
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
