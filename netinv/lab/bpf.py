"""Classic BPF: small programs by which the kernel sorts out frames, or system calls, before anybody here looks at them."""

import ctypes
import socket
import struct

# linux/bpf_common.h: load a word, load half a word, jump if equal, return.
LOAD, LOAD_HALF, JUMP, RETURN = 0x20, 0x28, 0x15, 0x06
_SO_ATTACH_FILTER = 26  # asm-generic/socket.h
# linux/filter.h, linux/if_packet.h: where the kernel shows what kind of packet it is, and the kind this machine sends itself.
_PACKET_KIND, _OUTGOING = 0xFFFFF000 + 4, 4
_ETHERTYPE = 12
_WHOLE = 0xFFFFFFFF


class Program(ctypes.Structure):
    """struct sock_fprog of linux/filter.h."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def program(code: bytes) -> Program:
    """Instructions as the kernel takes them."""
    return Program(len(code) // 8, code)


def instruction(code: int, value: int, *, then: int = 0, otherwise: int = 0) -> bytes:
    """One struct sock_filter: `then` and `otherwise` are how many instructions a comparison skips that holds, or fails."""
    return struct.pack("=HBBI", code, then, otherwise, value)


def all_arriving_but(ethertype: int) -> bytes:
    """Frames that come in, except those of one EtherType."""
    return (
        instruction(LOAD, _PACKET_KIND)
        + instruction(JUMP, _OUTGOING, then=2)
        + instruction(LOAD_HALF, _ETHERTYPE)
        + instruction(JUMP, ethertype, otherwise=1)
        + instruction(RETURN, 0)
        + instruction(RETURN, _WHOLE)
    )


def attach(opened: socket.socket, code: bytes) -> None:
    """Let only what the code accepts into a socket's buffer."""
    opened.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, bytes(program(code)))
