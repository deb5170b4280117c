"""Announcements: what mDNS, SSDP and NetBIOS say of their sender, and nothing they say of others."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.dns import DNS, DNSRR, DNSRRSRV

from netinv.lab import chatter
from netinv.model import MAC, Answer
from netinv.net.overheard import Overheard, Topic
from netinv.net.overheard import read as read_frame
from netinv.probes import mdns_message
from netinv.probes.announced import FACTS, parse_mdns, parse_ssdp, read

HIM, HIS = MAC("3c:52:82:8a:3f:2c"), "10.9.0.7"
PRINTER = chatter.announces_service(HIM, HIS, "NPI8A3F2C", "Laser in the hall", "_ipp._tcp", "ty=HP LaserJet", 631)
SSDP = chatter.notifies(HIM, HIS, server="Linux UPnP/1.0 Sonos/80.1", location=f"http://{HIS}:1400/d.xml")


def told(frame: bytes) -> dict[str, list[str]]:
    heard = read_frame(frame)
    assert heard
    found: dict[str, list[str]] = {}
    for answer in read(heard):
        assert isinstance(answer, Answer)
        assert answer.address == HIS
        found.setdefault(answer.key, []).append(answer.value)
    return found


def test_a_service_is_told_with_its_host_its_name_and_its_text() -> None:
    assert told(PRINTER) == {
        "mdns.hostname": ["NPI8A3F2C.local"],
        "mdns.service": ["_ipp._tcp"],
        "mdns.instance": ["Laser in the hall._ipp._tcp"],
        "mdns.txt": ["_ipp._tcp ty=HP LaserJet"],
    }


def test_what_a_device_looks_for_is_told_too() -> None:
    assert told(chatter.looks_for_service(HIM, HIS, "_googlecast._tcp")) == {"mdns.query": ["_googlecast._tcp"]}


def test_a_name_or_service_of_another_host_is_not_believed() -> None:
    elsewhere = chatter.announces_service(HIM, "10.9.0.8", "other", "Printer", "_ipp._tcp", "ty=x", 631)
    heard = read_frame(elsewhere)
    assert heard
    assert list(parse_mdns(heard.payload, HIS)) == []


def test_what_is_taken_back_is_not_told() -> None:
    gone = DNS(qr=1, qd=[], an=[DNSRR(rrname="_ipp._tcp.local.", type="PTR", ttl=0, rdata="x._ipp._tcp.local.")])
    assert list(parse_mdns(bytes(gone), HIS)) == []


def test_the_answers_a_question_already_knows_are_not_the_sender_s() -> None:
    known = DNS(qr=0, qd=[], an=[DNSRRSRV(rrname="x._ipp._tcp.local.", type="SRV", ttl=120, port=631, target="y.local.")])
    assert list(parse_mdns(bytes(known), HIS)) == []


def test_an_announcement_by_ssdp_is_told_and_its_description_only_where_it_is_its_own() -> None:
    assert told(SSDP)["ssdp.server"] == ["Linux UPnP/1.0 Sonos/80.1"]
    assert told(SSDP)["ssdp.location"] == [f"http://{HIS}:1400/d.xml"]
    assert told(SSDP)["ssdp.st"] == ["upnp:rootdevice"]
    for location in ("http://10.9.0.8/d.xml", "http://evil.example/d.xml", "http://[::1", f"http://{HIS}@evil.example/"):
        assert "ssdp.location" not in told(chatter.notifies(HIM, HIS, server="x", location=location))


def test_a_farewell_by_ssdp_tells_nothing() -> None:
    assert list(parse_ssdp(b"NOTIFY * HTTP/1.1\r\nNTS: ssdp:byebye\r\nSERVER: x\r\n\r\n", HIS)) == []


def test_a_windows_machine_tells_its_name() -> None:
    assert told(chatter.announces_windows(HIM, HIS, "10.9.0.255", "ANNAS-PC")) == {"netbios.name": ["ANNAS-PC"]}


def test_a_name_passed_on_for_another_machine_is_not_believed() -> None:
    frame = bytearray(chatter.announces_windows(HIM, HIS, "10.9.0.255", "ANNAS-PC"))
    frame[46:50] = bytes([10, 9, 0, 8])
    assert told(bytes(frame)) == {}


def test_a_babbling_message_is_cut_short() -> None:
    records = [DNSRR(rrname=f"_s{n}._tcp.local.", type="PTR", ttl=9, rdata=f"x._s{n}._tcp.local.") for n in range(90)]
    heard = Overheard("mdns", HIM, HIS, bytes(DNS(qr=1, qd=[], an=records)))
    assert len(list(read(heard))) == FACTS


def test_a_message_that_would_take_long_to_read_is_not_read() -> None:
    long_name = b"\x01a" * 120 + b"\0"
    record = struct.pack("!H", 0xC00C) + struct.pack("!HHIHH", 12, 1, 60, 2, 0xC00C)
    bomb = struct.pack("!6H", 0, 0x8400, 1, 80, 0, 0) + long_name + b"\0\x0c\0\1" + record * 80
    assert mdns_message.read(bomb) is None, "80 names of 120 labels each: 200 ms in 1,400 bytes"


TOPICS: tuple[Topic, ...] = ("mdns", "ssdp", "netbios")


@pytest.mark.parametrize("topic", TOPICS)
@given(payload=st.binary(max_size=1400))
def test_any_bytes_are_read_without_raising(topic: Topic, payload: bytes) -> None:
    list(read(Overheard(topic, HIM, HIS, payload)))
    list(read(Overheard(topic, HIM, HIS, {"mdns": PRINTER[42:54], "ssdp": b"NOTIFY * HTTP/1.1\r\n"}.get(topic, b"") + payload)))


@given(st.data())
def test_a_damaged_message_is_read_without_raising(data: st.DataObject) -> None:
    windows = chatter.announces_windows(HIM, HIS, "10.9.0.255", "ANNAS-PC")
    topic, frame = data.draw(st.sampled_from([("mdns", PRINTER), ("ssdp", SSDP), ("netbios", windows)]))
    payload = bytearray(frame[42:])
    for _ in range(data.draw(st.integers(1, 4))):
        payload[data.draw(st.integers(0, len(payload) - 1))] = data.draw(st.integers(0, 255))
    list(read(Overheard(topic, HIM, HIS, bytes(payload[: data.draw(st.integers(0, len(payload)))]))))
