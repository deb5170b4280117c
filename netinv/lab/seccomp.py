"""Forbidding a process to send pings, the way a container does: by a filter of system calls (seccomp(2))."""

import errno
import platform
import socket

from netinv.errors import LabError
from netinv.lab import system
from netinv.lab.bpf import JUMP, LOAD, RETURN, instruction, program

# linux/audit.h and each architecture's system call table: the architecture's name, its mark, the number of socket(2).
_ARCHITECTURES = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198), "riscv64": (0xC00000F3, 198)}
# linux/seccomp.h: what to return.
_ALLOW, _FAIL = 0x7FFF0000, 0x00050000
# Where struct seccomp_data has them: the call's number, the architecture, the low words of the first and third argument.
_NUMBER, _ARCHITECTURE, _FIRST, _THIRD = 0, 4, 16, 32


class NoPing:
    """A filter that refuses sockets for ICMP and ICMPv6, raw or not, with EACCES as net.ipv4.ping_group_range does to both.

    LabError on an architecture it does not know.
    """

    def __init__(self) -> None:
        if (machine := platform.machine()) not in _ARCHITECTURES:
            raise LabError(f"ping sockets cannot be forbidden on {machine}")
        mark, number = _ARCHITECTURES[machine]
        self._code = (
            instruction(LOAD, _ARCHITECTURE)
            + instruction(JUMP, mark, otherwise=10)
            + instruction(LOAD, _NUMBER)
            + instruction(JUMP, number, otherwise=8)
            + instruction(LOAD, _FIRST)
            + instruction(JUMP, socket.AF_INET, then=3)
            + instruction(JUMP, socket.AF_INET6, otherwise=5)
            + instruction(LOAD, _THIRD)
            + instruction(JUMP, socket.IPPROTO_ICMPV6, then=2, otherwise=3)
            + instruction(LOAD, _THIRD)
            + instruction(JUMP, socket.IPPROTO_ICMP, otherwise=1)
            + instruction(RETURN, _FAIL | errno.EACCES)
            + instruction(RETURN, _ALLOW)
        )

    def apply(self) -> None:
        """To this process and all it starts, for good."""
        system.filter_calls(program(self._code))
