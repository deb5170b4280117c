"""SNMP: one question for all, versions and communities in turn, and answers of nobody's choosing but ours."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.lab import Lan, datagrams
from netinv.lab.memory import MemoryNetwork
from netinv.net import snmp
from netinv.plan import select_probes
from netinv.probes.snmp import OBJECTS, PORT, PROBE, parse, tell
from tests.probes.asked import HOME, of_host

PRINTER, BROTHER, SERVER, PHONE = "10.77.0.20", "10.77.0.21", "10.77.0.11", "10.77.0.41"
REQUEST = 0x01020304
QUESTION = snmp.question(OBJECTS, "public", 2, REQUEST)
(ANSWER,) = datagrams.answers(HOME.truth[PRINTER], PORT, QUESTION)


def test_a_question_is_one_datagram_for_everything() -> None:
    assert len(QUESTION) < 400
    assert snmp.question(["1.3.6.1.2.1.1.1.0"], "public", 1, REQUEST) == bytes.fromhex(
        "3029020100 0406 7075626c6963 a01c 020401020304 020100 020100 300e 300c 0608 2b06010201010100 0500"
    )


def test_a_printer_tells_its_make_its_model_and_its_serial_number() -> None:
    told = dict(tell(parse(ANSWER, REQUEST) or {}))
    assert told["snmp.sysobjectid"] == "1.3.6.1.4.1.11.2.3.9.1"
    assert told["snmp.device-type"] == "1.3.6.1.2.1.25.3.1.5"
    assert told["snmp.device-description"] == "HP LaserJet MFP M428fdw"
    assert told["snmp.serial"] == "VNB3K00000"
    assert told["snmp.interfaces"] == "2"
    assert "snmp.model" not in told, "it has no such object"
    assert "snmp.syslocation" not in told, "it is empty"


def test_an_answer_to_another_question_is_none_and_a_question_is_no_answer() -> None:
    assert parse(ANSWER, REQUEST + 1) is None
    assert parse(QUESTION, REQUEST) is None


def test_what_was_not_asked_for_is_not_told() -> None:
    other = ANSWER.replace(bytes.fromhex("2b06010201010500"), bytes.fromhex("2b06010201010700"))
    assert other != ANSWER
    assert "snmp.sysname" not in dict(tell(parse(other, REQUEST) or {}))


@given(st.binary(max_size=500))
def test_any_bytes_are_read_without_raising(message: bytes) -> None:
    assert not parse(message, REQUEST)


@given(st.integers(0, len(ANSWER)), st.integers(0, len(ANSWER) - 1), st.integers(0, 255))
def test_a_damaged_answer_is_read_without_raising(end: int, place: int, byte: int) -> None:
    damaged = bytearray(ANSWER)
    damaged[place] = byte
    for _, value in tell(parse(bytes(damaged[:end]), REQUEST) or {}):
        assert len(value) < 4096


def test_nests_and_lengths_that_lie_are_read_in_no_time() -> None:
    assert parse(b"\x30\x84\xff\xff\xff\xff" * 500, REQUEST) is None
    assert parse(b"\x30\x80" * 700, REQUEST) is None


def test_a_server_that_speaks_version_2_is_asked_once() -> None:
    network = MemoryNetwork()
    told = of_host(PROBE, SERVER, network)
    assert ("snmp.forwarding", "2") in told
    assert [is_discovery(q.sent) for q in network.questions] == [False, True]


def test_who_is_silent_is_asked_once_more_by_version_1_and_by_each_community() -> None:
    network = MemoryNetwork()
    network.communities = ("secret", "public")
    assert of_host(PROBE, BROTHER, network)
    assert [(b"secret" in q.sent, q.sent[4]) for q in network.questions] == [(True, 1), (True, 0), (False, 1), (False, 3)]
    silent = MemoryNetwork()
    assert of_host(PROBE, PHONE, silent) == set()
    assert [is_discovery(q.sent) for q in silent.questions] == [False, False, True]


ENGINE = "80001f8880e9630000d61ff449"


def report(engine: str = ENGINE, *, number: int = REQUEST, version: int = 3) -> bytes:
    """What an agent of version 3 says to who does not know its engine (RFC 3414, 3.2, 3): a report, and its id."""

    def packed(tag: int, *parts: bytes) -> bytes:
        return bytes((tag, len(b"".join(parts)))) + b"".join(parts)

    request = packed(2, number.to_bytes(4))
    count = packed(0x30, packed(0x30, packed(6, bytes.fromhex("2b06010603 0f0101 0400")), packed(0x41, b"\x07")))
    pdu = packed(0xA8, request, packed(2, b"\0"), packed(2, b"\0"), count)
    security = packed(0x30, packed(4, bytes.fromhex(engine)), packed(2, b"\1"), packed(2, b"\x11"), *[packed(4)] * 3)
    head = packed(0x30, request, packed(2, b"\0\xff\xe3"), packed(4, b"\0"), packed(2, b"\3"))
    scoped = packed(0x30, packed(4, bytes.fromhex(engine)), packed(4), pdu)
    return packed(0x30, packed(2, bytes((version,))), head, packed(4, security), scoped)


def is_discovery(sent: bytes) -> bool:
    return sent.startswith(bytes.fromhex("303e020103"))


def test_the_question_of_version_3_is_that_of_the_standard() -> None:
    assert snmp.discovery(REQUEST) == bytes.fromhex(
        "303e 020103 3011 020401020304 020300ffe3 040104 020103 0410 300e 0400 020100 020100 0400 0400 0400"
        "3014 0400 0400 a00e 020401020304 020100 020100 3000"
    )


def test_who_speaks_version_3_tells_its_engine_without_any_secret() -> None:
    assert snmp.read_engine(report(), REQUEST) == ENGINE


@pytest.mark.parametrize(
    "message",
    [
        report(number=REQUEST + 1),
        report(version=1),
        report(""),
        report("00" * 8),
        report("ff" * 8),
        report("ab" * 33),
        ANSWER,
        b"",
    ],
)
def test_another_answer_or_no_engine_tells_none(message: bytes) -> None:
    assert snmp.read_engine(message, REQUEST) is None


@given(st.binary(max_size=300), st.integers(0, len(report())))
def test_any_end_of_a_report_is_read_without_raising(end: bytes, place: int) -> None:
    told = snmp.read_engine(report()[:place] + end, REQUEST)
    assert told is None or 10 <= len(told) <= 64


def test_it_is_asked_only_with_consent() -> None:
    assert PROBE not in select_probes((), ())
    assert PROBE in select_probes((), (), ["snmp"])
    assert PROBE in select_probes(["arp", "snmp"], ())


@pytest.mark.parametrize("garbage", [b"", b"\x30", b"\xff" * 4000])
def test_garbage_in_place_of_an_answer_tells_nothing(garbage: bytes) -> None:
    assert of_host(PROBE, PRINTER, MemoryNetwork(garbage={(PRINTER, PORT): garbage})) == set()


@pytest.mark.parametrize(("words", "is_told"), [((), False), (("--also", "snmp"), True), (("--community", "wrong"), False)])
def test_from_the_command_line_it_is_asked_where_the_user_says_so(
    lan: Lan, netinv: Any, words: tuple[str, ...], is_told: bool
) -> None:
    skipped = [word for name in ("tcp", "netbios", "sip", "direct") for word in ("--skip", name)]
    done = netinv("scan", "--json", *skipped, *words, PRINTER)
    (device,) = json.loads(done.stdout)["devices"]
    assert ("snmp.serial" in {e["key"] for e in device["evidence"]}) is is_told, done.stderr
    assert lan.counters().asked.get("udp", {}).get(PRINTER, 0) == len(words) // 2 * (2 if is_told else 3)


def test_a_community_in_the_environment_is_consent_and_shown_to_nobody(lan: Lan, netinv: Any) -> None:
    done = netinv("scan", "--json", "--skip", "tcp", PRINTER, env={"NETINV_COMMUNITY": "public"})
    (device,) = json.loads(done.stdout)["devices"]
    assert "VNB3K00000" in {e["value"] for e in device["evidence"] if e["key"] == "snmp.serial"}
    assert "public" not in done.stdout + done.stderr
