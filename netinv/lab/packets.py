"""Ethernet, ARP, IPv4, ICMP, UDP and TCP as bytes, for the simulated devices' side of the wire.

Structs of the standard library: the responder answers thousands of frames a second, which packet objects are too slow for,
and a simulation that shared its codec with the program under test would share its mistakes.
"""

import struct
from typing import NamedTuple

ARP, IPV4, IPV6 = 0x0806, 0x0800, 0x86DD
ICMP, TCP, UDP, ICMPV6 = 1, 6, 17, 58
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16

_IPV6 = struct.Struct("!IHBB16s16s")
_IPV4 = struct.Struct("!BBHHHBBH4s4s")
_TCP = struct.Struct("!HHIIBBHHH")
_UDP = struct.Struct("!HHHH")
_MSS = struct.pack("!BBH", 2, 4, 1460)
ARP_FRAME = struct.Struct("!6s6sHHHBBH6s4s6s4s")
"""Ethernet and ARP in one (RFC 826): destination, source, type, then the ARP fields from hardware type to target address."""


class Packet(NamedTuple):
    """An IPv4 packet (RFC 791), whole and not a fragment, or an IPv6 packet (RFC 8200) without extension headers."""

    source: bytes
    destination: bytes
    protocol: int
    ttl: int
    payload: bytes
    raw: bytes


class Datagram(NamedTuple):
    """A UDP datagram (RFC 768)."""

    source_port: int
    port: int
    data: bytes


class Segment(NamedTuple):
    """A TCP segment (RFC 9293, 3.1), without its options."""

    source_port: int
    port: int
    seq: int
    ack: int
    flags: int
    data: bytes = b""


def checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071): the ones' complement of a sum in arithmetic modulo 65,535."""
    if len(data) % 2:
        data += b"\0"
    return 0xFFFF - int.from_bytes(data, "big") % 0xFFFF


def read_ipv4(data: bytes) -> Packet | None:
    """None for what is no whole IPv4 packet.

    Checksums are not looked at: the kernel leaves them to the hardware, of which a veth has none.
    """
    if len(data) < 20:
        return None
    head, _, length, _, fragment, ttl, protocol, _, source, destination = _IPV4.unpack_from(data)
    header = (head & 15) * 4
    if head >> 4 != 4 or fragment & 0x3FFF or not 20 <= header <= length <= len(data):
        return None
    return Packet(source, destination, protocol, ttl, data[header:length], data[:length])


def ipv4(source: bytes, destination: bytes, protocol: int, ttl: int, payload: bytes) -> bytes:
    """One packet, not to be fragmented."""
    header = _IPV4.pack(0x45, 0, 20 + len(payload), 0, 0x4000, ttl, protocol, 0, source, destination)
    return header[:10] + checksum(header).to_bytes(2, "big") + header[12:] + payload


def read_ipv6(data: bytes) -> Packet | None:
    """None for what is no whole IPv6 packet; where there are extension headers, the first of them is the protocol."""
    if len(data) < _IPV6.size:
        return None
    head, length, protocol, hops, source, destination = _IPV6.unpack_from(data)
    end = _IPV6.size + length
    if head >> 28 != 6 or end > len(data):
        return None
    return Packet(source, destination, protocol, hops, data[_IPV6.size : end], data[:end])


def ipv6(source: bytes, destination: bytes, protocol: int, hops: int, payload: bytes) -> bytes:
    """One packet."""
    return _IPV6.pack(6 << 28, len(payload), protocol, hops, source, destination) + payload


def icmpv6(source: bytes, destination: bytes, message: bytes) -> bytes:
    """A message with its checksum, which is over the addresses too (RFC 4443, 2.3)."""
    plain = message[:2] + bytes(2) + message[4:]
    return plain[:2] + _transport_sum(source, destination, ICMPV6, plain).to_bytes(2, "big") + plain[4:]


def echo_reply(request: bytes) -> bytes:
    """The answer to an ICMP echo request: the same with type 0 (RFC 792)."""
    return b"\0\0" + checksum(b"\0\0\0\0" + request[4:]).to_bytes(2, "big") + request[4:]


def icmp_error(kind: int, code: int, about: Packet) -> bytes:
    """An ICMP error: type, code, and the head of the packet it is about with 8 bytes of its payload (RFC 792)."""
    quoted = about.raw[: len(about.raw) - len(about.payload) + 8]
    body = struct.pack("!BBHI", kind, code, 0, 0) + quoted
    return body[:2] + checksum(body).to_bytes(2, "big") + body[4:]


def read_udp(payload: bytes) -> Datagram | None:
    """None for what is no whole datagram."""
    if len(payload) < 8:
        return None
    source_port, port, length, _ = _UDP.unpack_from(payload)
    return Datagram(source_port, port, payload[8:length]) if 8 <= length <= len(payload) else None


def udp(source: bytes, destination: bytes, datagram: Datagram) -> bytes:
    """A datagram, with its checksum over the addresses too."""
    body = _UDP.pack(datagram.source_port, datagram.port, 8 + len(datagram.data), 0) + datagram.data
    # A sum of zero would say that there is none (RFC 768).
    return body[:6] + (_transport_sum(source, destination, UDP, body) or 0xFFFF).to_bytes(2, "big") + body[8:]


def read_tcp(payload: bytes) -> Segment | None:
    """None for what is no segment."""
    if len(payload) < 20:
        return None
    source_port, port, seq, ack, offset, flags, _, _, _ = _TCP.unpack_from(payload)
    header = (offset >> 4) * 4
    return Segment(source_port, port, seq, ack, flags, payload[header:]) if 20 <= header <= len(payload) else None


def is_syn(packet: Packet) -> bool:
    """Whether it asks for a connection."""
    return packet.protocol == TCP and len(packet.payload) > 13 and packet.payload[13] & (SYN | ACK | RST) == SYN


def tcp(source: bytes, destination: bytes, segment: Segment) -> bytes:
    """A segment, with its checksum over the addresses too; a SYN says how long a segment we take (RFC 9293, 3.7.1)."""
    options = _MSS if segment.flags & SYN else b""
    ports = (segment.source_port, segment.port, segment.seq & 0xFFFFFFFF, segment.ack & 0xFFFFFFFF)
    body = _TCP.pack(*ports, (5 + len(options) // 4) << 4, segment.flags, 0xFFFF, 0, 0) + options + segment.data
    return body[:16] + _transport_sum(source, destination, TCP, body).to_bytes(2, "big") + body[18:]


def _transport_sum(source: bytes, destination: bytes, protocol: int, body: bytes) -> int:
    return checksum(source + destination + struct.pack("!HH", protocol, len(body)) + body)
