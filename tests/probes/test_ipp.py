"""IPP: make, model and name of a printer, and nothing on paper."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from netinv.probes.ipp import PROBE, parse, question
from tests.probes.peers import bears, says, told, web

KIND = b"Content-Type: application/ipp\r\n"


def attribute(tag: int, name: bytes, value: bytes) -> bytes:
    return struct.pack("!BH", tag, len(name)) + name + struct.pack("!H", len(value)) + value


MESSAGE = (
    struct.pack("!BBHIB", 1, 1, 0, 1, 1)
    + attribute(0x47, b"attributes-charset", b"utf-8")
    + b"\x04"
    + attribute(0x41, b"printer-make-and-model", b"EPSON ET-2850 Series")
    + attribute(0x41, b"printer-device-id", b"MFG:EPSON;MDL:ET-2850 Series;")
    + attribute(0x42, b"printer-name", b"Office")
    + attribute(0x41, b"printer-info", b"Office Printer")
    + attribute(0x41, b"printer-firmware-string-version", b"05.22.TF26L7")
    + attribute(0x21, b"copies-supported", b"\0\0\0\x01")
    + b"\x03"
)
FACTS = [
    ("ipp.model", "EPSON ET-2850 Series"),
    ("ipp.device-id", "MFG:EPSON;MDL:ET-2850 Series;"),
    ("ipp.name", "Office"),
    ("ipp.name", "Office Printer"),
    ("ipp.firmware", "05.22.TF26L7"),
]


def http(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nServer: EPSON HTTP Server\r\n%sContent-Length: %d\r\n\r\n%s" % (KIND, len(body), body)


def test_a_printer_says_what_it_is() -> None:
    assert told(PROBE, says(http(MESSAGE))) == [("http.server", "EPSON HTTP Server"), *FACTS]


def test_an_older_one_is_asked_where_it_listens() -> None:
    assert told(PROBE, web({"/ipp": http(MESSAGE)})) == [("http.server", "EPSON HTTP Server"), *FACTS]


def test_it_is_asked_for_few_attributes_by_the_operation_that_prints_nothing() -> None:
    asked = question("fe80::1", 631, "/ipp/print")
    assert struct.unpack_from("!BBHI", asked) == (1, 1, 0x000B, 1)
    assert b"ipp://[fe80::1]:631/ipp/print" in asked
    assert asked.endswith(b"\x03")


def test_an_error_and_a_cut_answer_tell_what_they_may() -> None:
    assert parse(MESSAGE[:2] + b"\x04\x06" + MESSAGE[4:]) == ()
    for length in range(len(MESSAGE)):
        assert {key for key, _ in parse(MESSAGE[:length])} <= set(PROBE.tells)


def test_a_hostile_printer_costs_its_own_time_only() -> None:
    bears(PROBE, others=[says(http(MESSAGE[:8] + b"\x41\0\0\0\0" * 3000))])


@given(st.binary(max_size=2048))
def test_any_bytes_are_read_without_raising(data: bytes) -> None:
    for message in (data, MESSAGE[:9] + data, MESSAGE[:60] + data):
        assert all(len(value) <= 512 for _, value in parse(message))
