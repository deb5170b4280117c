"""NetBIOS node status: whose name is whose, and that only the answer to one's own question counts."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.lab import datagrams
from netinv.lab.memory import MemoryNetwork
from netinv.net.node_status import question
from netinv.probes.netbios import PORT, PROBE, parse
from tests.probes.asked import HOME, of_host

WINDOWS, NAS = "10.77.0.30", "10.77.0.10"
ASKED = 0x1234
(ANSWER,) = datagrams.answers(HOME.truth[WINDOWS], PORT, question(ASKED))


def test_the_question_is_the_one_of_the_standard() -> None:
    assert question(0x1234) == bytes.fromhex("1234 0000 0001 0000 0000 0000 20") + b"CK" + b"A" * 30 + bytes.fromhex(
        "00 0021 0001"
    )


def test_a_machine_tells_its_name_its_workgroup_what_it_serves_and_its_adapter() -> None:
    assert set(parse(ANSWER, ASKED)) == {
        ("netbios.name", "DESKTOP-7QK2M1V"),
        ("netbios.group", "WORKGROUP"),
        ("netbios.role", "20"),
        ("netbios.mac", "04:d4:c4:6e:91:f3"),
    }


def test_an_answer_to_another_question_is_not_believed() -> None:
    assert list(parse(ANSWER, ASKED + 1)) == []
    assert list(parse(question(ASKED), ASKED)) == []


def names(*table: tuple[bytes, int, int], mac: bytes = bytes(6)) -> bytes:
    rows = b"".join(name.ljust(15, b" ") + bytes((suffix, flags, 0)) for name, suffix, flags in table)
    data = bytes((len(table),)) + rows + mac + bytes(40)
    return struct.pack("!6H", ASKED, 0x8400, 0, 1, 0, 0) + question(ASKED)[12:50] + struct.pack("!IH", 0, len(data)) + data


def test_a_domain_controller_is_told_by_its_roles_and_zeros_are_no_adapter() -> None:
    heard = names((b"DC1", 0, 4), (b"CORP", 0, 0x84), (b"CORP", 0x1C, 0x84), (b"CORP", 0x1B, 4), (b"\1\2__MSBROWSE__\2", 1, 0x84))
    assert set(parse(heard, ASKED)) == {
        ("netbios.name", "DC1"), ("netbios.group", "CORP"),
        ("netbios.role", "1c"), ("netbios.role", "1b"), ("netbios.role", "01"),
    }  # fmt: skip


@given(st.binary(max_size=600) | st.binary(max_size=200).map(lambda tail: ANSWER[:56] + tail))
def test_any_bytes_are_read_without_raising(message: bytes) -> None:
    assert len(list(parse(message, ASKED))) < 100


@given(st.integers(0, len(ANSWER)), st.integers(0, len(ANSWER) - 1), st.integers(0, 255))
def test_a_damaged_answer_is_read_without_raising(end: int, place: int, byte: int) -> None:
    damaged = bytearray(ANSWER)
    damaged[place] = byte
    assert len(list(parse(bytes(damaged[:end]), ASKED))) < 100


@pytest.mark.parametrize("address", [WINDOWS, NAS])
def test_a_host_is_asked_once(address: str) -> None:
    network = MemoryNetwork()
    assert "netbios.name" in dict(of_host(PROBE, address, network))
    assert [(q.verb, q.port) for q in network.questions] == [("udp", PORT)]


def test_nobody_is_asked_over_ipv6() -> None:
    network = MemoryNetwork()
    assert of_host(PROBE, "2001:db8:77::40", network) == set()
    assert network.questions == []


def test_garbage_in_place_of_an_answer_tells_nothing() -> None:
    assert of_host(PROBE, WINDOWS, MemoryNetwork(garbage={(WINDOWS, PORT): b"\xff" * 300})) == set()
