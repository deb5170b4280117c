"""What passes between two others, as only a capture shows it: of each packet just what it tells of its sender."""

import socket
import struct
from ipaddress import ip_address
from typing import Literal, NamedTuple

_TCP, _ICMP = 6, 1
_FLAGS, _SYN_ACK, _RST_ACK = 0x17, 0x12, 0x14
"""FIN, SYN, RST and ACK; a connection accepted; and one refused (RFC 9293, 3.1 and 3.5)."""
_IPV4 = struct.Struct("!BxHxxHBBxx4s4s")
_IPV6 = struct.Struct("!B3xHBB16s16x")


class Passed(NamedTuple):
    """What a packet tells."""

    source: str
    said: Literal["seen", "open", "closed", "echo"]
    """It was sent at all; a port answered; or a ping."""
    port: int = 0
    ttl: int = 0
    """Of an echo reply."""


def read(packet: bytes) -> Passed | None:
    """An IP packet from one host to another (RFC 791, 3.1; RFC 8200, 3); None for what is none, or of a source no host can be."""
    if packet[:1] and packet[0] >> 4 == 6:
        return _read_ipv6(packet)
    if len(packet) < _IPV4.size:
        return None
    head, length, fragment, ttl, protocol, source, _ = _IPV4.unpack_from(packet)
    header = (head & 15) * 4
    address = ip_address(source)
    if head >> 4 != 4 or not 20 <= header <= length or address.is_multicast or address.is_loopback or address.is_reserved:
        return None
    if address.is_unspecified or not ttl:
        return None
    from_whom, body = socket.inet_ntoa(source), packet[header:length]
    if fragment & 0x1FFF == 0:
        if protocol == _TCP and (answered := _read_tcp(from_whom, body)):
            return answered
        if protocol == _ICMP and len(body) >= 8 and body[:2] == b"\0\0":  # echo reply (RFC 792, p. 14)
            return Passed(from_whom, "echo", 0, ttl)
    return Passed(from_whom, "seen")


def _read_ipv6(packet: bytes) -> Passed | None:
    if len(packet) < _IPV6.size:
        return None
    _, length, protocol, hops, source = _IPV6.unpack_from(packet)
    address = ip_address(source)
    if address.is_multicast or address.is_loopback or address.is_unspecified or not hops:
        return None
    body = packet[_IPV6.size : _IPV6.size + length]
    answered = _read_tcp(str(address), body) if protocol == _TCP else None
    return answered or Passed(str(address), "seen")


def _read_tcp(source: str, body: bytes) -> Passed | None:
    """Whether a port was opened or refused; None for any other segment."""
    if len(body) < 14 or (flags := body[13] & _FLAGS) not in (_SYN_ACK, _RST_ACK):
        return None
    # Only what answers a first word refuses it: later a reset ends what was open.
    is_first = flags == _SYN_ACK or body[4:8] == b"\0\0\0\0"
    port = int.from_bytes(body[:2], "big")
    return Passed(source, "open" if flags == _SYN_ACK else "closed", port) if is_first and port else None
