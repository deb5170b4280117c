"""LLMNR: whose name an answer tells, and that few are asked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.lab import datagrams
from netinv.lab.memory import MemoryNetwork
from netinv.probes.llmnr import IPV4, PORT, PROBE, parse, question
from tests.probes.asked import HOME, of_host

WINDOWS = "10.77.0.30"
ASKED = question(WINDOWS, 7)
(ANSWER,) = datagrams.answers(HOME.truth[WINDOWS], PORT, ASKED)
SERVES_FILES = ("tcp.445", "open")


def test_the_answer_to_the_question_is_a_name() -> None:
    assert ASKED[:12] == bytes.fromhex("0007 0000 0001 0000 0000 0000")
    assert parse(ANSWER, ASKED) == ("DESKTOP-7QK2M1V",)


def test_the_answer_to_another_question_is_none() -> None:
    assert parse(ANSWER, question(WINDOWS, 8)) == ()
    assert parse(ANSWER, question("10.77.0.31", 7)) == ()
    assert parse(ASKED, ASKED) == ()


@given(st.binary(max_size=600))
def test_any_bytes_are_read_without_raising(message: bytes) -> None:
    assert parse(message, ASKED) == ()


@given(st.integers(0, len(ANSWER)), st.integers(0, len(ANSWER) - 1), st.integers(0, 255))
def test_a_damaged_answer_is_read_without_raising(end: int, place: int, byte: int) -> None:
    damaged = bytearray(ANSWER)
    damaged[place] = byte
    assert len(parse(bytes(damaged[:end]), ASKED)) < 3


def test_who_serves_files_and_has_told_no_name_is_asked_through_the_group() -> None:
    network = MemoryNetwork()
    assert of_host(PROBE, WINDOWS, network, [SERVES_FILES]) == {("llmnr.name", "DESKTOP-7QK2M1V")}
    assert [(q.verb, q.address, q.port) for q in network.questions] == [("multicast", IPV4, PORT)]


@pytest.mark.parametrize("heard", [[("tcp.445", "closed")], [SERVES_FILES, ("netbios.name", "DESKTOP-7QK2M1V")]])
def test_nobody_is_woken_for_who_serves_none_or_is_known(heard: list[tuple[str, str]]) -> None:
    network = MemoryNetwork()
    assert of_host(PROBE, WINDOWS, network, heard) == set()
    assert network.questions == []


def test_what_another_answers_in_its_place_is_not_believed() -> None:
    class Poisoned(MemoryNetwork):
        def _say_to_group(self, device, group, port, payload):  # type: ignore[no-untyped-def]
            for said in super()._say_to_group(device, group, port, payload):
                yield said._replace(address="10.77.0.80")

    assert of_host(PROBE, WINDOWS, Poisoned(), [SERVES_FILES]) == set()
