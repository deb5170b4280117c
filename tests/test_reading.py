"""The devices in a capture file are those that show themselves in it, at its times; and no file breaks anything."""

import gzip
import random
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netinv.errors import TargetError, TranscriptError
from netinv.model import Scan
from netinv.net import passing
from netinv.net.capture import Captures
from netinv.reading import read_capture
from tests.net.capturing import (
    RAW,
    SLL,
    SLL2,
    WIRELESS,
    Packets,
    arp,
    connection,
    datagram,
    frame,
    ipv4,
    mac,
    pcap,
    pcapng,
    segment,
    tcp,
)

NOON = 1_772_000_000.25
SOME: list[tuple[float, bytes]] = [
    (NOON, arp(5, 1)),
    (NOON + 1, arp(1, 5)),
    (NOON + 2, frame(5, ipv4("10.0.0.5", "10.0.0.1", 6, tcp(22, 0x12)))),
    (NOON + 3, frame(5, ipv4("10.0.0.5", "10.0.0.1", 6, tcp(80, 0x14, 0)))),
    (NOON + 4, frame(1, ipv4("10.0.0.1", "10.0.0.5", 1, bytes(8), ttl=255))),
    (NOON + 5, frame(1, ipv4("93.184.216.34", "10.0.0.5", 6, tcp(443, 0x12)))),
    (NOON + 3600, arp(7, 1)),
]
PAGE = b"HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Length: 26\r\n\r\n<title>DiskStation</title>"
FOUND = b"HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\nSERVER: Linux UPnP/1.0 Sonos/70\r\n\r\n"
ANSWERS: list[tuple[float, bytes]] = [
    *SOME,
    *(
        (NOON + 10, frame(5 if packet[12:16] == bytes((10, 0, 0, 5)) else 1, packet))
        for packet in (
            *connection("10.0.0.1", "10.0.0.5", 80, [(False, b"GET / HTTP/1.1\r\n\r\n"), (True, PAGE)]),
            *connection("10.0.0.1", "10.0.0.5", 22, [(True, b"SSH-2.0-OpenSSH_9.2p1\r\n")]),
            datagram("10.0.0.5", 1900, "10.0.0.1", 4000, FOUND),
        )
    ),
]


def facts(found: Scan, address: str) -> dict[str, str]:
    return {e.key: e.value for device in found.devices for e in device.evidence if e.address == address}


@pytest.mark.parametrize("write", [pcap, pcapng])
def test_who_shows_himself_is_found_with_what_he_shows(write: object, tmp_path: Path) -> None:
    found = read_capture(write(tmp_path / "c", SOME))  # type: ignore[operator]
    assert [d.ip for d in found.devices] == ["10.0.0.1", "10.0.0.5", "10.0.0.7"]
    assert facts(found, "10.0.0.5") == {"mac": "00:11:32:00:00:05", "tcp.22": "open", "tcp.80": "closed"}
    assert facts(found, "10.0.0.1") == {"mac": "00:11:32:00:00:01", "icmp.ttl": "255"}
    assert found.started == datetime.fromtimestamp(NOON, UTC)
    assert (found.finished - found.started).total_seconds() == 3600
    assert [d.last_seen for d in found.devices][2] == found.finished, "each is dated by its packet"
    assert (found.targets, found.method, found.is_partial, found.traffic.frames) == ("10.0.0.0/24", "listen", False, 0)
    assert {d.vendor for d in found.devices} == {"Synology"}


def test_what_devices_answer_to_others_is_read_at_its_time(tmp_path: Path) -> None:
    found = read_capture(pcap(tmp_path / "c", ANSWERS))
    told = facts(found, "10.0.0.5")
    assert (told["http.title"], told["http.server"]) == ("DiskStation", "nginx")
    assert told["ssh.banner"] == "SSH-2.0-OpenSSH_9.2p1"
    assert told["ssdp.server"] == "Linux UPnP/1.0 Sonos/70"
    assert {k for k in facts(found, "10.0.0.1") if "." in k} == {"icmp.ttl"}, "who asks has said nothing of itself"
    (seen,) = {e.seen for d in found.devices for e in d.evidence if e.key == "http.title"}
    assert seen.timestamp() == NOON + 10


def test_who_speaks_ipv6_alone_is_found_where_its_neighbours_look_for_it(tmp_path: Path) -> None:
    def ipv6(source: bytes, to: bytes, protocol: int, hops: int, body: bytes) -> bytes:
        return b"\x60\0\0\0" + len(body).to_bytes(2, "big") + bytes((protocol, hops)) + source + to + body

    def framed(sender: int, packet: bytes) -> bytes:
        return mac(250) + mac(sender) + b"\x86\xdd" + packet

    prefix = bytes.fromhex("20010db800000000") + bytes(7)
    him, me = prefix + b"\x05", prefix + b"\x01"
    says = segment("0.0.0.0", 22, "0.0.0.0", 40_000, 1, 0x12)[20:]
    packets = [
        *SOME[:2],
        (NOON, framed(1, ipv6(me, him, 58, 255, bytes((135, 0, 0, 0, 0, 0, 0, 0)) + him))),
        (NOON, framed(5, ipv6(him, me, 6, 64, says))),
        (NOON, framed(5, ipv6(bytes.fromhex("20010db80000ffff") + bytes(8), me, 6, 64, says))),
    ]
    found = read_capture(pcap(tmp_path / "c", packets))
    assert facts(found, "2001:db8::5") == {"mac": "00:11:32:00:00:05", "tcp.22": "open"}
    assert {a for d in found.devices for a in d.addresses} == {"10.0.0.1", "10.0.0.5", "2001:db8::1", "2001:db8::5"}


@pytest.mark.parametrize("options", [{"order": ">"}, {"nano": True}, {"order": ">", "nano": True}])
def test_every_kind_of_pcap_tells_the_same(options: dict[str, object], tmp_path: Path) -> None:
    one, other = pcap(tmp_path / "a", SOME), pcap(tmp_path / "b", SOME, **options)  # type: ignore[arg-type]
    assert [p.frame for p in Captures(one)] == [p.frame for p in Captures(other)]
    assert [round(p.at.timestamp(), 3) for p in Captures(one)] == [round(p.at.timestamp(), 3) for p in Captures(other)]


def test_a_packed_capture_is_read_as_well(tmp_path: Path) -> None:
    (tmp_path / "c.gz").write_bytes(gzip.compress(pcap(tmp_path / "c", SOME).read_bytes()))
    assert read_capture(tmp_path / "c.gz").devices == read_capture(tmp_path / "c").devices


def test_frames_of_the_any_device_and_of_vlans_are_read_and_bare_packets_too(tmp_path: Path) -> None:
    def cooked(data: bytes) -> bytes:
        return bytes.fromhex("00000001 0006") + data[6:12] + bytes(2) + data[12:]

    def cooked_2(data: bytes) -> bytes:
        return data[12:14] + bytes(2) + bytes(4) + bytes.fromhex("0001 00 06") + data[6:12] + bytes(2) + data[14:]

    whole = read_capture(pcap(tmp_path / "c", SOME)).devices
    assert read_capture(pcap(tmp_path / "sll", [(t, cooked(d)) for t, d in SOME], SLL)).devices == whole
    assert read_capture(pcap(tmp_path / "sll2", [(t, cooked_2(d)) for t, d in SOME], SLL2)).devices == whole
    tagged = [(t, d[:12] + bytes.fromhex("81000005") + d[12:]) for t, d in SOME]
    assert read_capture(pcap(tmp_path / "vlan", tagged)).devices == whole
    bare = [(t, d[14:]) for t, d in SOME if d[12:14] == b"\x08\x00"]
    found = read_capture(pcap(tmp_path / "raw", bare, RAW), network="10.0.0.0/24")
    assert facts(found, "10.0.0.5") == {"tcp.22": "open", "tcp.80": "closed"}


def test_the_network_is_the_one_named_or_the_one_of_which_dhcp_and_arp_tell(tmp_path: Path) -> None:
    path = pcap(tmp_path / "c", SOME)
    assert [d.ip for d in read_capture(path, network="10.0.0.4/30").devices] == ["10.0.0.5"]
    with pytest.raises(TargetError):
        read_capture(path, network="nonsense")
    wide = [
        (NOON, arp(5, 1)),
        (NOON + 1, arp(9, 1, b"\x0a\x00\x01")),
        (NOON + 2, b"\xff" * 6 + mac(5) + arp(5, 1)[12:38] + b"\x0a\x00\x01\x09"),
    ]
    assert read_capture(pcap(tmp_path / "w", wide)).targets == "10.0.0.0/23"
    nobody = [(NOON, frame(1, ipv4("93.184.216.34", "93.184.216.35", 6, tcp(443, 0x12))))]
    with pytest.raises(TranscriptError, match="which network") as error:
        read_capture(pcap(tmp_path / "n", nobody))
    assert "--network" in str(error.value.hint)


def test_what_is_beyond_a_router_is_no_device_of_the_link(tmp_path: Path) -> None:
    assert "93.184.216.34" not in {a for d in read_capture(pcap(tmp_path / "c", SOME)).devices for a in d.addresses}


def test_a_capture_that_breaks_off_tells_what_comes_before(tmp_path: Path) -> None:
    whole = pcap(tmp_path / "c", SOME).read_bytes()
    (tmp_path / "cut").write_bytes(whole[:-35])
    found = read_capture(tmp_path / "cut")
    assert found.is_partial
    assert [d.ip for d in found.devices] == ["10.0.0.1", "10.0.0.5"]
    assert "cut off" in found.problems[0].message


def test_what_cannot_be_read_is_said_with_a_hint(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("hello")
    for path, said in (
        (tmp_path / "none", "No such file"),
        (tmp_path / "text", "does not begin as pcap"),
        (tmp_path, "."),
        (pcap(tmp_path / "empty", []), "no packet"),
        (pcap(tmp_path / "wifi", SOME, WIRELESS), "radiotap"),
        (pcap(tmp_path / "usb", SOME, 220), "link type 220"),
    ):
        with pytest.raises(TranscriptError, match=said):
            read_capture(path)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chance=st.randoms(use_true_random=False), is_ng=st.booleans())
def test_no_file_breaks_anything(chance: random.Random, is_ng: bool, tmp_path: Path) -> None:
    data = bytearray((pcapng if is_ng else pcap)(tmp_path / "c", ANSWERS).read_bytes())
    for _ in range(chance.randint(1, 12)):
        at = chance.randrange(len(data))
        match chance.randrange(3):
            case 0:
                data[at] = chance.choice((0, 1, 127, 255, chance.randrange(256)))
            case 1:
                data[at : at + 4] = chance.choice((b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", bytes(4)))
            case _:
                del data[at : at + chance.randint(1, 40)]
    (tmp_path / "c").write_bytes(data)
    with suppress(TranscriptError, TargetError):
        read_capture(tmp_path / "c")


@given(st.binary(max_size=120))
def test_whatever_passes_is_read_or_passed_over(packet: bytes) -> None:
    passing.read(packet)
    passing.read(b"\x45\x00" + packet)


def test_a_flood_of_strangers_costs_no_memory_without_end(tmp_path: Path) -> None:
    flood: Packets = [
        (NOON, frame(n & 255, ipv4(f"10.0.{n >> 8 & 255}.{n & 255}", "10.0.0.1", 6, tcp(22, 0x12)))) for n in range(3000)
    ]
    found = read_capture(pcap(tmp_path / "c", flood), network="10.0.0.0/28")
    assert len(found.devices) <= 14
