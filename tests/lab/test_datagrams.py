"""What simulated devices say over UDP: to whom, and only to questions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.lab import packets
from netinv.lab.datagrams import PORTS, answers, hears
from netinv.lab.household import SimulatedDevice, household
from netinv.lab.simulation import Simulation
from tests.lab import frames

HOME = household()
SPEAKERS = [(d, p) for d in HOME.devices for p in d.udp]


def test_there_is_somebody_for_each_protocol() -> None:
    assert {protocol for _, protocol in SPEAKERS if protocol in PORTS} == set(PORTS)


@given(st.sampled_from(SPEAKERS), st.binary(max_size=300))
def test_noise_is_no_question(speaker: tuple[SimulatedDevice, str], noise: bytes) -> None:
    device, protocol = speaker
    if protocol in PORTS:
        assert answers(device, PORTS[protocol], noise) == ()


def test_a_search_reaches_those_who_listen_to_the_group_and_each_answers_the_asker() -> None:
    search = b'M-SEARCH * HTTP/1.1\r\nMAN: "ssdp:discover"\r\nST: upnp:rootdevice\r\n\r\n'
    simulation = Simulation(HOME)
    heard = simulation.hear(frames.udp(b"\x01\0\x5e\x7f\xff\xfa", "239.255.255.250", 1900, search), 0.0)
    replies = [frames.read(frame) for _, frame in heard]
    assert {reply.source for reply in replies} == {frames.raw(a) for a, d in HOME.truth.items() if "ssdp" in d.udp}
    for reply in replies:
        datagram = packets.read_udp(reply.payload)
        assert datagram
        assert datagram.source_port == 1900
        assert datagram.data.startswith(b"HTTP/1.1 200 OK\r\n")
    assert Simulation(HOME).hear(frames.udp(b"\x01\0\x5e\x7f\xff\xfa", "239.255.255.250", 1901, search), 0.0) == []


@pytest.mark.parametrize(("group", "port", "reaches"), [("239.255.255.250", 1900, True), ("", 1900, False), ("", 9999, True)])
def test_a_broadcast_reaches_what_makers_made_up_and_a_group_its_own_protocol(group: str, port: int, reaches: bool) -> None:
    device = SimulatedDevice("10.0.0.1", udp={"ssdp": {}, "9999": "hello"})
    assert hears(device, group, port) is reaches
    assert answers(device, 9999, b"?") == (b"hello",)
