"""What a scan puts on the wire, seen beside it: nobody but its targets, and never a byte for a port that prints what it hears.

Counted is what a packet socket on the scanning interface saw, not what netinv says of itself.
"""

import json
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address
from itertools import count
from typing import Any, NamedTuple

import pytest

from netinv import lab
from netinv.lab import Household, Lan, SimulatedDevice, chatter, household
from netinv.lab.counters import PRINTS_WHAT_IT_HEARS
from netinv.model import MAC
from netinv.probes import probes
from tests.wiretap import Wiretap

ALSO = tuple(sorted(probe.name for probe in probes() if not probe.by_default))
BEYOND, FAR, NOBODY = "10.88.0.5", "198.51.100.7", "10.99.0.9"
"""A host behind the router, one of the Internet (RFC 5737), and one of no network: what liars want netinv to speak to."""
ARP, IPV4, IPV6 = 0x0806, 0x0800, 0x86DD
TCP, UDP = 6, 17
SYN, RST = 2, 4


class Sent(NamedTuple):
    """A frame as far as it matters whom it is for."""

    to: IPv4Address | IPv6Address | None
    """None where it is not IP, and what is not IP goes no further than the link."""
    protocol: int = 0
    port: int = 0
    flags: int = 0
    said: bytes = b""


def read(frame: bytes) -> Sent:
    kind = int.from_bytes(frame[12:14], "big")
    if kind == ARP:
        return Sent(IPv4Address(frame[38:42]))
    if kind == IPV4:
        header, total = (frame[14] & 15) * 4, int.from_bytes(frame[16:18], "big")
        return _transport(IPv4Address(frame[30:34]), frame[23], frame[14 + header : 14 + total])
    if kind == IPV6:
        return _transport(IPv6Address(frame[38:54]), frame[20], frame[54 : 54 + int.from_bytes(frame[18:20], "big")])
    return Sent(None)


def _transport(to: IPv4Address | IPv6Address, protocol: int, segment: bytes) -> Sent:
    if protocol == TCP:
        return Sent(to, TCP, int.from_bytes(segment[2:4], "big"), segment[13], segment[(segment[12] >> 4) * 4 :])
    if protocol == UDP:
        return Sent(to, UDP, int.from_bytes(segment[2:4], "big"), 0, segment[8:])
    return Sent(to, protocol)


def redirect(to: str) -> str:
    return f"HTTP/1.1 302 Found\r\nLocation: {to}\r\nConnection: close\r\n\r\n"


def description(base: str) -> str:
    """A UPnP description all of whose addresses are somebody else's (UPnP 2.0, 2.3)."""
    return (
        "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nConnection: close\r\n\r\n"
        f"<?xml version='1.0'?><root xmlns='urn:schemas-upnp-org:device-1-0'>"
        f"<URLBase>{base}</URLBase><device><deviceType>urn:schemas-upnp-org:device:Basic:1</deviceType>"
        f"<friendlyName>liar</friendlyName><presentationURL>{base}/</presentationURL><serviceList><service>"
        f"<serviceType>urn:liar:service:a:1</serviceType><SCPDURL>{base}/scpd.xml</SCPDURL><controlURL>{base}/c</controlURL>"
        "</service></serviceList></device></root>"
    )


def liar(host: int, location: str, **said: Any) -> SimulatedDevice:
    """A device that sends everybody who asks on to `location`."""
    page = f"<html><head><link rel='icon' href='{location}'><meta http-equiv='refresh' content='0; {location}'></head>"
    answers = {
        80: redirect(location),
        443: "",
        554: f"RTSP/1.0 302 Moved\r\nCSeq: 1\r\nLocation: {location}\r\n\r\n",
        631: redirect(location),
        5000: f"HTTP/1.1 200 OK\r\nServer: Synology\r\nConnection: close\r\n\r\n{page}<title>Synology</title>",
        7000: redirect(location),
        8008: redirect(location),
        8080: f"HTTP/1.1 200 OK\r\nContent-Location: {location}\r\nRefresh: 0; url={location}\r\nConnection: close\r\n\r\n{page}",
        49152: description(location),
        9100: "", 9101: "", 515: "",
    }  # fmt: skip
    uuid = f"00000000-0000-0000-0000-0000000000{host}"
    udp = {
        "ssdp": {"server": "Liar/1", "uuid": uuid, "location": location, "types": ["roku:ecp"]},
        "wsd": {"endpoint": f"urn:uuid:{host}", "types": "wsdp:Device", "scopes": "", "location": location},
        "sip": {"server": f"<sip:liar@{location}>"},
    }  # fmt: skip
    return SimulatedDevice(
        f"10.77.0.{host}", MAC.parse(f"02:1a:00:00:00:{host:02x}"), name=f"liar{host}.lan", mdns=f"liar{host}.local.",
        services=("_airplay._tcp", "_http._tcp", "_googlecast._tcp"), tcp=answers, udp=udp | said,
    )  # fmt: skip


def house_of_liars() -> Household:
    home = household()
    liars = (
        liar(201, f"http://{BEYOND}:80/d.xml"),
        liar(202, f"http://{FAR}/d.xml"),
        liar(203, f"http://{NOBODY}:8008/d.xml"),
        liar(204, "http://10.77.0.204:9100/d.xml"),
        liar(205, "http://10.77.0.205:515/d.xml"),
        liar(206, "http://10.77.0.20:9100/d.xml"),
        liar(207, "http://evil.example.com/d.xml"),
        liar(208, "http://[2001:db8:bad::1]/d.xml"),
        liar(209, f"http://10.77.0.209@{FAR}/d.xml"),
        liar(210, "http://10.77.0.210:49152/d.xml"),  # an honest place, a lying description
        liar(211, f"//{FAR}/d.xml"),
    )
    return replace(home, devices=(*home.devices, *liars))


def announcements(home: Household) -> Iterator[bytes]:
    """What passes by unasked, and names places that are not those of who says it."""
    mac, address = str(home.truth["10.77.0.201"].mac), "10.77.0.201"
    for place in (f"http://{BEYOND}/d.xml", f"http://{FAR}/d.xml", "http://10.77.0.20:9100/"):
        yield chatter.notifies(mac, address, server="Liar/2", location=place)
    yield chatter.announces_service(mac, FAR, "stranger", "Stranger", "_ipp._tcp", "ty=HP LaserJet", port=9100)
    yield chatter.announces_service(mac, address, "liar201", "Printer", "_pdl-datastream._tcp", port=9100)
    yield chatter.looks_for(mac, NOBODY, address)
    yield chatter.introduces_itself(mac, "sw", "1", manage=FAR)


def observed(
    home: Lan, process: "subprocess.Popen[str]", wire: Wiretap, frames: Sequence[bytes]
) -> tuple[dict[str, Any], list[bytes]]:
    """The document of a scan, and every frame that left while it ran and liars talked."""
    output: list[str] = []
    reader = threading.Thread(target=lambda: output.extend(process.communicate(timeout=100)))
    reader.start()
    seen: list[bytes] = []
    for turn in count():
        if not reader.is_alive():
            break
        if turn % 100 == 0:
            home.say(frames)
        seen += wire.sent()  # often: the kernel keeps a few hundred
        time.sleep(0.005)
    reader.join()
    seen += wire.sent()
    assert process.returncode in (0, 3), output[1]
    return json.loads(output[0]), seen


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Household, dict[str, Any], list[bytes]]]:
    """One scan with every probe there is, by root and all its ways."""
    from tests.conftest import Netinv

    home = house_of_liars()
    words = [word for name in ALSO for word in ("--also", name)]
    with lab.lan(home) as lan, Wiretap(lan.interface) as wire:
        netinv = Netinv(tmp_path_factory.mktemp("edge"))
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL, "encoding": "utf-8"}
        process = netinv.start("scan", "--json", "--rate", "600", "--timeout", "0.5", *words, **pipes)
        document, seen = observed(lan, process, wire, list(announcements(home)))
        assert wire.lost() == 0
        yield home, document, seen


pytestmark = pytest.mark.lab


def strangers(home: Household, frames: Iterable[bytes]) -> Counter[str]:
    """Whom frames were for who are neither targets, nor a group, nor the resolver."""
    found: Counter[str] = Counter()
    for to, *_ in map(read, frames):
        if to is None or to.is_multicast or to in home.network or str(to) in ("255.255.255.255", home.gateway):
            continue
        # by IPv6 the link is the target; whoever answered there has such an address
        if to.version == 6 and str(to) in {*home.nodes, str(home.scanner_ipv6).partition("/")[0]}:
            continue
        found[str(to)] += 1
    return found


def test_the_wire_was_seen_and_every_probe_had_its_chance(edge: tuple[Household, dict[str, Any], list[bytes]]) -> None:
    home, document, frames = edge
    assert len(frames) > 1000
    sent = [read(frame) for frame in frames]
    asked = {(s.protocol, s.port) for s in sent}
    assert {(TCP, port) for port in (22, 80, 443, 502, 631, 5000, 44818, 49152)} <= asked
    assert {(UDP, port) for port in (53, 137, 161, 1900, 3702, 5353, 47808)} <= asked
    spoken_to = {str(s.to) for s in sent if s.protocol == TCP and s.said}
    assert {f"10.77.0.{host}" for host in range(201, 212)} <= spoken_to
    heard = {(e["address"], e["key"], e["value"]) for d in document["devices"] for e in d["evidence"]}
    assert {(f"10.77.0.{host}", "ssdp.server", "Liar/1") for host in range(201, 212)} <= heard
    assert ("10.77.0.210", "upnp.friendly-name", "liar") in heard
    assert {str(d.address) for d in home.truth.values()} <= {a for d in document["devices"] for a in d["addresses"]}


def test_no_frame_is_for_anybody_but_targets_groups_and_the_resolver(edge: tuple[Household, dict[str, Any], list[bytes]]) -> None:
    home, _, frames = edge
    assert not strangers(home, frames)


def test_no_port_that_prints_what_it_hears_is_touched(edge: tuple[Household, dict[str, Any], list[bytes]]) -> None:
    _, _, frames = edge
    touched = [s for s in map(read, frames) if s.protocol in (TCP, UDP) and s.port in PRINTS_WHAT_IT_HEARS]
    assert [s for s in touched if s.said] == []
    assert [s for s in touched if s.flags & SYN] == []
    assert touched == []


def test_no_name_that_a_device_made_up_is_asked_of_the_resolver(edge: tuple[Household, dict[str, Any], list[bytes]]) -> None:
    _, _, frames = edge
    questions = [s.said for s in map(read, frames) if s.protocol == UDP and s.port == 53]
    assert questions
    assert not [said for said in questions if b"\x04evil\x07example" in said]


def test_the_measure_would_see_a_stranger() -> None:
    home = household()
    packet = chatter.looks_for("02:00:00:00:00:01", "10.77.0.50", FAR)
    assert strangers(home, [packet]) == {FAR: 1}
    assert IPv4Address(BEYOND) not in IPv4Network("10.77.0.0/24")
    assert read(b"\0" * 12 + b"\x88\xcc" + b"\0" * 60) == Sent(None)
    assert ip_address(FAR).version == 4
