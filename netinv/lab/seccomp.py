"""Forbidding a process to send pings, the way a container does: by a filter of system calls (seccomp(2))."""

import ctypes
import errno
import platform
import socket
import struct

from netinv.errors import LabError
from netinv.lab import system

# linux/audit.h and each architecture's system call table: the architecture's name, its mark, the number of socket(2).
_ARCHITECTURES = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198), "riscv64": (0xC00000F3, 198)}
# linux/bpf_common.h, linux/seccomp.h: load a word, jump if equal, return; what to return.
_LOAD, _JUMP, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _FAIL = 0x7FFF0000, 0x00050000
# Where struct seccomp_data has them: the call's number, the architecture, the low words of the first and third argument.
_NUMBER, _ARCHITECTURE, _FIRST, _THIRD = 0, 4, 16, 32


class _Program(ctypes.Structure):
    """struct sock_fprog of linux/filter.h."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


class NoPing:
    """A filter that refuses IPv4 sockets for ICMP, raw or not, with EACCES as net.ipv4.ping_group_range does.

    LabError on an architecture it does not know.
    """

    def __init__(self) -> None:
        if (machine := platform.machine()) not in _ARCHITECTURES:
            raise LabError(f"ping sockets cannot be forbidden on {machine}")
        mark, number = _ARCHITECTURES[machine]
        wanted = (
            (_ARCHITECTURE, mark),
            (_NUMBER, number),
            (_FIRST, socket.AF_INET),
            (_THIRD, socket.IPPROTO_ICMP),
        )
        program = b""
        for at, (offset, value) in enumerate(wanted):
            to_allow = 2 * (len(wanted) - 1 - at) + 1
            program += _instruction(_LOAD, offset) + _instruction(_JUMP, value, otherwise=to_allow)
        self._code = program + _instruction(_RETURN, _FAIL | errno.EACCES) + _instruction(_RETURN, _ALLOW)

    def apply(self) -> None:
        """To this process and all it starts, for good."""
        system.filter_calls(_Program(len(self._code) // 8, self._code))


def _instruction(code: int, value: int, *, otherwise: int = 0) -> bytes:
    """One struct sock_filter: `otherwise` is how many instructions a failed comparison skips."""
    return struct.pack("=HBBI", code, 0, otherwise, value)
