"""What groups are asked, asked of one host: for scans of a few."""

import pytest

from netinv.lab.memory import MemoryNetwork
from netinv.probes.direct import PROBE
from netinv.scanner import scan
from tests.probes.asked import HOME, of_host

PRINTER, MAC_BOOK, TV, CAMERA, SWITCH = "10.77.0.20", "10.77.0.32", "10.77.0.60", "10.77.0.70", "10.77.0.3"


@pytest.mark.parametrize(
    ("address", "fact"),
    [
        (PRINTER, ("mdns.txt", "_ipp._tcp ty=HP LaserJet MFP M428fdw")),
        (PRINTER, ("wsd.type", "PrintDeviceType")),
        (MAC_BOOK, ("mdns.hostname", "annas-macbook.local")),
        (MAC_BOOK, ("mdns.txt", "_device-info._tcp model=MacBookAir10,1")),
        (TV, ("ssdp.location", f"http://{TV}:1754/")),
        (CAMERA, ("wsd.type", "NetworkVideoTransmitter")),
    ],
)
def test_a_host_alone_tells_what_it_would_tell_everybody(address: str, fact: tuple[str, str]) -> None:
    network = MemoryNetwork()
    assert fact in of_host(PROBE, address, network)
    assert {q.address for q in network.questions} == {address}


def test_who_speaks_none_of_it_is_not_bothered_for_more() -> None:
    network = MemoryNetwork()
    assert of_host(PROBE, SWITCH, network) == set()
    assert len(network.questions) <= 8


@pytest.mark.parametrize("garbage", [b"", b"\xff" * 100, b"<", b"HTTP/1.1 200 OK\r\n"])
def test_garbage_tells_nothing(garbage: bytes) -> None:
    network = MemoryNetwork(garbage={(PRINTER, port): garbage for port in (5353, 1900, 3702)})
    assert of_host(PROBE, PRINTER, network) == set()


def test_a_few_are_asked_one_by_one_and_a_whole_link_at_once() -> None:
    few, everybody = MemoryNetwork(), MemoryNetwork()
    (television,) = scan([TV], network=few).devices
    assert "upnp.manufacturer" in {e.key for e in television.evidence}, "described as in a scan of all"
    assert "multicast" not in {q.verb for q in few.questions}
    scan([str(HOME.network)], network=everybody)
    assert not [q for q in everybody.questions if q.verb == "udp" and q.port == 1900]
