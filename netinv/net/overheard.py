"""What passes by, as far as any device may hear it: one frame, checked and stripped of its headers."""

import socket
import struct
from typing import Literal, NamedTuple

from netinv.model import MAC

Topic = Literal["arp", "cdp", "dhcp", "findhost", "ip", "lldp", "mdns", "nd", "netbios", "ra", "ssdp", "tcp", "udp"]
"""What devices say to everybody on the link; `nd` is IPv6 neighbour discovery, `ra` a router's advertisement.

The others are what they say to each other, which only a capture file holds. `ip`: whole packets, those alone that tell of their
sender; `udp` and `tcp`: what they answer (see `turns`).
"""

PORTS: dict[int, Topic] = {
    67: "dhcp",  # RFC 2131, 4.1
    68: "dhcp",
    137: "netbios",  # RFC 1002, 4.2 and 4.4
    138: "netbios",
    1900: "ssdp",  # UPnP Device Architecture 2.0, 1.1
    5353: "mdns",  # RFC 6762, 3
    9999: "findhost",  # Synology's, which answers everybody
}
"""UDP ports that devices send to unasked, or answer everybody at, by destination."""

ARP, IPV4, IPV6, LLDP = 0x0806, 0x0800, 0x86DD, 0x88CC
CDP = bytes.fromhex("aaaa0300000c2000")
"""IEEE 802.2 LLC and SNAP of Cisco's discovery protocol, in the place of an EtherType."""
ND: dict[int, Topic] = {133: "nd", 134: "ra", 135: "nd", 136: "nd"}
"""ICMPv6 types (RFC 4861, 4): router solicitation and advertisement, neighbour solicitation and advertisement."""
LONGEST = 1518
"""Bytes of a frame (IEEE 802.3, 3.2.7, with a tag); of a longer one only these are read."""

_UDP, _ICMPV6 = 17, 58
_HOPS = 255
"""Neighbour discovery that has passed a router is forged (RFC 4861, 6.1.2 and 7.1)."""
_ETHERNET = 14
_IPV4_HEADER = struct.Struct("!BxHxxHxBxx4s4x")
_IPV6_HEADER = struct.Struct("!BxxxHBB16s16x")
_UDP_HEADER = struct.Struct("!HHHxx")


class Overheard(NamedTuple):
    """Something said to everybody, and by whom."""

    topic: Topic
    mac: MAC | None
    """The Ethernet source; None where the system shows no frames."""
    source: str | None
    """The sender's IP address; None for what is not IP, or from a device that has none yet."""
    payload: bytes
    """The message itself: from the ARP header, the LLDP data unit, the CDP version, the ICMPv6 type, or the UDP payload; of `tcp`
    what a server said in one turn."""
    port: int = 0
    """Of `udp` and `tcp`: from which the answer comes."""
    asked: bytes = b""
    """What it answers, if that was heard."""
    before: bytes = b""
    """Of `tcp`: what the server said in the same connection until then."""


def read(frame: bytes) -> Overheard | None:
    """An Ethernet frame of one of the topics, whole and from one device; None for any other bytes."""
    if len(frame) < _ETHERNET or frame[6] & 1 or not any(frame[6:12]):
        return None  # a group or nobody as the source: forged or broken
    mac = MAC.parse(frame[6:12])
    kind = int.from_bytes(frame[12:14], "big")
    body = frame[_ETHERNET:]
    if kind == ARP:
        return Overheard("arp", mac, None, body)
    if kind == LLDP:
        return Overheard("lldp", mac, None, body)
    if kind <= 1500 and body.startswith(CDP):  # a length (IEEE 802.3, 3.2.6)
        return Overheard("cdp", mac, None, body[len(CDP) : kind])
    if kind == IPV4:
        return _read_ipv4(mac, body)
    if kind == IPV6:
        return _read_ipv6(mac, body)
    return None


def read_packet(packet: bytes) -> Overheard | None:
    """The same of an IP packet of which no frame is known."""
    return _read_ipv6(None, packet) if packet[:1] and packet[0] >> 4 == 6 else _read_ipv4(None, packet)


def _read_ipv4(mac: MAC | None, packet: bytes) -> Overheard | None:
    """RFC 791, 3.1."""
    if len(packet) < _IPV4_HEADER.size:
        return None
    head, length, fragment, protocol, source = _IPV4_HEADER.unpack_from(packet)
    header = (head & 15) * 4
    if head >> 4 != 4 or not 20 <= header <= length <= len(packet) or fragment & 0x3FFF or protocol != _UDP:
        return None
    return _read_udp(mac, socket.inet_ntoa(source) if any(source) else None, packet[header:length])


def _read_ipv6(mac: MAC | None, packet: bytes) -> Overheard | None:
    """RFC 8200, 3; no extension headers, which no such message bears."""
    if len(packet) < _IPV6_HEADER.size:
        return None
    head, length, following, hops, address = _IPV6_HEADER.unpack_from(packet)
    body = packet[_IPV6_HEADER.size : _IPV6_HEADER.size + length]
    if head >> 4 != 6 or len(body) < length or not body:
        return None
    source = socket.inet_ntop(socket.AF_INET6, address) if any(address) else None
    if following == _UDP:
        return _read_udp(mac, source, body)
    if following == _ICMPV6 and hops == _HOPS and (topic := ND.get(body[0])):
        return Overheard(topic, mac, source, body)
    return None


def _read_udp(mac: MAC | None, source: str | None, datagram: bytes) -> Overheard | None:
    """RFC 768."""
    if len(datagram) < 8:
        return None
    _, port, length = _UDP_HEADER.unpack_from(datagram)
    topic = PORTS.get(port)
    if topic is None or not 8 <= length <= len(datagram):
        return None
    return Overheard(topic, mac, source, datagram[8:length])
