"""AirPlay: model and name in a property list, of either form."""

import plistlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.probes.airplay import PORT, PROBE, parse
from tests.probes.peers import bears, says, told

INFO = {"model": "AppleTV11,1", "name": "Living Room", "features": 1, "deviceID": "58:55:CA:00:00:01"}
FACTS = [("airplay.model", "AppleTV11,1"), ("airplay.name", "Living Room")]


@pytest.mark.parametrize("form", [plistlib.FMT_BINARY, plistlib.FMT_XML])
def test_a_receiver_says_what_it_is(form: plistlib.PlistFormat) -> None:
    body = plistlib.dumps(INFO, fmt=form)
    answer = b"RTSP/1.0 200 OK\r\nServer: AirTunes/710.79.1\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    assert told(PROBE, says(answer), port=PORT) == [("http.server", "AirTunes/710.79.1"), *FACTS]


def test_it_is_asked_only_of_who_announces_it() -> None:
    assert PROBE.wants == ("mdns.service=_airplay._tcp",)


ENTITIES = b'<!DOCTYPE plist [<!ENTITY a "aa"><!ENTITY b "&a;&a;&a;">]>'
BOMB = b'<?xml version="1.0"?>' + ENTITIES + b"<plist><dict><key>name</key><string>&b;</string></dict></plist>"


def test_a_bomb_is_not_set_off() -> None:
    assert parse(BOMB) == ()
    assert parse(b"<plist>" + b"<array>" * 5000) == ()


def test_a_hostile_receiver_costs_its_own_time_only() -> None:
    bears(PROBE, port=PORT, others=[says(b"RTSP/1.0 200 OK\r\nContent-Length: 16000\r\n\r\nbplist00" + b"\xdf" * 16_000)])


@given(st.binary(max_size=1024))
def test_any_bytes_are_read_without_raising(data: bytes) -> None:
    parse(data)
    parse(b"bplist00" + data)
    parse(b"<plist><dict>" + data)


@given(st.data())
def test_a_damaged_list_is_read_without_raising(data: st.DataObject) -> None:
    damaged = bytearray(plistlib.dumps(INFO, fmt=plistlib.FMT_BINARY))
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    parse(bytes(damaged))
