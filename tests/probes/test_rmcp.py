"""RMCP: whether a management controller answers its ping."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.lab.memory import MemoryNetwork
from netinv.probes.rmcp import PORT, PROBE, QUESTION, parse
from tests.probes.asked import of_hint

BOARD = "10.77.0.11"
PONG = bytes.fromhex("0600ff06000011be406e0010000011be000000008100000000000000")


def test_a_controller_that_speaks_ipmi_says_so() -> None:
    network = MemoryNetwork(garbage={(BOARD, PORT): PONG})
    assert of_hint(PROBE, BOARD, "controller", network) == {("rmcp.supports", "ipmi"), ("rmcp.supports", "asf")}
    assert [(q.verb, q.port, q.sent) for q in network.questions] == [("udp", PORT, bytes.fromhex("0600ff06000011be806e0000"))]
    assert len(QUESTION) == 12


@pytest.mark.parametrize("place", [0, 3, 7, 8, 9])
def test_another_message_tells_nothing(place: int) -> None:
    assert parse(PONG[:place] + b"\x77" + PONG[place + 1 :]) == ()


def test_a_controller_without_ipmi_is_none_of_it() -> None:
    assert parse(PONG[:20] + b"\x01" + PONG[21:]) == (("rmcp.supports", "asf"),)
    assert parse(PONG[:20] + b"\0" + PONG[21:]) == ()


def test_only_who_serves_a_page_in_cipher_is_pinged() -> None:
    assert PROBE.hears == {"tcp.443"}
    assert list(PROBE.hints("tcp.443", "open"))
    assert not list(PROBE.hints("tcp.443", "closed"))


@given(st.binary(max_size=64), st.integers(0, 28))
def test_any_bytes_are_read_without_raising(data: bytes, place: int) -> None:
    for message in (data, PONG[:place] + data):
        assert len(parse(message)) <= 2
