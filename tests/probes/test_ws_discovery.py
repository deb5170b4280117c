"""WS-Discovery and the metadata behind it: messages of strangers, in XML."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.lab import datagrams
from netinv.lab.memory import MemoryNetwork
from netinv.probes import wsd, wsd_message
from netinv.probes.ws_discovery import FACTS, IPV4, PORT, PROBE, parse
from netinv.probes.wsd_message import CAMERA, DEVICE, get, matches, metadata, probe, resolve
from tests.probes.asked import HOME, of_host, of_link

HIKVISION, PRINTER, WINDOWS = "10.77.0.70", "10.77.0.20", "10.77.0.30"
(MATCH,) = datagrams.answers(HOME.truth[HIKVISION], PORT, probe(CAMERA))
WINDOWS_ENDPOINT = HOME.truth[WINDOWS].udp["wsd"]["endpoint"]


def test_a_camera_tells_what_it_is_and_where() -> None:
    assert set(parse(MATCH, HIKVISION)) == {
        ("wsd.type", "NetworkVideoTransmitter"),
        ("wsd.type", "Device"),
        ("wsd.scope", "onvif://www.onvif.org/type/video_encoder"),
        ("wsd.scope", "onvif://www.onvif.org/hardware/DS-2CD2143G2-I"),
        ("wsd.scope", "onvif://www.onvif.org/name/HIKVISION DS-2CD2143G2-I"),
        ("wsd.endpoint", "urn:uuid:a6f1e5c0-88c0-11ee-b9d1-4419b65de217"),
        ("wsd.location", f"http://{HIKVISION}/onvif/device_service"),
    }


def test_a_place_elsewhere_is_not_told() -> None:
    assert "wsd.location" not in dict(parse(MATCH, "10.77.0.71"))
    assert "wsd.location" not in dict(parse(MATCH.replace(b"http://", b"https://"), HIKVISION))
    assert "wsd.location" not in dict(parse(MATCH.replace(b"10.77.0.70/", b"10.77.0.70:9100/"), HIKVISION))


def test_questions_are_well_formed_and_each_has_a_number_of_its_own() -> None:
    assert b"NetworkVideoTransmitter" in probe(CAMERA)
    assert probe(DEVICE) != probe(DEVICE)
    assert b">wsdp:Device<" in probe(DEVICE), "wsdd compares text"
    assert matches(probe(DEVICE)) == ()
    assert b"urn:uuid:1-2" in (resolve("urn:uuid:1-2") or b"")
    assert b"<a:To>urn:uuid:1-2</a:To>" in (get("urn:uuid:1-2") or b"")


@pytest.mark.parametrize(
    "endpoint", ["", "urn:uuid:</a:To>", "urn:uuid:1\r\nX: y", "urn:uuid:" + "1" * 200, "urn:uuid:\u00e9", "a&b"]
)
def test_an_endpoint_that_would_be_markup_is_not_asked_for(endpoint: str) -> None:
    assert resolve(endpoint) is None
    assert get(endpoint) is None


@pytest.mark.parametrize("message", [b"", b"<a/>", MATCH[:-9], b'<!DOCTYPE x [<!ENTITY a "b">]>' + MATCH, b"<ProbeMatch>" * 9000])
def test_what_is_no_answer_tells_nothing(message: bytes) -> None:
    assert parse(message, HIKVISION) == ()
    assert list(wsd.parse(message)) == []


def test_a_flood_of_scopes_is_cut_short() -> None:
    assert len(parse(MATCH.replace(b"<d:Scopes>", b"<d:Scopes>" + b"onvif://x/%d " * 5000), HIKVISION)) <= FACTS


@given(
    st.binary(max_size=300)
    | st.integers(0, len(MATCH)).flatmap(lambda n: st.binary(max_size=9).map(lambda b: MATCH[:n] + b + MATCH[n:]))
)
def test_no_bytes_make_it_stumble(message: bytes) -> None:
    assert len(parse(message, HIKVISION)) <= FACTS
    assert len(list(wsd.parse(message))) < 100


def test_everybody_is_looked_for_and_asked_where_they_are_if_they_did_not_say() -> None:
    network = MemoryNetwork()
    told = of_link(PROBE, network)
    assert {a.address for a in told if ":" not in a.address} == {HIKVISION, PRINTER, WINDOWS}
    assert (WINDOWS, "wsd.location", HOME.truth[WINDOWS].udp["wsd"]["location"]) in told
    resolving = [q for q in network.questions if b"Resolve" in q.sent]
    assert {q.address for q in resolving} == {IPV4}
    assert all(WINDOWS_ENDPOINT.encode() in q.sent for q in resolving), "the others have said it"


def test_nobody_is_woken_to_hear_of_a_few() -> None:
    network = MemoryNetwork()
    assert of_link(PROBE, network, [HIKVISION]) == []
    assert network.questions == []


def described(address: str, network: MemoryNetwork | None = None) -> set[tuple[str, str]]:
    said = HOME.truth[address].udp["wsd"]
    return of_host(wsd.PROBE, address, network, [("wsd.endpoint", said["endpoint"]), ("wsd.location", said["location"])])


def test_a_printer_tells_make_model_and_name() -> None:
    assert described(PRINTER) == {
        ("wsd.manufacturer", "HP"),
        ("wsd.model", "HP LaserJet MFP M428fdw"),
        ("wsd.friendly-name", "HP LaserJet MFP M428fdw (8A3F2C)"),
    }


def test_of_a_computer_its_name_is_told_and_not_the_software_that_tells_it() -> None:
    assert described(WINDOWS) == {("wsd.friendly-name", "DESKTOP-7QK2M1V"), ("wsd.type", "Computer")}


def test_nobody_else_is_asked() -> None:
    network = MemoryNetwork()
    assert (
        of_host(wsd.PROBE, PRINTER, network, [("wsd.endpoint", "urn:uuid:1"), ("wsd.location", "http://10.77.0.1:49000/")])
        == set()
    )
    assert network.questions == []


def test_the_endpoint_asked_is_the_one_its_place_names() -> None:
    network = MemoryNetwork()
    heard = [("wsd.endpoint", "urn:uuid:1-1"), ("wsd.endpoint", "urn:uuid:2-2"), ("wsd.location", f"http://{PRINTER}:3911/2-2")]
    of_host(wsd.PROBE, PRINTER, network, heard)
    (asked,) = [q.sent for q in network.questions if q.sent]
    assert b"<a:To>urn:uuid:2-2</a:To>" in asked


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\n\r\n<x", b"\xff" * 9000])
def test_garbage_in_place_of_metadata_tells_nothing(said: bytes) -> None:
    assert described(PRINTER, MemoryNetwork(garbage={(PRINTER, 3911): said})) == set()


def test_metadata_have_an_end() -> None:
    assert len(metadata(b"<m>" + b"<ModelName>x</ModelName>" * 3000 + b"</m>")) <= wsd_message.WORDS
