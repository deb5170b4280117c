"""Bytes of the simulated side: right by scapy's judgement, and read without a complaint whatever they are."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netinv.lab import packets
from netinv.lab.packets import Datagram, Segment
from tests.lab import frames

A, B = frames.raw("10.77.0.1"), frames.raw("10.77.0.50")


def rebuilt(packet: bytes) -> bytes:
    """The packet as scapy writes it, with all its checksums computed anew."""
    from scapy.layers.inet import IP, TCP, UDP

    seen = IP(packet)
    for layer in (IP, TCP, UDP):
        if layer in seen:
            del seen[layer].chksum
    return bytes(seen)


@settings(deadline=None)  # scapy, when it is first loaded
@given(st.binary(max_size=60), st.integers(0, 65535), st.integers(0, 2**32 - 1))
def test_scapy_finds_every_checksum_right(data: bytes, port: int, seq: int) -> None:
    for protocol, payload in (
        (packets.UDP, packets.udp(A, B, Datagram(53, port, data))),
        (packets.TCP, packets.tcp(A, B, Segment(80, port, seq, 7, packets.ACK, data))),
        (packets.TCP, packets.tcp(A, B, Segment(80, port, seq, 7, packets.SYN | packets.ACK))),
    ):
        packet = packets.ipv4(A, B, protocol, 64, payload)
        assert packet == rebuilt(packet)


def test_a_checksum_is_that_of_rfc_1071() -> None:
    assert packets.checksum(bytes.fromhex("0001f203f4f5f6f7")) == 0xFFFF - 0xDDF2  # the example of its section 3
    assert packets.checksum(b"\x12") == packets.checksum(b"\x12\0")


@given(st.binary(max_size=40))
def test_an_echo_reply_sums_to_nothing(data: bytes) -> None:
    assert packets.checksum(packets.echo_reply(b"\x08\0\xab\xcd\0\1\0\2" + data)) in (0, 0xFFFF)


@given(st.binary(max_size=80))
def test_any_bytes_can_be_read(data: bytes) -> None:
    packets.read_ipv4(data)
    packets.read_ipv4(b"\x45" + data)
    packets.read_udp(data)
    packets.read_tcp(data)


def test_what_is_written_can_be_read_back() -> None:
    datagram, segment = Datagram(1, 2, b"abc"), Segment(1, 2, 3, 4, packets.ACK, b"abc")
    packet = packets.read_ipv4(packets.ipv4(A, B, packets.UDP, 9, packets.udp(A, B, datagram)) + b"padding")
    assert packet
    assert (packet.source, packet.destination, packet.ttl) == (A, B, 9)
    assert packets.read_udp(packet.payload) == datagram
    assert packets.read_tcp(packets.tcp(A, B, segment)) == segment


@pytest.mark.parametrize("field", [0x2000, 0x0001])
def test_a_fragment_is_not_a_packet(field: int) -> None:
    packet = bytearray(packets.ipv4(A, B, packets.UDP, 64, b"x" * 8))
    packet[6:8] = field.to_bytes(2, "big")
    assert packets.read_ipv4(bytes(packet)) is None
