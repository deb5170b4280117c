"""UPnP descriptions: what is read of them, and from whom they are fetched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.lab.memory import MemoryNetwork
from netinv.probes.upnp import FACTS, PROBE, parse
from tests.probes.asked import of_host

TV = "10.77.0.60"
PLACE = (TV, 1754)
ROUTER = b"""<?xml version="1.0"?>
<root xmlns="urn:schemas-upnp-org:device-1-0"><specVersion><major>1</major></specVersion><device>
 <deviceType>urn:schemas-upnp-org:device:InternetGatewayDevice:1</deviceType><friendlyName> My &amp; Router </friendlyName>
 <manufacturer>Acme</manufacturer><modelName>R1</modelName><serialNumber/>
 <serviceList><service><serviceType>urn:schemas-any-com:service:Any:1</serviceType></service></serviceList>
 <deviceList><device><deviceType>urn:schemas-upnp-org:device:WANDevice:1</deviceType><modelName>MiniUPnPd</modelName></device></deviceList>
</device></root>"""


def test_the_root_describes_itself_and_its_parts_say_only_what_they_are() -> None:
    assert set(parse(ROUTER)) == {
        ("upnp.friendly-name", "My & Router"),
        ("upnp.manufacturer", "Acme"),
        ("upnp.model", "R1"),
        ("upnp.device-type", "urn:schemas-upnp-org:device:InternetGatewayDevice:1"),
        ("upnp.device-type", "urn:schemas-upnp-org:device:WANDevice:1"),
        ("upnp.service-type", "urn:schemas-any-com:service:Any:1"),
    }


BOMB = (
    b'<!DOCTYPE r [<!ENTITY a "'
    + b"x" * 1000
    + b'"><!ENTITY b "'
    + b"&a;" * 1000
    + b'">]><root><device><modelName>&b;</modelName></device></root>'
)
OUTSIDE = b'<!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/passwd">]><root><device><modelName>&e;</modelName></device></root>'


@pytest.mark.parametrize(
    "document",
    [
        BOMB,
        OUTSIDE,
        b"",
        b"<html>",
        b"<root/>",
        b"<root><device/></root>",
        ROUTER[:-20],
        b'<?xml version="1.0" encoding="x"?><root/>',
    ],
    ids=["bomb", "outside", "empty", "html", "rootless", "hollow", "cut", "encoding"],
)
def test_bombs_and_what_is_no_description_tell_nothing(document: bytes) -> None:
    assert parse(document) == ()


def test_depth_and_breadth_have_an_end() -> None:
    many = b"<root><device>" + b"".join(b"<serviceType>urn:%d</serviceType>" % n for n in range(5000)) + b"</device></root>"
    assert len(parse(many)) == FACTS
    deep = b"<root><device>" + b"<a>" * 20_000 + b"</a>" * 20_000 + b"</device></root>"
    assert parse(deep) == ()


@given(
    st.binary(max_size=400)
    | st.integers(0, len(ROUTER)).flatmap(lambda n: st.binary(max_size=9).map(lambda b: ROUTER[:n] + b + ROUTER[n:]))
)
def test_no_bytes_make_it_stumble(document: bytes) -> None:
    assert len(parse(document)) <= FACTS


def test_a_television_is_asked_where_it_said() -> None:
    told = of_host(PROBE, TV, heard=[("ssdp.location", f"http://{TV}:1754/")])
    assert ("upnp.manufacturer", "LG Electronics") in told
    assert ("upnp.friendly-name", "[LG] webOS TV OLED55C11LB") in told


def test_nobody_else_is_ever_asked_and_no_printing_port() -> None:
    network = MemoryNetwork()
    for url in ("http://10.77.0.1:49000/igd2desc.xml", f"http://{TV}:9100/", "http://fritz.box/"):
        assert of_host(PROBE, TV, network, [("ssdp.location", url)]) == set()
    assert network.questions == []


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 301 Moved\r\nLocation: http://10.77.0.1/\r\n\r\n" + ROUTER,
        b"HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n<r",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n<root>",
        b"\0" * 200_000,
        b"",
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 9000,
    ],
    ids=["redirect", "length", "chunk", "zeros", "silence", "headers"],
)
def test_a_hostile_host_costs_nothing_and_leads_nowhere(said: bytes) -> None:
    network = MemoryNetwork(garbage={PLACE: said})
    assert of_host(PROBE, TV, network, [("ssdp.location", f"http://{TV}:1754/")]) == set()
    assert {q.address for q in network.questions} == {TV}
