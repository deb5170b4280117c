"""DNS: names in reverse, from answers nobody vouches for."""

import dns.message
import dns.rrset
from hypothesis import given
from hypothesis import strategies as st

from netinv.probes.dns import NAMES, parse, question

ASKED = question("10.9.0.7")


def answer(*targets: str, owner: str = "7.0.9.10.in-addr.arpa.", kind: str = "PTR", asked: bytes = ASKED) -> bytes:
    message = dns.message.make_response(dns.message.from_wire(asked))
    message.answer = [dns.rrset.from_text(owner, 60, "IN", kind, *targets)]
    return message.to_wire()


def test_a_ptr_record_is_a_name() -> None:
    assert parse(answer("nas.lan."), ASKED) == ("nas.lan",)


def test_a_delegated_zone_answers_by_way_of_a_cname() -> None:
    message = dns.message.make_response(dns.message.from_wire(ASKED))
    message.answer = [
        dns.rrset.from_text("7.0.9.10.in-addr.arpa.", 60, "IN", "CNAME", "7.0-63.0.9.10.in-addr.arpa."),
        dns.rrset.from_text("7.0-63.0.9.10.in-addr.arpa.", 60, "IN", "PTR", "nas.lan."),
    ]
    assert parse(message.to_wire(), ASKED) == ("nas.lan",)


def test_an_answer_to_another_question_is_not_believed() -> None:
    assert parse(answer("nas.lan.", asked=question("10.9.0.8")), ASKED) == ()


def test_refusals_and_the_root_are_no_names() -> None:
    refused = dns.message.make_response(dns.message.from_wire(ASKED))
    refused.set_rcode(5)
    assert parse(refused.to_wire(), ASKED) == ()
    assert parse(answer("."), ASKED) == ()


def test_a_flood_of_names_is_cut_short() -> None:
    assert len(parse(answer(*(f"host{n}.lan." for n in range(50))), ASKED)) == NAMES


@given(st.binary(max_size=600))
def test_any_bytes_are_read_without_raising(message: bytes) -> None:
    assert parse(message, ASKED) == ()


@given(st.data())
def test_a_damaged_answer_is_read_without_raising(data: st.DataObject) -> None:
    wire = bytearray(answer("nas.lan.", "other.lan."))
    for _ in range(data.draw(st.integers(1, 4))):
        wire[data.draw(st.integers(2, len(wire) - 1))] = data.draw(st.integers(0, 255))
    parse(bytes(wire[: data.draw(st.integers(0, len(wire)))]), ASKED)
