"""Makers' own discovery: Ubiquiti, Kasa, PlayStation; one broadcast each."""

import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.lab.memory import MemoryNetwork
from netinv.net.network import EVERYBODY
from netinv.probes import kasa, playstation, ubiquiti
from tests.probes.asked import HOME, of_link

ACCESS_POINT, CONSOLE, PLUG = "10.77.0.2", "10.77.0.63", "10.77.0.71"
STANDBY = HOME.truth[CONSOLE].udp["9302"].encode()
PLUGGED = kasa.hide(
    json.dumps(
        {
            "system": {
                "get_sysinfo": {
                    "model": "HS110(EU)",
                    "type": "IOT.SMARTPLUGSWITCH",
                    "alias": " Washer ",
                    "sw_ver": 1,
                    "err_code": 0,
                }
            }
        }
    ).encode()
)


def fields(*told: tuple[int, bytes]) -> bytes:
    body = b"".join(bytes((kind,)) + struct.pack("!H", len(value)) + value for kind, value in told)
    return b"\1\0" + struct.pack("!H", len(body)) + body


def test_an_access_point_of_ubiquiti_tells_its_model_firmware_and_name() -> None:
    network = MemoryNetwork()
    assert {(a.address, a.key, a.value) for a in of_link(ubiquiti.PROBE, network)} == {
        (ACCESS_POINT, "ubiquiti.model", "U6-Lite"),
        (ACCESS_POINT, "ubiquiti.platform", "UAL6"),
        (ACCESS_POINT, "ubiquiti.name", "U6-Livingroom"),
        (ACCESS_POINT, "ubiquiti.firmware", "BZ.mt7621.v6.5.54.14712.230127.1207"),
    }
    assert [(q.address, q.port, q.sent) for q in network.questions] == [(EVERYBODY, 10001, b"\1\0\0\0")]


@pytest.mark.parametrize(
    "message", [b"", b"\1\0\0\0", b"\1\0\xff\xff\x14\0\1A", b"\1\0\0\4\x14\0\2A", b"\2\0\0\4\x14\0\1A", b"\1\0\0\4\x14\0\1 "]
)
def test_what_ubiquiti_would_not_say_is_not_told(message: bytes) -> None:
    assert list(ubiquiti.parse(message)) == []


def test_endless_fields_have_an_end() -> None:
    assert len(list(ubiquiti.parse(fields(*[(0x14, b"A")] * 500)))) == ubiquiti.FIELDS


def test_a_plug_tells_its_model_kind_and_name() -> None:
    assert set(kasa.parse(PLUGGED)) == {
        ("kasa.model", "HS110(EU)"),
        ("kasa.type", "IOT.SMARTPLUGSWITCH"),
        ("kasa.name", "Washer"),
    }
    assert kasa.QUESTION[:4] == bytes.fromhex("d0f281f8")
    assert kasa.show(kasa.hide(b"hello")) == b"hello"
    told = of_link(kasa.PROBE, MemoryNetwork(garbage={(PLUG, kasa.PORT): PLUGGED}))
    assert (PLUG, "kasa.model", "HS110(EU)") in told


@pytest.mark.parametrize(
    "text", [b"", b"{}", b'{"system": []}', b'{"system":{"get_sysinfo":7}}', b"[" * 5000, b'{"a":' * 3000, b"\xff"]
)
def test_what_is_no_plug_is_not_told(text: bytes) -> None:
    assert list(kasa.parse(kasa.hide(text))) == []


def test_a_console_at_rest_tells_its_generation_and_its_name() -> None:
    network = MemoryNetwork()
    assert {(a.address, a.key, a.value) for a in of_link(playstation.PROBE, network)} == {
        (CONSOLE, "playstation.type", "PS5"),
        (CONSOLE, "playstation.name", "PS5-A8455B"),
        (CONSOLE, "playstation.firmware", "09600003"),
    }
    assert {q.port for q in network.questions} == {987, 9302}
    assert {q.address for q in network.questions} == {EVERYBODY}


@pytest.mark.parametrize("first", ["HTTP/1.1 404 Not Found", "SRCH * HTTP/1.1", "", "HTTP/1.1"])
def test_what_is_no_console_is_not_told(first: str) -> None:
    assert list(playstation.parse(f"{first}\nhost-type:PS5\n".encode())) == []


@given(st.binary(max_size=300), st.integers(0, 300))
def test_no_bytes_make_them_stumble(noise: bytes, place: int) -> None:
    for module, message in ((ubiquiti, fields((0x14, b"A"), (0x0B, b"B"))), (kasa, PLUGGED), (playstation, STANDBY)):
        for said in (noise, message[:place] + noise + message[place:]):
            assert len(list(module.parse(said))) < 100


@pytest.mark.parametrize("module", [ubiquiti, kasa, playstation])
def test_nobody_is_woken_to_hear_of_a_few(module) -> None:  # type: ignore[no-untyped-def]
    network = MemoryNetwork()
    assert of_link(module.PROBE, network, [CONSOLE]) == []
    assert network.questions == []
