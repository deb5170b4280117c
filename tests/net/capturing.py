"""Writes capture files for tests: pcap of either byte order and precision, and pcapng."""

import random
import struct
from collections.abc import Iterable
from pathlib import Path

ETHERNET, RAW, SLL, SLL2, WIRELESS = 1, 101, 113, 276, 127
Packets = Iterable[tuple[float, bytes]]


def pcap(path: Path, packets: Packets, link: int = ETHERNET, *, order: str = "<", nano: bool = False) -> Path:
    unit = 10**9 if nano else 10**6
    parts = [struct.pack(order + "IHHiIII", 0xA1B23C4D if nano else 0xA1B2C3D4, 2, 4, 0, 0, 65535, link)]
    for at, data in packets:
        parts.append(struct.pack(order + "IIII", int(at), round(at % 1 * unit), len(data), len(data)) + data)
    path.write_bytes(b"".join(parts))
    return path


def pcapng(path: Path, packets: Packets, link: int = ETHERNET) -> Path:
    def block(kind: int, body: bytes) -> bytes:
        body += bytes(-len(body) % 4)
        return struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)

    parts = [block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)), block(1, struct.pack("<HHI", link, 0, 65535))]
    for at, data in packets:
        ticks = round(at * 10**6)
        parts.append(block(6, struct.pack("<5I", 0, ticks >> 32, ticks & 0xFFFFFFFF, len(data), len(data)) + data))
    path.write_bytes(b"".join(parts))
    return path


def mac(number: int) -> bytes:
    return bytes.fromhex("001132") + number.to_bytes(3, "big")


def arp(sender: int, target: int, network: bytes = b"\x0a\x00\x00") -> bytes:
    body = bytes.fromhex("0001080006040001") + mac(sender) + network + bytes([sender]) + bytes(6) + network + bytes([target])
    return b"\xff" * 6 + mac(sender) + b"\x08\x06" + body


def ipv4(source: str, to: str, protocol: int, body: bytes, ttl: int = 64) -> bytes:
    def packed(address: str) -> bytes:
        return bytes(map(int, address.split(".")))

    return struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(body), 1, 0, ttl, protocol, 0) + packed(source) + packed(to) + body


def tcp(port: int, flags: int, sequence: int = 1) -> bytes:
    return struct.pack("!HHIIBBHHH", port, 40_000, sequence, 1, 0x50, flags, 1024, 0, 0)


def datagram(source: str, port: int, to: str, to_port: int, said: bytes) -> bytes:
    """A packet of UDP."""
    return ipv4(source, to, 17, struct.pack("!HHHH", port, to_port, 8 + len(said), 0) + said)


def segment(source: str, port: int, to: str, to_port: int, number: int, flags: int, said: bytes = b"", heard: int = 0) -> bytes:
    """A packet of TCP."""
    head = struct.pack("!HHIIBBHHH", port, to_port, number & 0xFFFFFFFF, heard & 0xFFFFFFFF, 0x50, flags, 1024, 0, 0)
    return ipv4(source, to, 6, head + said)


def connection(
    client: str, server: str, port: int, says: Iterable[tuple[bool, bytes]], *, begins: int = 0xFFFFFFF0
) -> list[bytes]:
    """The packets of a connection in which server (True) and client take turns; numbers wrap around."""
    ends = {True: (server, port, client, 40_000), False: (client, 40_000, server, port)}
    packets = [segment(*ends[False], 7, 2), segment(*ends[True], begins, 0x12, heard=8)]
    number = {True: begins + 1, False: 8}
    for who, said in says:
        for at in range(0, len(said), 1000):
            packets.append(segment(*ends[who], number[who], 0x18, said[at : at + 1000], number[not who]))
            number[who] += len(said[at : at + 1000])
    return [*packets, segment(*ends[True], number[True], 0x11)]


def frame(sender: int, packet: bytes) -> bytes:
    return mac(250) + mac(sender) + b"\x08\x00" + packet


def fragments_of(packet: bytes, size: int) -> list[bytes]:
    """The fragments of an IP packet, each of `size` bytes at most, which is divisible by eight."""
    is_ipv6 = packet[0] >> 4 == 6
    header = 40 if is_ipv6 else 20
    body, made = packet[header:], []
    for at in range(0, len(body), size):
        part, more = body[at : at + size], at + size < len(body)
        if is_ipv6:
            extension = struct.pack("!BxHI", packet[6], at | more, 7)
            head = packet[:4] + (len(part) + 8).to_bytes(2) + b"\x2c" + packet[7:header]
            made.append(head + extension + part)
        else:
            length, place = (20 + len(part)).to_bytes(2), (at // 8 | more << 13).to_bytes(2)
            made.append(packet[:2] + length + packet[4:6] + place + packet[8:header] + part)
    return made


def disturbed(packets: Packets, chance: random.Random) -> list[tuple[float, bytes]]:
    """The same, but each connection in any order and some of it twice, and what is long in fragments, these in any order."""
    packets = list(packets)
    places: dict[frozenset[bytes], list[int]] = {}
    for place, (_, data) in enumerate(packets):
        if data[12:14] == b"\x08\x00" and data[14] == 0x45 and data[23] == 6:
            places.setdefault(frozenset((data[26:30] + data[34:36], data[30:34] + data[36:38])), []).append(place)
    for mine in places.values():
        for place, other in zip(mine, chance.sample(mine, len(mine)), strict=True):
            if place < other:
                packets[place], packets[other] = packets[other], packets[place]
    made: list[tuple[float, bytes]] = []
    for at, data in packets:
        packet = data[14 : 14 + int.from_bytes(data[16:18])]
        if data[12:14] == b"\x08\x00" and len(packet) > 200 and not int.from_bytes(packet[6:8]) & 0x3FFF:
            pieces = fragments_of(packet, 8 * chance.randint(10, 60))
            made += [(at, data[:14] + piece) for piece in chance.sample(pieces, len(pieces))]
        else:
            made += [(at, data)] * chance.choice((1, 1, 1, 2))
    return made
