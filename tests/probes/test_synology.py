"""Synology's discovery: one broadcast asks, an answer to everybody is heard, and nothing else is taken for one."""

import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.lab.memory import MemoryNetwork
from netinv.net.network import EVERYBODY
from netinv.net.overheard import read as read_frame
from netinv.probes import announced, synology
from tests.net.capturing import datagram, mac
from tests.probes.asked import of_link

STATION = "10.77.0.10"
TOLD = {
    "synology.name": "attic", "synology.model": "DS918+", "synology.system": "DSM", "synology.firmware": "7.4.1-90080",
    "synology.serial": "2040PDN123456",
}  # fmt: skip


def fields(*told: tuple[int, bytes]) -> bytes:
    return bytes.fromhex("12345678") + b"SYNO" + b"".join(bytes((kind, len(value))) + value for kind, value in told)


def number(value: int) -> bytes:
    return struct.pack("<I", value)


ANSWER = fields(
    (0x19, b"00:11:32:aa:bb:01"), (0x12, socket.inet_aton("10.77.0.99")), (0x01, number(2)), (0x11, b"attic"),
    (0xC0, b"2040PDN123456"), (0x73, b"2040PDN123"), (0x49, number(90080)), (0x77, b"7.4.1-90080"), (0x78, b"DS918+"),
    (0xC1, b"DSM"),
)  # fmt: skip


def test_an_answer_tells_name_model_version_and_serial_number() -> None:
    assert dict(synology.parse(ANSWER)) == TOLD
    network = MemoryNetwork(garbage={(STATION, synology.PORT): ANSWER})
    assert {(a.address, a.key, a.value) for a in of_link(synology.PROBE, network)} == {(STATION, *fact) for fact in TOLD.items()}
    assert {(q.address, q.port, q.sent) for q in network.questions} == {(EVERYBODY, 9999, synology.QUESTION)}


def test_an_answer_to_everybody_is_heard_by_whoever_listens_and_counts_for_its_sender_alone() -> None:
    packet = datagram(STATION, 9999, "255.255.255.255", 9999, ANSWER)
    heard = read_frame(b"\xff" * 6 + mac(7) + b"\x08\x00" + packet)
    assert heard
    assert heard.topic == "findhost"
    assert {(a.address, a.key, a.value) for a in announced.read(heard)} == {(STATION, *fact) for fact in TOLD.items()}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "message",
    [
        b"",
        synology.QUESTION,
        ANSWER[:-1],
        ANSWER[8:],
        fields((0x01, number(2))),
        fields((0x01, number(1)), (0x78, b"DS918+")),
        fields((0x78, b"DS918+")),
        b"\x12\x34\x55\x66SYNO" + bytes(60),
        fields(*[(0x01, number(2)), (0x78, b"DS918+")] * 200),
    ],
)
def test_a_question_of_others_and_what_is_broken_endless_or_in_cipher_tells_nothing(message: bytes) -> None:
    assert list(synology.parse(message)) == []


def test_nobody_is_woken_to_hear_of_a_few() -> None:
    network = MemoryNetwork()
    assert of_link(synology.PROBE, network, [STATION]) == []
    assert network.questions == []


@given(st.binary(max_size=300), st.integers(0, 300))
def test_no_bytes_make_it_stumble(noise: bytes, place: int) -> None:
    for said in (noise, ANSWER[:place] + noise + ANSWER[place:], ANSWER[:8] + noise):
        assert len(list(synology.parse(said))) <= len(synology.TELLS)
