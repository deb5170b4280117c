"""Writes capture files for tests: pcap of either byte order and precision, and pcapng."""

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


def frame(sender: int, packet: bytes) -> bytes:
    return mac(250) + mac(sender) + b"\x08\x00" + packet
