"""MQTT: whether a broker takes whoever comes."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.net import mqtt
from netinv.probes.mqtt import PROBE, parse
from tests.probes.peers import bears, says, told

mqtt.load()  # not at the cost of the first who reads an answer
CONNECT, DISCONNECT = b"\x10\x12\0\x04MQTT\x04\x02\0\x0a\0\x06netinv", b"\xe0\0"


@pytest.mark.parametrize(("answer", "said"), [(b"\x20\x02\0\0", "accepted"), (b"\x20\x02\0\x05", "refused")])
def test_a_broker_takes_us_or_not(answer: bytes, said: str) -> None:
    assert told(PROBE, says(answer)) == [("mqtt.broker", said)]


def test_what_is_no_broker_tells_nothing() -> None:
    assert told(PROBE, says(b"HTTP/1.1 400 Bad Request\r\n\r\n")) == []


def test_we_leave_as_we_came() -> None:
    heard = b""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal heard
        heard += await reader.readexactly(len(CONNECT))
        writer.write(b"\x20\x02\0\0")
        heard += await reader.readexactly(len(DISCONNECT))

    told(PROBE, serve)
    assert heard == CONNECT + DISCONNECT
    assert CONNECT[1] == len(CONNECT) - 2


def test_a_hostile_broker_costs_its_own_time_only() -> None:
    bears(PROBE)


@given(st.binary(max_size=64))
def test_any_bytes_are_read_without_raising(data: bytes) -> None:
    assert parse(data) in (None, "accepted", "refused")
    parse(b"\x20\x02" + data)
