"""NTP: what a time server tells by a control message."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.lab.memory import MemoryNetwork
from netinv.net import ntp
from netinv.probes.ntp import PORT, PROBE, parse
from tests.probes.asked import of_hint

ntp.load()  # not at the cost of the first who reads an answer
ROUTER = "10.77.0.1"
SAID = b'version="ntpd 4.2.8p10@1.3728-o", processor="x86_64", system="Linux/4.9.0", leap=00, stratum=2, rootdelay=1.0\r\n'


def answer(sequence: int, said: bytes = SAID, *, first: int = 0x16, code: int = 0x82, offset: int = 0) -> bytes:
    """RFC 9327, 2: mode 6 of version 2, the response bit and the operation, the sequence, status, association, offset, count."""
    return struct.pack("!BBHHHHH", first, code, sequence, 0x0615, 0, offset, len(said)) + said + bytes(-len(said) % 4)


def test_software_processor_and_system_are_told() -> None:
    assert parse(answer(7), 7) == 'version="ntpd 4.2.8p10@1.3728-o", processor="x86_64", system="Linux/4.9.0"'


@pytest.mark.parametrize(
    "message",
    [
        answer(8),
        answer(7, code=0xC2),
        answer(7, code=0x81),
        answer(7, code=0x02),
        answer(7, first=0x14),
        answer(7, offset=468),
        answer(7, b"stratum=2"),
        answer(7)[:11],
        b"",
    ],
)
def test_another_message_tells_nothing(message: bytes) -> None:
    assert parse(message, 7) is None


def test_the_question_reads_variables_of_the_system() -> None:
    assert ntp.question(7) == bytes.fromhex("160200070000000000000000")


def test_a_router_is_asked_once_and_what_it_says_to_another_question_is_not_taken() -> None:
    network = MemoryNetwork(garbage={(ROUTER, PORT): answer(0)})
    assert of_hint(PROBE, ROUTER, "time", network) == set()
    assert [(q.verb, q.port) for q in network.questions] == [("udp", PORT)]
    assert len({hint for key in PROBE.hears for hint in PROBE.hints(key, "x")}) == 1


@given(st.binary(max_size=600), st.integers(0, 600))
def test_any_bytes_are_read_without_raising(data: bytes, place: int) -> None:
    message = answer(7)
    for heard in (data, message[:12] + data, message[:place] + data + message[place:]):
        assert len(parse(heard, 7) or "") <= 512
