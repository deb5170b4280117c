"""The kernel's own sieve for a packet socket: only what devices say to everybody gets through (classic BPF, bpf(4)).

So a busy link costs nothing but what is of interest, and nobody else's conversation ever reaches netinv.
"""

import socket
import struct
from array import array

from netinv.net.overheard import ARP, CDP, IPV4, IPV6, LLDP, LONGEST, ND, PORTS

# linux/bpf_common.h: class, size and mode in one byte.
_LOAD, _LOAD_HALF, _LOAD_BYTE, _LOAD_HALF_AT_X, _LOAD_HEADER = 0x20, 0x28, 0x30, 0x48, 0xB1
_AND, _GOTO, _IF_EQUAL, _IF_GREATER, _IF_ANY, _RETURN = 0x54, 0x05, 0x15, 0x25, 0x45, 0x06
# linux/filter.h: what the kernel knows of a frame beside its bytes.
_ANCILLARY = 0xFFFFF000
_HOW_IT_CAME, _VLAN_TAG = _ANCILLARY + 4, _ANCILLARY + 44
_TO_US, _OUTGOING = 0, 4  # linux/if_packet.h
_VLAN_ID = 0x0FFF  # IEEE 802.1Q, 9.6; 0 is a priority alone
_SO_ATTACH_FILTER = 26  # asm-generic/socket.h
_INSTRUCTION = struct.Struct("@HBBI")

_REPLY = 2
"""ARP's operation (RFC 826), and with 136 of ICMPv6 what answers a question: sent to us it is the sweep's to read."""
_ADVERTISEMENT = 136

_Step = tuple[int, int] | tuple[int, int, str] | str
"""An instruction with its operand; one that jumps if it is true, and where to, always ahead; or the name of a place."""


def _steps() -> list[_Step]:
    return [
        (_LOAD_BYTE, _HOW_IT_CAME), (_IF_EQUAL, _OUTGOING, "drop"),
        (_LOAD, _VLAN_TAG), (_AND, _VLAN_ID), (_IF_GREATER, 0, "drop"),  # another interface's
        (_LOAD_HALF, 12),
        (_IF_EQUAL, ARP, "arp"), (_IF_EQUAL, LLDP, "keep"), (_IF_EQUAL, IPV4, "ipv4"), (_IF_EQUAL, IPV6, "ipv6"),
        (_IF_GREATER, 1500, "drop"),
        (_LOAD, 14), (_IF_EQUAL, int.from_bytes(CDP[:4], "big"), "snap"), (_GOTO, 0, "drop"),
        "snap", (_LOAD, 18), (_IF_EQUAL, int.from_bytes(CDP[4:], "big"), "keep"), (_GOTO, 0, "drop"),
        "arp", (_LOAD_HALF, 20), (_IF_EQUAL, _REPLY, "answer"), (_GOTO, 0, "keep"),
        "ipv4", (_LOAD_BYTE, 23), (_IF_EQUAL, socket.IPPROTO_UDP, "udp4"), (_GOTO, 0, "drop"),
        "udp4", (_LOAD_HALF, 20), (_IF_ANY, 0x1FFF, "drop"), (_LOAD_HEADER, 14), (_LOAD_HALF_AT_X, 16), (_GOTO, 0, "ports"),
        "ipv6", (_LOAD_BYTE, 20), (_IF_EQUAL, socket.IPPROTO_UDP, "udp6"), (_IF_EQUAL, socket.IPPROTO_ICMPV6, "icmp6"),
        (_GOTO, 0, "drop"),
        "icmp6", (_LOAD_BYTE, 54), (_IF_EQUAL, _ADVERTISEMENT, "answer"), *((_IF_EQUAL, kind, "keep") for kind in ND),
        (_GOTO, 0, "drop"),
        "udp6", (_LOAD_HALF, 56), (_GOTO, 0, "ports"),
        "answer", (_LOAD_BYTE, _HOW_IT_CAME), (_IF_EQUAL, _TO_US, "drop"), (_GOTO, 0, "keep"),
        "ports", *((_IF_EQUAL, port, "keep") for port in PORTS),
        "drop", (_RETURN, 0),
        "keep", (_RETURN, LONGEST),
    ]  # fmt: skip


def program() -> bytes:
    """The filter as the kernel takes it: 8 bytes an instruction (linux/filter.h, struct sock_filter)."""
    places: dict[str, int] = {}
    steps: list[tuple[int, int, str]] = []
    for step in _steps():
        if isinstance(step, str):
            places[step] = len(steps)
        else:
            steps.append((step[0], step[1], step[2] if len(step) > 2 else ""))
    code = b""
    for at, (kind, operand, where) in enumerate(steps):
        ahead = places[where] - at - 1 if where else 0
        code += _INSTRUCTION.pack(kind, 0, 0, ahead) if kind == _GOTO else _INSTRUCTION.pack(kind, ahead, 0, operand)
    return code


def attach(opened: socket.socket) -> None:
    """Let only what passes the filter reach a packet socket; Linux."""
    code = array("B", program())
    address, size = code.buffer_info()
    opened.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("@HP", size // _INSTRUCTION.size, address))
