"""Frames as a scanner's kernel sends them, for the tests of the simulation."""

from ipaddress import IPv4Address

from netinv.lab import packets
from netinv.lab.packets import Datagram, Packet, Segment

SCANNER = "10.77.0.50"
MAC = bytes.fromhex("54e1ad5c0032")
BROADCAST = b"\xff" * 6


def raw(address: str) -> bytes:
    return IPv4Address(address).packed


def arp(target: str, *, to: bytes = BROADCAST) -> bytes:
    return packets.ARP_FRAME.pack(to, MAC, 0x0806, 1, 0x0800, 6, 4, 1, MAC, raw(SCANNER), b"\0" * 6, raw(target))


def ip(to: bytes, target: str, protocol: int, payload: bytes, ttl: int = 64) -> bytes:
    return to + MAC + b"\x08\0" + packets.ipv4(raw(SCANNER), raw(target), protocol, ttl, payload)


def ping(to: bytes, target: str, ttl: int = 64, data: bytes = b"x" * 16) -> bytes:
    body = b"\x08\0\0\0\x12\x34\0\1" + data
    return ip(to, target, packets.ICMP, body[:2] + packets.checksum(body).to_bytes(2, "big") + body[4:], ttl)


def udp(to: bytes, target: str, port: int, data: bytes = b"") -> bytes:
    return ip(to, target, packets.UDP, packets.udp(raw(SCANNER), raw(target), Datagram(40_000, port, data)))


def tcp(to: bytes, target: str, segment: Segment) -> bytes:
    return ip(to, target, packets.TCP, packets.tcp(raw(SCANNER), raw(target), segment))


def read(frame: bytes) -> Packet:
    packet = packets.read_ipv4(frame[14:])
    assert packet
    return packet
