"""Frames in, frames out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.lab import packets
from netinv.lab.counters import Counters
from netinv.lab.household import household
from netinv.lab.packets import ACK, RST, SYN, Segment
from netinv.lab.simulation import Simulation
from netinv.model import MAC
from tests.lab import frames

HOME = household()


def mac(address: str) -> bytes:
    return bytes.fromhex((HOME.truth[address].mac or MAC("")).replace(":", ""))


ROUTER = mac(HOME.gateway)


@pytest.fixture
def simulation() -> Simulation:
    return Simulation(HOME)


def heard(simulation: Simulation) -> Counters:
    return Counters(**simulation.tally.reading())


@pytest.mark.parametrize("address", HOME.truth)
def test_each_device_answers_arp_for_its_own_address(simulation: Simulation, address: str) -> None:
    answers = [frame for at in (0.0, 1.0) for _, frame in simulation.hear(frames.arp(address), at)]
    device = HOME.truth[address]
    told = {packets.ARP_FRAME.unpack(frame)[8] for frame in answers}
    assert told == {bytes.fromhex(m.replace(":", "")) for m in (device.mac, device.also_mac) if m}
    for frame in answers:
        to, sender, kind, *_, operation, sha, spa, tha, tpa = packets.ARP_FRAME.unpack(frame)
        assert (to, kind, operation, tha) == (frames.MAC, packets.ARP, 2, frames.MAC)
        assert (sender, spa, tpa) == (sha, frames.raw(address), frames.raw(frames.SCANNER))


@pytest.mark.parametrize("address", ["10.77.0.99", "10.77.0.50", "10.88.0.10", "192.0.2.1", "0.0.0.0"])
def test_nobody_answers_arp_for_an_address_that_is_nobodys(simulation: Simulation, address: str) -> None:
    assert simulation.hear(frames.arp(address), 0.0) == []


def test_unicast_arp_is_answered_by_the_one_asked_only(simulation: Simulation) -> None:
    assert len(simulation.hear(frames.arp("10.77.0.1", to=ROUTER), 0.0)) == 1
    assert simulation.hear(frames.arp("10.77.0.1", to=mac("10.77.0.2")), 0.0) == []


def test_a_ping_comes_back_as_it_went_with_the_ttl_of_the_device(simulation: Simulation) -> None:
    for address, ttl in (("10.77.0.1", 64), ("10.77.0.30", 128), ("10.77.0.21", 255)):
        ((_, frame),) = simulation.hear(frames.ping(mac(address), address, data=b"hello"), 0.0)
        reply = frames.read(frame)
        assert frame[:14] == frames.MAC + mac(address) + b"\x08\0"
        assert (reply.source, reply.ttl) == (frames.raw(address), ttl)
        assert reply.payload[:2] == b"\0\0"
        assert reply.payload[4:] == b"\x12\x34\0\1hello"


def test_a_device_that_ignores_pings_ignores_them(simulation: Simulation) -> None:
    assert simulation.hear(frames.ping(mac("10.77.0.31"), "10.77.0.31"), 0.0) == []


def test_nobody_answers_under_anothers_hardware_address(simulation: Simulation) -> None:
    assert simulation.hear(frames.ping(mac("10.77.0.2"), "10.77.0.1"), 0.0) == []
    assert simulation.hear(frames.ping(frames.BROADCAST, "10.77.0.1"), 0.0) == []


def test_the_router_passes_on_what_is_for_beyond_and_takes_one_from_the_ttl(simulation: Simulation) -> None:
    ((_, frame),) = simulation.hear(frames.ping(ROUTER, "10.88.0.20"), 0.0)
    assert frame[6:12] == ROUTER
    assert (frames.read(frame).source, frames.read(frame).ttl) == (frames.raw("10.88.0.20"), 127)


@pytest.mark.parametrize(
    ("target", "ttl", "error"),
    [("10.88.0.10", 1, (11, 0)), ("10.88.0.99", 64, (3, 1)), ("192.0.2.1", 64, (3, 0))],
    ids=["time exceeded", "no such host", "no such network"],
)
def test_the_router_says_what_it_cannot_pass_on(simulation: Simulation, target: str, ttl: int, error: tuple[int, int]) -> None:
    question = frames.ping(ROUTER, target, ttl)
    ((_, frame),) = simulation.hear(question, 0.0)
    reply = frames.read(frame)
    assert (reply.source, tuple(reply.payload[:2])) == (frames.raw("10.77.0.1"), error)
    assert reply.payload[8:] == question[14 : 14 + 28]


def test_a_closed_udp_port_is_told_by_icmp_where_the_device_does_so(simulation: Simulation) -> None:
    ((_, frame),) = simulation.hear(frames.udp(mac("10.77.0.12"), "10.77.0.12", 9), 0.0)
    assert tuple(frames.read(frame).payload[:2]) == (3, 3)
    assert simulation.hear(frames.udp(mac("10.77.0.71"), "10.77.0.71", 9), 0.0) == []


def test_a_port_is_open_closed_or_filtered(simulation: Simulation) -> None:
    def flags(address: str, port: int) -> list[int]:
        question = frames.tcp(mac(address), address, Segment(40_000, port, 1, 0, SYN))
        return [s.flags for _, f in simulation.hear(question, 0.0) if (s := packets.read_tcp(frames.read(f).payload))]

    assert flags("10.77.0.12", 22) == [SYN | ACK]
    assert flags("10.77.0.12", 23) == [RST | ACK]
    assert flags("10.77.0.30", 445) == [SYN | ACK]
    assert flags("10.77.0.30", 23) == []


def test_every_word_to_a_printing_port_is_counted(simulation: Simulation) -> None:
    printer = mac("10.77.0.20")
    simulation.hear(frames.tcp(printer, "10.77.0.20", Segment(40_000, 9100, 1, 0, SYN)), 0.0)
    simulation.hear(frames.tcp(printer, "10.77.0.20", Segment(40_000, 9100, 2, 1, ACK, b"GET /")), 0.0)
    simulation.hear(frames.udp(printer, "10.77.0.20", 515, b"ab"), 0.0)
    simulation.hear(frames.tcp(printer, "10.77.0.20", Segment(40_000, 631, 1, 0, SYN)), 0.0)
    counters = heard(simulation)
    assert (counters.forbidden_connects, counters.forbidden_bytes) == (2, 7)


def test_frames_are_counted_for_what_they_are(simulation: Simulation) -> None:
    for frame in (
        frames.arp("10.77.0.1"),
        frames.ping(ROUTER, "10.77.0.1"),
        frames.udp(ROUTER, "10.77.0.1", 53, b"?"),
        frames.udp(b"\x01\0\x5e\0\0\xfb", "224.0.0.251", 5353),
        frames.ping(ROUTER, "192.0.2.1"),
        frames.arp("192.0.2.1"),
        b"\x33\x33" + b"\0" * 10 + b"\x86\xdd" + b"\0" * 40,
        b"\0" * 12 + b"\x08\0rubbish",
        b"short",
        b"\0" * 12 + b"\x88\xcc" + b"\0" * 40,
    ):
        simulation.hear(frame, 0.0)
    counters = heard(simulation)
    assert counters.frames == 6
    assert counters.kinds == {
        "arp": 2, "arp_broadcast": 2, "icmp": 2, "udp": 2, "dns": 1, "group": 1, "ipv6": 1, "malformed": 2, "other": 1,
    }  # fmt: skip
    assert counters.asked["arp"] == {"10.77.0.1": 1, "192.0.2.1": 1}
    assert counters.strays == 2
    assert counters.errors == 0


@given(st.binary(max_size=120))
def test_no_bytes_upset_it(data: bytes) -> None:
    simulation = Simulation(HOME)
    for head in (b"", ROUTER + frames.MAC + b"\x08\0", ROUTER + frames.MAC + b"\x08\x06", ROUTER + frames.MAC + b"\x08\0\x45"):
        simulation.hear(head + data, 0.0)
    assert heard(simulation).errors == 0


@given(st.data())
def test_no_broken_frame_upsets_it(data: st.DataObject) -> None:
    simulation = Simulation(HOME)
    good = data.draw(
        st.sampled_from(
            [
                frames.arp("10.77.0.1"),
                frames.ping(ROUTER, "10.77.0.1"),
                frames.udp(ROUTER, "10.77.0.1", 53, b"\0\1\1\0\0\1\0\0\0\0\0\0\0\0\1\0\1"),
                frames.tcp(ROUTER, "10.77.0.1", Segment(40_000, 80, 1, 0, SYN)),
                frames.ping(ROUTER, "10.88.0.10", ttl=1),
            ]
        )
    )
    broken = bytearray(good[: data.draw(st.integers(0, len(good)))])
    for _ in range(data.draw(st.integers(0, 4)) if broken else 0):
        broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
    simulation.hear(bytes(broken), 0.0)
    assert heard(simulation).errors == 0
