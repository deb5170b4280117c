"""The simulated devices' IPv6, frame by frame."""

import struct
from ipaddress import IPv6Address

import pytest

from netinv.lab import packets
from netinv.lab.household import SCANNER_MAC, SimulatedDevice, household
from netinv.lab.simulation import Simulation
from netinv.model import MAC

HOME = household()
ROUTER, MAC_BOOK, LAB6 = HOME.truth["10.77.0.1"], HOME.truth["10.77.0.32"], HOME.nodes["2001:db8::40"]
OURS, OUR_GLOBAL = "fe80::56e1:adff:fe5c:32", "2001:db8::50"
GROUP_MAC = MAC("33:33:00:00:00:01")


def raw(mac: MAC | None) -> bytes:
    return bytes.fromhex((mac or "").replace(":", ""))


def frame(source: str, destination: str, message: bytes, to: MAC | None, protocol: int = packets.ICMPV6) -> bytes:
    packet = packets.ipv6(IPv6Address(source).packed, IPv6Address(destination).packed, protocol, 255, message)
    return raw(to) + raw(SCANNER_MAC) + b"\x86\xdd" + packet


def echo(source: str, destination: str, to: MAC | None) -> bytes:
    return frame(source, destination, struct.pack("!BBHHH", 128, 0, 0, 7, 9) + b"cookie", to)


def solicitation(target: str, to: MAC | None = GROUP_MAC) -> bytes:
    group = "ff02::1:ff" + IPv6Address(target).exploded[-7:]
    return frame(OURS, group, struct.pack("!BBHI", 135, 0, 0, 0) + IPv6Address(target).packed, to)


def answers(simulation: Simulation, sent: bytes) -> list[tuple[str, bytes, packets.Packet]]:
    """Source address, source MAC and packet of each answer."""
    found = []
    for _, answer in simulation.hear(sent, 100.0):
        packet = packets.read_ipv6(answer[14:])
        assert packet
        assert answer[:6] == raw(SCANNER_MAC)
        found.append((str(IPv6Address(packet.source)), answer[6:12], packet))
    return found


def is_whole(packet: packets.Packet) -> bool:
    """Whether its checksum, which is over the addresses too, comes out as nought (RFC 4443, 2.3)."""
    pseudo = packet.source + packet.destination + struct.pack("!HH", packet.protocol, len(packet.payload))
    return packets.checksum(pseudo + packet.payload) in (0, 0xFFFF)


def test_everybody_answers_an_echo_to_all_nodes_from_an_address_that_fits_the_asker() -> None:
    simulation = Simulation(HOME)
    near = answers(simulation, echo(OURS, "ff02::1", GROUP_MAC))
    speakers = {id(d): d for d in HOME.nodes.values() if d.ping}.values()
    assert {source for source, _, _ in near} == {d.ipv6[0] for d in speakers}
    assert all(is_whole(packet) for _, _, packet in near)
    assert {packet.payload[:2] + packet.payload[4:] for _, _, packet in near} == {b"\x81\0\0\x07\0\x09cookie"}
    far = {source for source, _, _ in answers(simulation, echo(OUR_GLOBAL, "ff02::1", GROUP_MAC))}
    assert MAC_BOOK.ipv6[-1] in far, "the temporary one"
    assert MAC_BOOK.ipv6[1] not in far
    assert simulation.tally.counts["frames"] == 2


def test_who_is_solicited_says_where_it_is_and_a_router_that_it_is_one() -> None:
    for device, flags in ((ROUTER, 0xE0), (LAB6, 0x60)):
        for target in device.ipv6:
            ((source, mac, packet),) = answers(Simulation(HOME), solicitation(target))
            assert (source, mac) == (target, raw(device.mac))
            assert packet.ttl == 255, "RFC 4861, 7.1.2"
            assert packet.payload[4] == flags
            assert packet.payload[24:] == b"\2\1" + raw(device.mac)
            assert is_whole(packet)
    assert answers(Simulation(HOME), solicitation("fe80::dead")) == []


def test_an_echo_of_its_own_is_answered_by_the_device_whose_mac_it_bears_alone() -> None:
    (answer,) = answers(Simulation(HOME), echo(OURS, LAB6.ipv6[0], LAB6.mac))
    assert answer[0] == LAB6.ipv6[0]
    assert answers(Simulation(HOME), echo(OURS, LAB6.ipv6[0], ROUTER.mac)) == []
    silent = HOME.truth["10.77.0.31"]
    assert answers(Simulation(HOME), echo(OURS, silent.ipv6[0], silent.mac)) == []


def test_ports_answer_over_ipv6() -> None:
    for port, flags in ((22, packets.SYN | packets.ACK), (23, packets.RST | packets.ACK)):
        source, destination = IPv6Address(OUR_GLOBAL).packed, IPv6Address("2001:db8::40").packed
        syn = packets.tcp(source, destination, packets.Segment(40000, port, 1, 0, packets.SYN))
        ((_, _, packet),) = answers(Simulation(HOME), frame(OUR_GLOBAL, "2001:db8::40", syn, LAB6.mac, packets.TCP))
        segment = packets.read_tcp(packet.payload)
        assert segment
        assert segment.flags == flags
        assert is_whole(packet)


@pytest.mark.parametrize("kind", [133, 134, 136, 143])
def test_what_every_kernel_says_unasked_is_no_question(kind: int) -> None:
    simulation = Simulation(HOME)
    assert simulation.hear(frame(OURS, "ff02::16", bytes((kind,)) + bytes(23), GROUP_MAC), 1.0) == []
    assert simulation.hear(frame(OURS, "ff02::16", bytes(24), GROUP_MAC, protocol=0), 1.0) == []
    assert simulation.tally.counts["frames"] == 0
    assert simulation.tally.kinds["ipv6"] == 2


def test_a_device_that_has_ipv6_only_is_not_among_those_with_ipv4() -> None:
    assert LAB6.address not in HOME.truth
    assert LAB6.address not in HOME.far
    assert LAB6.addresses == ("2001:db8::40", "fe80::5054:ff:fe1c:6be8")
    assert isinstance(LAB6, SimulatedDevice)
