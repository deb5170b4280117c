"""What leaves by an interface, seen beside the program, and which of it the kernel says for itself."""

import ctypes
import socket
import struct
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

_ETH_P_ALL = 3
_SOL_PACKET, _PACKET_STATISTICS = 263, 6  # linux/socket.h, linux/if_packet.h
_SO_ATTACH_FILTER = 26
# Classic BPF (linux/filter.h): what is on its way out, whole, and nothing else: load SKF_AD_PKTTYPE; is it PACKET_OUTGOING?
_OUTGOING = b"".join(
    struct.pack("HBBI", *each) for each in ((0x30, 0, 0, 0xFFFFF004), (0x15, 0, 1, 4), (0x06, 0, 0, 0xFFFF), (0x06, 0, 0, 0))
)
_IPV6, _HOP_BY_HOP, _ICMPV6 = 0x86DD, 0, 58
_MLD_REPORT, _ROUTER_SOLICITATION, _NEIGHBOUR_SOLICITATION = 143, 133, 135


class Wiretap:
    """A packet socket of its own; needs the privilege to see frames."""

    def __init__(self, interface: str, *, hears: bool = False) -> None:
        """What comes in as well where it `hears`; else only what goes out."""
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)  # of no protocol: it hears nothing yet
        program = ctypes.create_string_buffer(_OUTGOING)
        if not hears:
            self._socket.setsockopt(
                socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("HL", len(_OUTGOING) // 8, ctypes.addressof(program))
            )
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 24)  # as much as the system allows
        self._socket.bind((interface, _ETH_P_ALL))
        self._socket.setblocking(False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._socket.close()

    def sent(self) -> list[bytes]:
        """The frames that have left since it was last asked, but for what an IPv6 kernel says of itself on every new link."""
        frames = []
        while True:
            try:
                frame, sender = self._socket.recvfrom(2048)
            except BlockingIOError:
                return [f for f in frames if not is_housekeeping(f)]
            if sender[2] == socket.PACKET_OUTGOING:
                frames.append(frame)

    def passed(self) -> list[bytes]:
        """All frames since it was last asked, whichever way they went."""
        frames = []
        with suppress(BlockingIOError):
            while True:
                frames.append(self._socket.recv(1 << 16))
        return frames

    def lost(self) -> int:
        """How many frames there was no room for since it was last asked: with any, nothing follows from what was not seen."""
        return int.from_bytes(self._socket.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, 8)[4:8], sys.byteorder)


def ears() -> int:
    """How many packet sockets there are in this namespace (packet(7)): one more, and somebody has begun to listen."""
    return len(Path("/proc/self/net/packet").read_text("ascii").splitlines()) - 1


def until_it_listens(before: int, seconds: float = 20.0) -> None:
    """Wait until there are more ears than before."""
    deadline = time.monotonic() + seconds
    while ears() <= before:
        assert time.monotonic() < deadline, "nobody listens"
        time.sleep(0.02)


def is_housekeeping(frame: bytes) -> bool:
    """A group report (RFC 3810), a question for routers (RFC 4861), or one whether its own address is free (RFC 4862, 5.4.2)."""
    if len(frame) < 62 or int.from_bytes(frame[12:14], "big") != _IPV6:
        return False
    following, source = frame[20], frame[22:38]
    if following == _HOP_BY_HOP:  # the router alert of eight bytes (RFC 2711)
        return frame[54] == _ICMPV6 and frame[62] == _MLD_REPORT
    if following != _ICMPV6:
        return False
    return frame[54] == _ROUTER_SOLICITATION or (frame[54] == _NEIGHBOUR_SOLICITATION and not any(source))
