"""ICMP echo replies: only an answer to our own question counts."""

from hypothesis import given
from hypothesis import strategies as st

from netinv.net.icmp import ATTEMPTS, parse
from netinv.net.wire import echo_request

COOKIE = bytes(range(16))


def reply(sequence: int, payload: bytes = COOKIE) -> bytes:
    return b"\0" + echo_request(7, sequence, payload)[1:]


def test_a_reply_tells_which_question_it_answers() -> None:
    assert [parse(reply(n), COOKIE) for n in (1, 3, ATTEMPTS)] == [1, 3, ATTEMPTS]


def test_an_answer_to_a_question_never_asked_is_nothing() -> None:
    assert parse(reply(0), COOKIE) is None
    assert parse(reply(ATTEMPTS + 1), COOKIE) is None
    assert parse(reply(1, bytes(16)), COOKIE) is None, "somebody else's ping, or a guess"
    assert parse(echo_request(7, 1, COOKIE), COOKIE) is None, "our own question, seen on loopback"
    assert parse(reply(1)[:-1], COOKIE) is None


@given(st.binary(max_size=64))
def test_any_bytes_are_read_without_raising(message: bytes) -> None:
    assert parse(message, COOKIE) is None


def test_the_request_has_a_checksum_that_sums_to_ones() -> None:
    message = echo_request(0x1234, 5, COOKIE)
    total = sum(int.from_bytes(message[i : i + 2], "big") for i in range(0, len(message), 2))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    assert total == 0xFFFF
