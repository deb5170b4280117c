"""Echo replies are read by their bytes, and only those that answer a question of ours."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from netinv.net.icmpv6 import parse

COOKIE = b"0123456789abcdef"


def reply(kind: int = 129, code: int = 0, sequence: int = 7, payload: bytes = COOKIE) -> bytes:
    return struct.pack("!BBHHH", kind, code, 0xBEEF, 1, sequence) + payload


def test_a_reply_tells_which_question_it_answers() -> None:
    assert parse(reply(), COOKIE) == 7
    assert parse(reply(sequence=65535), COOKIE) == 65535


def test_what_is_no_reply_to_us_tells_nothing() -> None:
    for message in (reply(kind=128), reply(code=1), reply(payload=b"x" * 16), reply()[:-1], reply() + b"x", b""):
        assert parse(message, COOKIE) is None


@given(st.binary(max_size=64))
def test_no_bytes_make_it_stumble(message: bytes) -> None:
    assert parse(message, COOKIE) is None or message.endswith(COOKIE)
