"""Questions that differ by a random identifier are the same question, and the answer is made to bear the new one."""

from typing import Any

import dns.message
from hypothesis import given
from hypothesis import strategies as st

from netinv.net.plain import meant, plain
from netinv.net.resemblance import adapted, resemblance


def asked(payload: bytes, **more: Any) -> dict[str, Any]:
    return {"address": "10.0.0.1", "port": 53, "payload": plain(payload), **more}


def test_an_answer_bears_the_identifier_of_the_question_that_is_asked_now() -> None:
    was, now = (dns.message.make_query("10.0.0.5.in-addr.arpa.", "PTR", id=number) for number in (0x1234, 0xBEEF))
    answer = dns.message.make_response(was).to_wire()
    difference = resemblance(asked(was.to_wire()), asked(now.to_wire()))
    assert now.is_response(dns.message.from_wire(meant(adapted(plain(answer), difference), bytes)))


def test_an_identifier_is_found_wherever_it_stands_in_the_answer() -> None:
    was, now = b"MessageID urn:uuid:11111111-2222", b"MessageID urn:uuid:abcdefab-cdef"
    difference = resemblance(asked(was), asked(now))
    told = {"payload": plain(b"RelatesTo urn:uuid:11111111-2222 and more")}
    assert meant(adapted(told, difference)["payload"], bytes) == b"RelatesTo urn:uuid:abcdefab-cdef and more"


def test_the_same_question_but_for_its_identifier_is_nearer_than_one_about_another_host() -> None:
    now = asked(b"\x12\x34 who is 10.0.0.5?")
    same, other = asked(b"\x99\x98 who is 10.0.0.5?"), asked(b"\x12\x99 who is 10.0.0.6?")
    assert resemblance(same, now) < resemblance(other, now)


@given(st.binary(max_size=60), st.binary(max_size=60), st.binary(max_size=60))
def test_whatever_the_bytes_an_answer_stays_as_long_as_it_is(was: bytes, now: bytes, answer: bytes) -> None:
    told = adapted(plain(answer), resemblance(asked(was), asked(now)))
    assert len(meant(told, bytes)) == len(answer)
    assert adapted(plain(answer), resemblance(asked(was), asked(was))) == plain(answer)
