"""The virtual LAN on a real interface, asked by the kernel's own clients."""

import os
import select
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable

import dns.message
import dns.query
import dns.rcode
import dns.reversename
import pytest

from netinv import lab
from netinv.lab import namespace, ordinary, packets
from netinv.lab.household import SCANNER_MAC
from tests.lab import frames

IP_RECVTTL = 12  # linux/in.h; Python has it since 3.14
Crowd = Callable[..., lab.Lan]


def ping(address: str, *, timeout: float = 2.0) -> tuple[str, int]:
    """One echo request by an ordinary user's socket: who answered, and the TTL of the answer."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP) as pinger:
        pinger.setsockopt(socket.IPPROTO_IP, IP_RECVTTL, 1)
        pinger.settimeout(timeout)
        pinger.sendto(struct.pack("!BBHHH", 8, 0, 0, 0, 1) + b"netinv", (address, 0))
        reply, ancillary, _, sender = pinger.recvmsg(100, 100)
        assert reply[8:] == b"netinv"
        return sender[0], int.from_bytes(ancillary[0][2], sys.byteorder)


def mac_of(address: str) -> str | None:
    """What the kernel's neighbour table says."""
    from pyroute2 import IPRoute

    with IPRoute() as netlink:
        return next((n.get_attr("NDA_LLADDR") for n in netlink.get_neighbours(dst=address)), None)


def test_the_interface_is_up_with_its_address_and_route(lan: lab.Lan) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect((lan.gateway, 9))
        assert probe.getsockname()[0] == lan.address
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as wire:
        wire.bind((lan.interface, 0))
        assert wire.getsockname()[4].hex(":") == SCANNER_MAC


def test_the_kernel_resolves_and_pings_devices(lan: lab.Lan) -> None:
    for address in ("10.77.0.1", "10.77.0.30", "10.77.0.21"):
        assert ping(address) == (address, lan.truth[address].ttl)
        assert mac_of(address) == lan.truth[address].mac
    counters = lan.counters()
    assert counters.asked["icmp"] == {"10.77.0.1": 1, "10.77.0.30": 1, "10.77.0.21": 1}
    assert counters.answered == 3


def test_what_is_behind_the_router_is_one_hop_further(lan: lab.Lan) -> None:
    assert ping("10.88.0.10") == ("10.88.0.10", lan.far["10.88.0.10"].ttl - 1)
    assert mac_of("10.88.0.10") is None


def test_silence_where_there_is_nobody(lan: lab.Lan) -> None:
    with pytest.raises(OSError, match=r"timed out|No route"):
        ping("10.77.0.99", timeout=0.1)
    with pytest.raises(TimeoutError):
        ping("10.77.0.31", timeout=0.1)
    assert mac_of("10.77.0.31") == lan.truth["10.77.0.31"].mac


def test_a_client_hears_banners_and_answers(lan: lab.Lan) -> None:
    with socket.create_connection(("10.77.0.12", 22), 2) as client:
        assert client.recv(100).startswith(b"SSH-2.0-OpenSSH_8.4p1 Raspbian")
    with socket.create_connection(("10.77.0.20", 80), 2) as client:
        client.sendall(b"GET / HTTP/1.0\r\n\r\n")
        heard = b"".join(iter(lambda: client.recv(4096), b""))
    assert b"HP LaserJet MFP M428fdw" in heard
    assert lan.counters().forbidden_connects == 0


def test_an_answer_larger_than_a_frame_arrives_whole(crowd: Crowd) -> None:
    body = "HTTP/1.0 200 OK\r\n\r\n" + "0123456789" * 1000
    home = crowd(hosts=2, tcp={80: body})
    address = next(a for a in home.truth if a != home.gateway)
    with socket.create_connection((address, 80), 2) as client:
        client.sendall(b"x" * 20_000)  # more than one frame this way, too
        heard = b"".join(iter(lambda: client.recv(65_536), b""))
    assert heard.decode() == body


def test_a_client_is_refused_by_a_closed_port_and_ignored_by_a_filtered_one(lan: lab.Lan) -> None:
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("10.77.0.12", 23), 2)
    with pytest.raises(TimeoutError):
        socket.create_connection(("10.77.0.30", 23), 0.1)


def test_a_byte_to_a_printing_port_is_held_against_the_sender(lan: lab.Lan) -> None:
    with socket.create_connection(("10.77.0.20", 9100), 2) as client:
        client.sendall(b"hello")
        client.shutdown(socket.SHUT_WR)
        assert client.recv(1) == b""
    counters = lan.counters()
    assert (counters.forbidden_connects, counters.forbidden_bytes) == (1, 5)


def test_a_closed_udp_port_is_refused(lan: lab.Lan) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(2)
        client.connect(("10.77.0.12", 9))
        client.send(b"?")
        with pytest.raises(ConnectionRefusedError):
            client.recv(1)


def test_the_router_names_devices(lan: lab.Lan) -> None:
    question = dns.message.make_query(dns.reversename.from_address("10.77.0.10"), "PTR")
    answer = dns.query.udp(question, lan.gateway, timeout=2)
    assert answer.answer[0][0].target.to_text() == "diskstation.lan."
    assert lan.counters().kinds["dns"] == 1


def test_the_system_resolver_asks_the_router(lan: lab.Lan) -> None:
    asked = lan.run([sys.executable, "-c", "import socket; print(socket.gethostbyaddr('10.77.0.10')[0])"])
    assert asked.stdout.strip() == "diskstation.lan", asked.stderr


def test_a_silent_and_a_refusing_resolver_can_be_had(crowd: Crowd) -> None:
    question = dns.message.make_query("router.crowd.lan", "A")
    with pytest.raises(dns.exception.Timeout):
        dns.query.udp(question, crowd(hosts=1, dns="silent").gateway, timeout=0.1)
    answer = dns.query.udp(question, crowd(hosts=1, network="10.10.0.0/24", dns="refuses").gateway, timeout=2)
    assert answer.rcode() == dns.rcode.REFUSED


def test_several_lans_live_side_by_side(lan: lab.Lan, crowd: Crowd) -> None:
    other = crowd(hosts=5)
    assert {lan.interface, other.interface} == {"lan0", "lan1"}
    assert ping(lan.gateway)[0] == lan.gateway
    assert ping(other.gateway)[0] == other.gateway
    assert lan.counters().asked["icmp"] == {lan.gateway: 1}
    assert other.counters().asked["icmp"] == {other.gateway: 1}


@pytest.mark.quiet
@pytest.mark.lab
def test_a_lan_begins_quickly_and_leaves_nothing() -> None:
    began = time.monotonic()
    with lab.lan() as home:
        pid = home.pid
        assert time.monotonic() - began < 0.4
    assert home.counters().frames == home.counters().strays == 0
    assert home.pid == 0
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    namespace.verify()  # no interface but loopback


def flood(interface: str, questions: list[bytes], rate: float) -> int:
    """Send at a steady rate and read meanwhile; how many different ARP answers came."""
    answers = set()
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as wire:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 * 1024 * 1024)
        wire.bind((interface, packets.ARP))
        began = time.monotonic()
        for number, question in enumerate(questions):
            while (wait := began + number / rate - time.monotonic()) > 0:
                if select.select([wire], [], [], wait)[0]:
                    answers.add(wire.recv(100)[22:32])
            wire.send(question)
        while select.select([wire], [], [], 0.3)[0]:
            answers.add(wire.recv(100)[22:32])
    return len(answers)


@pytest.mark.quiet
def test_it_answers_five_thousand_questions_a_second(crowd: Crowd) -> None:
    home = crowd(hosts=1000, network="10.9.0.0/22")
    assert flood(home.interface, [frames.arp(str(a)) for a in home.household.network] * 2, 5000) == 1000
    counters = home.counters()
    assert counters.kinds["arp"] == 2048
    assert set(counters.asked["arp"].values()) == {2}
    assert counters.replies == 2000
    assert counters.dropped == counters.unsent == counters.errors == 0
    assert 4000 < counters.peak("arp", "100ms") < 9000


def test_loss_is_as_told_and_seeded(crowd: Crowd) -> None:
    def answered(seed: int, network: str) -> int:
        home = crowd(hosts=200, network=network, seed=seed, loss_in=0.2)
        return flood(home.interface, [frames.arp(a) for a in home.truth], 5000)

    first = answered(1, "10.9.0.0/24")
    assert 120 < first < 190
    assert answered(1, "10.10.0.0/24") == first


def test_hostile_frames_do_not_end_it(lan: lab.Lan) -> None:
    router = bytes.fromhex((lan.truth[lan.gateway].mac or "").replace(":", ""))
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as wire:
        wire.bind((lan.interface, 0))
        for frame in (
            b"\xff" * 14,
            frames.arp("10.77.0.1")[:30],
            router + frames.MAC + b"\x08\0" + b"\x4f" * 60,
            frames.ip(router, "10.77.0.1", packets.TCP, b"\0" * 20),
            frames.udp(router, "10.77.0.1", 53, b"\xc0\x0c" * 250),
            frames.ip(router, "10.77.0.1", packets.ICMP, b"\x08\0"),
            frames.ip(b"\xff" * 6, "255.255.255.255", packets.UDP, b"\0" * 8),
        ):
            wire.send(frame)
    assert ping(lan.gateway)[0] == lan.gateway
    counters = lan.counters()
    assert counters.kinds["malformed"] >= 2
    assert counters.errors == 0


@pytest.mark.lab
def test_what_one_lan_left_unfinished_does_not_reach_the_next() -> None:
    with lab.lan():
        client = socket.create_connection(("10.77.0.12", 22), 2)
    client.close()  # too late for anybody to hear of it: the kernel keeps trying
    with lab.lan() as home:
        ping(home.gateway)
        assert set(home.counters().asked) == {"arp", "icmp"}
        assert set(home.counters().asked["arp"]) == {home.gateway}


def test_counts_begin_again_after_a_reset(lan: lab.Lan) -> None:
    ping(lan.gateway)
    lan.reset()
    assert lan.counters().frames == 0
    ping(lan.gateway)
    assert lan.counters().asked["icmp"] == {lan.gateway: 1}


@pytest.mark.lab
def test_counts_outlive_the_lan() -> None:
    with lab.lan() as home:
        ping(home.gateway)
    assert home.counters().asked["icmp"] == {home.gateway: 1}


def test_a_sleeping_phone_is_heard_by_whoever_asks_twice(lan: lab.Lan) -> None:
    assert flood(lan.interface, [frames.arp("10.77.0.40")], 10) == 0
    assert flood(lan.interface, [frames.arp("10.77.0.40")], 10) == 1


def test_an_address_conflict_shows_both_macs(lan: lab.Lan) -> None:
    assert flood(lan.interface, [frames.arp("10.77.0.34")], 10) == 2


@pytest.mark.lab
def test_a_lan_does_not_outlive_its_process() -> None:
    code = """
from netinv.lab import lan, namespace
namespace.enter()
with lan() as home:
    print("up", flush=True)
    input()
"""
    with ordinary.popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"up\n"
        process.kill()
        assert process.stdout.read() == b"", "the responder still holds the output open"
