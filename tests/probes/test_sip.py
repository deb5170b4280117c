"""SIP: an OPTIONS request, and who answers it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.lab.memory import MemoryNetwork
from netinv.probes.sip import PORT, PROBE, parse, question
from tests.probes.asked import of_host

TAG = "0123456789abcdef"


def response(*headers: str, status: str = "200 OK", call: str = f"{TAG}@10.0.0.1") -> bytes:
    return "\r\n".join([f"SIP/2.0 {status}", f"Call-ID: {call}", *headers, "", ""]).encode()


def test_a_request_rings_nowhere_and_is_answered_to_where_it_came_from() -> None:
    asked = question("10.0.0.5", "10.0.0.1", TAG).decode()
    assert asked.startswith("OPTIONS sip:10.0.0.5 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK0123456789abcdef;rport\r\n")
    assert asked.endswith("Content-Length: 0\r\n\r\n")
    assert "OPTIONS sip:[2001:db8::5] SIP/2.0" in question("2001:db8::5", "2001:db8::1", TAG).decode()


@pytest.mark.parametrize("status", ["200 OK", "404 Not Found", "486 Busy Here", "401 Unauthorized"])
def test_whatever_the_answer_it_tells_who_gives_it(status: str) -> None:
    assert set(parse(response("User-Agent: Yealink SIP-T46G 28.83.0.50", status=status), TAG)) == {
        ("udp.5060", "open"),
        ("sip.user-agent", "Yealink SIP-T46G 28.83.0.50"),
    }


def test_folded_and_oddly_written_headers_are_read() -> None:
    assert ("sip.server", "Asterisk PBX\r\n 18") in parse(response("SERVER:   Asterisk PBX\r\n 18"), TAG)
    assert parse(f"SIP/2.0 200 OK\r\ni: {TAG}\r\n\r\n".encode(), TAG) == (("udp.5060", "open"),)


def test_the_answer_to_another_request_is_none() -> None:
    assert parse(response("Server: x", call="other@10.0.0.1"), TAG) == ()
    assert parse(question("10.0.0.5", "10.0.0.1", TAG), TAG) == ()


@given(st.binary(max_size=5000) | st.binary(max_size=300).map(lambda rest: response() + rest))
def test_no_bytes_make_it_stumble(message: bytes) -> None:
    assert len(parse(message, TAG)) <= 3


def test_a_router_with_telephones_is_told() -> None:
    network = MemoryNetwork()
    assert ("sip.server", "FRITZ!OS") in of_host(PROBE, "10.77.0.1", network)
    assert [(q.verb, q.port) for q in network.questions] == [("udp", PORT)]
    assert of_host(PROBE, "10.77.0.2") == set()
