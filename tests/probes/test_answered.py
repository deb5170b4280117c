"""What devices answer to others is read as the probes read it: of its sender alone, and no question as an answer."""

import dns.message
import dns.reversename
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.model import Answer
from netinv.net import snmp as messages
from netinv.net import wire
from netinv.net.overheard import Overheard
from netinv.net.turns import PORTS
from netinv.probes import answered, llmnr, sip, snmp, ssdp
from netinv.probes.answered import DATAGRAMS, PROBE, STREAMS, names, read
from netinv.probes.visited import Visited

HIS, OTHER = "10.0.0.5", "10.0.0.6"
GET = b"GET %s HTTP/1.1\r\nHost: 10.0.0.5\r\n\r\n"
DESCRIPTION = (
    b"<root xmlns='urn:schemas-upnp-org:device-1-0'><device><manufacturer>Sonos</manufacturer>"
    b"<modelName>One</modelName></device></root>"
)


def ok(body: bytes, kind: bytes = b"text/html") -> bytes:
    return b"HTTP/1.1 200 OK\r\nServer: it\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s" % (kind, len(body), body)


def tcp(port: int, said: bytes, asked: bytes = b"", before: bytes = b"", web: Visited | None = None) -> dict[str, str]:
    heard = Overheard("tcp", None, HIS, said, port, asked, before)
    answers = list(read(heard, web or Visited()))
    assert {a.address for a in answers} <= {HIS}
    return {a.key: a.value for a in answers}


def udp(port: int, said: bytes) -> dict[str, str]:
    return {a.key: a.value for a in read(Overheard("udp", None, HIS, said, port), Visited())}


def test_the_ports_it_reads_are_those_a_capture_tells_of() -> None:
    assert {*DATAGRAMS, 53} == PORTS


@pytest.mark.parametrize(
    ("port", "said", "key", "value"),
    [
        (21, b"220 QNAP FTP ready\r\n", "ftp.banner", "220 QNAP FTP ready"),
        (22, b"SSH-2.0-OpenSSH_9.2p1\r\n", "ssh.banner", "SSH-2.0-OpenSSH_9.2p1"),
        (25, b"220 mail.lan ESMTP Postfix\r\n", "smtp.banner", "220 mail.lan ESMTP Postfix"),
        (110, b"+OK Dovecot\r\n", "pop3.banner", "+OK Dovecot"),
        (143, b"* OK Dovecot\r\n", "imap.banner", "* OK Dovecot"),
        (23, b"\xff\xfd\x18Switch login: ", "telnet.banner", "Switch login:"),
        (5900, b"RFB 003.889\n", "vnc.version", "RFB 003.889"),
    ],
)
def test_greetings_are_read(port: int, said: bytes, key: str, value: str) -> None:
    assert tcp(port, said) == {key: value}
    if port not in (22, 23):
        assert tcp(port, said, asked=b"QUIT\r\n", before=b"220 x\r\n") == {}, "later it is no greeting"


def test_a_first_page_and_where_it_leads_are_read_and_no_others() -> None:
    page = ok(b"<html><head><title>Living room</title></head>")
    moved = b"HTTP/1.1 302 Found\r\nLocation: /login.htm\r\nContent-Length: 0\r\n\r\n"
    assert tcp(80, page, GET % b"/") == {"http.server": "it", "http.title": "Living room"}
    assert tcp(80, page, GET % b"/invoice/4711") == {}
    web = Visited()
    assert "http.header" in tcp(80, moved, GET % b"/", web=web)
    assert tcp(80, page, GET % b"/login.htm", web=web)["http.title"] == "Living room"
    assert tcp(80, page) == {}, "nobody was heard to ask for it"
    assert tcp(80, page, GET % b"http://elsewhere/") == {}, "a proxy speaks for others"


def test_descriptions_and_makers_addresses_are_read_where_something_hints_at_them() -> None:
    assert tcp(49152, ok(DESCRIPTION), GET % b"/desc.xml") == {"upnp.manufacturer": "Sonos", "upnp.model": "One"}
    shelly = ok(b'{"mac":"A8032A", "model":"SNSW-001X16EU", "name":"Lamp"}', b"application/json")
    assert tcp(80, shelly, GET % b"/shelly") == {}
    web = Visited()
    web.note(HIS, "mdns.service", "_shelly._tcp")
    assert tcp(80, shelly, GET % b"/shelly", web=web)["web.model"] == "SNSW-001X16EU"
    web = Visited()
    web.note(OTHER, "mdns.service", "_shelly._tcp")
    assert tcp(80, shelly, GET % b"/shelly", web=web) == {}


def test_datagrams_are_read_and_questions_are_not() -> None:
    found = b"HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\nSERVER: Linux UPnP/1.0 Sonos/70\r\nLOCATION: http://%s:1400/d.xml\r\n\r\n"
    assert udp(1900, found % HIS.encode())["ssdp.location"] == f"http://{HIS}:1400/d.xml"
    assert "ssdp.location" not in udp(1900, found % OTHER.encode())
    assert udp(1900, ssdp.question(ssdp.IPV4, "ssdp:all")) == {}
    assert udp(5060, b"SIP/2.0 200 OK\r\nCall-ID: x\r\nServer: Asterisk\r\n\r\n") == {
        "udp.5060": "open",
        "sip.server": "Asterisk",
    }
    assert udp(5060, sip.question(HIS, OTHER, "tag")) == {}
    layers = wire.snmp_layers().snmp
    binding = layers.SNMPvarbind(oid="1.3.6.1.2.1.1.5.0", value=wire.snmp_layers().asn1.ASN1_STRING(b"switch-1"))
    answer = bytes(layers.SNMP(community="public", PDU=layers.SNMPresponse(id=77_000_000, varbindlist=[binding])))
    assert udp(161, answer) == {"snmp.sysname": "switch-1"}
    discovered = bytes.fromhex("80001f8804746573746572")
    security = b"\x30\x17\x04\x0b" + discovered + b"\x02\x01\x00\x02\x01\x00\x04\x00\x04\x00"
    head = b"\x02\x01\x03\x30\x0e\x02\x01\x05\x02\x03\x00\xff\xe3\x04\x01\x00\x02\x01\x03"
    report = head + b"\x04" + bytes((len(security),)) + security + b"\x30\x00"
    assert udp(161, b"\x30" + bytes((len(report),)) + report) == {"snmp.engine-id": discovered.hex()}
    assert udp(161, messages.question(snmp.OBJECTS, "public", 2, 77_000_000)) == {}
    asked = dns.message.from_wire(llmnr.question(HIS, 4))
    reply = dns.message.make_response(asked)
    reply.answer = [dns.rrset.from_text(asked.question[0].name, 30, "IN", "PTR", "DESKTOP.")]
    assert udp(5355, reply.to_wire()) == {"llmnr.name": "DESKTOP"}
    assert udp(5355, llmnr.question(HIS, 4)) == {}


def test_a_resolver_is_believed_where_it_was_asked() -> None:
    asked = dns.message.make_query(dns.reversename.from_address(OTHER), "PTR")
    reply = dns.message.make_response(asked)
    reply.answer = [dns.rrset.from_text(asked.question[0].name, 30, "IN", "PTR", "nas.lan.")]
    said = reply.to_wire()
    assert list(names(Overheard("udp", None, HIS, said, 53, asked.to_wire()))) == [Answer(OTHER, "dns.ptr", "nas.lan")]
    assert list(names(Overheard("udp", None, HIS, said, 53))) == []
    another = dns.message.make_query(dns.reversename.from_address(HIS), "PTR")
    assert list(names(Overheard("udp", None, HIS, said, 53, another.to_wire()))) == []


@given(
    st.sampled_from((*sorted(DATAGRAMS), 53)), st.binary(max_size=300), st.binary(max_size=60),
    st.sampled_from((b"", b"\x80\x00", b"HTTP/1.1 200 OK\r\n", b"SIP/2.0 200 OK\r\n", b"\x00\x01\x84\x00\x00\x01\x00\x01")),
)  # fmt: skip
def test_any_datagram_is_read_or_passed_over(port: int, said: bytes, asked: bytes, begins: bytes) -> None:
    heard = Overheard("udp", None, HIS, begins + said, port, asked)
    told = [*names(heard), *read(heard, Visited())]
    assert {a.key for a in told} <= {*PROBE.tells}


@given(
    st.sampled_from((*sorted(STREAMS), 80, 554, 631, 7000)), st.binary(max_size=300), st.binary(max_size=60),
    st.sampled_from((b"", b"HTTP/1.1 200 OK\r\n\r\n<root><device>", b"RTSP/1.0 200 OK\r\n", b"SSH-2.0-", b"\x16\x03\x03\0 \x0b")),
    st.sampled_from((b"", b"GET / HTTP/1.1\r\n", b"POST /x HTTP/1.1\r\n", b"GET /info RTSP/1.0\r\n")),
)  # fmt: skip
def test_any_turn_is_read_or_passed_over(port: int, said: bytes, more: bytes, begins: bytes, asks: bytes) -> None:
    heard = Overheard("tcp", None, HIS, begins + said, port, asks + more, more)
    assert {a.key for a in read(heard, Visited())} <= {*answered.TELLS}
