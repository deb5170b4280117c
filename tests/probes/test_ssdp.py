"""SSDP: what a search asks, and what of the answers is believed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.lab.memory import MemoryNetwork
from netinv.probes.ssdp import FACTS, IPV4, IPV6, PORT, PROBE, SEARCHED, parse, question
from tests.probes.asked import HOME, of_link

TV, SPEAKER = "10.77.0.60", "10.77.0.61"


def answer(**headers: str) -> bytes:
    lines = ["HTTP/1.1 200 OK", *(f"{name.upper()}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode()


def test_a_search_is_for_its_group_and_wants_its_answers_soon() -> None:
    assert question(IPV4, "ssdp:all") == (
        b'M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: "ssdp:discover"\r\nMX: 1\r\nST: ssdp:all\r\n\r\n'
    )
    assert b"\r\nHOST: [FF02::C]:1900\r\n" in question(IPV6, "upnp:rootdevice")


def test_an_answer_tells_what_its_sender_offers_and_where_it_describes_itself() -> None:
    heard = answer(
        st="upnp:rootdevice", server="Linux UPnP/1.0 X/1", usn="uuid:1::upnp:rootdevice", location="http://10.0.0.5:80/d"
    )
    assert set(parse(heard, "10.0.0.5")) == {
        ("ssdp.st", "upnp:rootdevice"),
        ("ssdp.server", "Linux UPnP/1.0 X/1"),
        ("ssdp.usn", "uuid:1::upnp:rootdevice"),
        ("ssdp.location", "http://10.0.0.5:80/d"),
    }


def test_names_of_services_and_uuids_are_not_told_again_and_again() -> None:
    assert parse(answer(st="uuid:1", usn="uuid:1"), "10.0.0.5") == ()
    assert parse(answer(st="urn:a:service:B:1", usn="uuid:1::urn:a:service:B:1"), "10.0.0.5") == (
        ("ssdp.st", "urn:a:service:B:1"),
    )


@pytest.mark.parametrize(
    "location",
    [
        "http://10.0.0.1/d.xml", "http://router.lan/d.xml", "https://10.0.0.5/d.xml", "http://10.0.0.5@evil.example/",
        "http://evil.example/http://10.0.0.5/", "http://10.0.0.5:9100/d.xml", "http://10.0.0.5:515/", "http://10.0.0.5:99999/",
        "http://[fe80::1%eth0]/", "file:///etc/passwd", "http://10.0.0.5/a b", "http://10.0.0.5/" + "a" * 600, "//10.0.0.5/", "http://[",
    ],
)  # fmt: skip
def test_a_description_anywhere_else_or_at_a_printing_port_is_not_told(location: str) -> None:
    assert "ssdp.location" not in dict(parse(answer(st="ssdp:x", location=location), "10.0.0.5"))


@pytest.mark.parametrize("first", [b"HTTP/1.1 404 Not Found", b"NOTIFY * HTTP/1.1", b"M-SEARCH * HTTP/1.1", b"", b"200 OK"])
def test_what_is_no_answer_to_a_search_tells_nothing(first: bytes) -> None:
    assert parse(first + b"\r\nST: upnp:rootdevice\r\n\r\n", "10.0.0.5") == ()


@given(st.binary(max_size=3000) | st.binary(max_size=500).map(lambda rest: b"HTTP/1.1 200 OK\r\nST: x\r\n" + rest))
def test_no_bytes_make_it_stumble(message: bytes) -> None:
    assert len(parse(message, "10.0.0.5")) <= 4


def test_everybody_is_searched_for() -> None:
    network = MemoryNetwork()
    told = of_link(PROBE, network)
    assert {a.address for a in told if ":" not in a.address} == {a for a, d in HOME.truth.items() if "ssdp" in d.udp}
    assert (SPEAKER, "ssdp.location", f"http://{SPEAKER}:1400/xml/device_description.xml") in told
    asked = {(q.address, q.port) for q in network.questions}
    assert asked == {(IPV4, PORT), (IPV6, PORT)}
    assert len(network.questions) == 2 * len(SEARCHED)


def test_nobody_is_woken_to_hear_of_a_few() -> None:
    network = MemoryNetwork()
    assert of_link(PROBE, network, ["10.77.0.60"]) == []
    assert network.questions == []


def test_who_answers_without_end_is_cut_short() -> None:
    class Babbler(MemoryNetwork):
        def _say_to_group(self, device, group, port, payload):  # type: ignore[no-untyped-def]
            from netinv.net.network import Datagram

            for n in range(500 if device.address == TV else 0):
                yield Datagram(TV, port, answer(st=f"urn:x:service:{n}:1", location=f"http://{TV}:{n + 1}/"))

    told = of_link(PROBE, Babbler())
    assert len(told) <= FACTS
