"""The simulated router's resolver."""

from dataclasses import replace

import dns.message
import dns.rcode
import dns.reversename
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.lab.household import household
from netinv.lab.names import Resolver

HOME = household()
RESOLVER = Resolver(HOME)


def ask(name: str, rdtype: str = "PTR", resolver: Resolver = RESOLVER) -> dns.message.Message:
    question = dns.message.make_query(dns.reversename.from_address(name) if rdtype == "PTR" else name, rdtype)
    answer = resolver.answer(question.to_wire())
    assert answer
    assert len(answer) <= 512
    message = dns.message.from_wire(answer)
    assert question.is_response(message)
    return message


@pytest.mark.parametrize("device", HOME.devices, ids=lambda d: d.address)
def test_every_name_is_told_forwards_and_backwards(device) -> None:  # type: ignore[no-untyped-def]
    answer = ask(device.address)
    if device.name is None:
        assert (answer.rcode(), answer.answer) == (dns.rcode.NXDOMAIN, [])
        return
    (record,) = answer.answer[0]
    assert record.target == dns.name.from_text(device.name)
    (record,) = ask(record.target.to_text(), "A").answer[0]
    assert record.address == device.address


def test_a_hostile_name_arrives_byte_for_byte() -> None:
    (record,) = ask("10.77.0.80").answer[0]
    spelled = b".".join(record.target.labels)
    for poison in (b"=cmd|", b"\x1b[31m", b"[/bold]", "\u202e".encode(), b"\n", b"\xff"):
        assert poison in spelled


def test_a_name_has_no_other_records() -> None:
    answer = ask("fritz.lan", "AAAA")
    assert (answer.rcode(), answer.answer) == (dns.rcode.NOERROR, [])


def test_addresses_of_others_are_refused_and_unknown_names_do_not_exist() -> None:
    assert ask("192.0.2.1").rcode() == dns.rcode.REFUSED
    assert ask("nobody.lan", "A").rcode() == dns.rcode.NXDOMAIN


def test_a_resolver_may_refuse_or_be_silent() -> None:
    assert ask("10.77.0.1", resolver=Resolver(replace(HOME, dns="refuses"))).rcode() == dns.rcode.REFUSED
    question = dns.message.make_query(dns.reversename.from_address("10.77.0.1"), "PTR").to_wire()
    assert Resolver(replace(HOME, dns="silent")).answer(question) is None


@given(st.binary(max_size=600))
def test_no_bytes_upset_it(data: bytes) -> None:
    RESOLVER.answer(data)


@given(st.data())
def test_no_broken_question_upsets_it(data: st.DataObject) -> None:
    question = bytearray(dns.message.make_query("1.0.77.10.in-addr.arpa", "PTR").to_wire())
    for _ in range(data.draw(st.integers(1, 4))):
        question[data.draw(st.integers(0, len(question) - 1))] = data.draw(st.integers(0, 255))
    RESOLVER.answer(bytes(question))


def test_an_answer_is_not_answered() -> None:
    response = dns.message.make_response(dns.message.make_query("fritz.lan", "A"))
    assert RESOLVER.answer(response.to_wire()) is None
