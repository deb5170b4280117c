"""ICMP echo replies: only an answer to our own question counts."""

from hypothesis import given
from hypothesis import strategies as st

from netinv.net.icmp import ATTEMPTS, Cookies, parse, question
from netinv.net.icmp import COOKIE as COOKIE_SIZE
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


def test_nobody_can_answer_for_another_nor_for_another_scan() -> None:
    ours, others = Cookies(), Cookies()
    asked, neighbour = 0x0A000001, 0x0A000002
    assert parse(reply(1, ours.of(asked)), ours.of(asked)) == 1
    assert parse(reply(1, ours.of(asked)), ours.of(neighbour)) is None
    assert parse(reply(1, others.of(asked)), ours.of(asked)) is None
    assert len(ours.of(asked)) == COOKIE_SIZE


@given(st.binary(min_size=COOKIE_SIZE, max_size=COOKIE_SIZE), st.integers(1, ATTEMPTS))
def test_a_question_is_what_its_template_would_be_with_the_cookie(cookie: bytes, attempt: int) -> None:
    made = question(echo_request(7, attempt, bytes(COOKIE_SIZE)), cookie)
    assert made[8:] == cookie
    assert_sums_to_ones(made)
    assert parse(b"\0" + made[1:], cookie) == attempt


def test_the_request_has_a_checksum_that_sums_to_ones() -> None:
    assert_sums_to_ones(echo_request(0x1234, 5, COOKIE))


def assert_sums_to_ones(message: bytes) -> None:
    """As the Internet checksum of a message with its own must (RFC 1071)."""
    total = sum(int.from_bytes(message[i : i + 2], "big") for i in range(0, len(message), 2))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    assert total == 0xFFFF
