"""A ring of frames shared with the kernel (packet_mmap): no system call a frame, and room for a burst whatever rmem_max is."""

import mmap
import socket
import struct
from collections.abc import Iterator

# linux/if_packet.h
_SOL_PACKET, _RX_RING, _STATISTICS, _VERSION, _V2 = 263, 5, 6, 10, 1
_HEADER = struct.Struct("=I4xIH2xII")
"""struct tpacket2_hdr, as far as it is of use: status, captured length, where the frame begins, seconds, nanoseconds."""
_OURS = 1  # TP_STATUS_USER: the kernel has written this slot and will not touch it until it is handed back
_HANDED_BACK = bytes(4)
SLOT = 128
"""Bytes for one frame and the kernel's 66 about it: room for ARP, padded to what Ethernet sends at least."""
SLOTS = 1 << 16
"""A sweep of a whole /16."""
_BLOCK = 1 << 16


class Ring:
    """What arrives of one EtherType on an interface; made before the interface is asked anything."""

    def __init__(self, interface: str, kind: int) -> None:
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        try:
            self._socket.setsockopt(_SOL_PACKET, _VERSION, _V2)
            request = struct.pack("IIII", _BLOCK, SLOT * SLOTS // _BLOCK, SLOT, SLOTS)
            self._socket.setsockopt(_SOL_PACKET, _RX_RING, request)
            self._slots = mmap.mmap(self._socket.fileno(), SLOT * SLOTS)
            self._socket.bind((interface, kind))
        except OSError:
            self._socket.close()
            raise
        self._next = 0

    def fileno(self) -> int:
        return self._socket.fileno()

    def read(self, most: int) -> Iterator[tuple[bytes, float]]:
        """At most so many of the frames that wait, each with the time it arrived."""
        slots, unpack = self._slots, _HEADER.unpack_from
        for _ in range(most):
            at = self._next * SLOT
            status, length, begin, seconds, nanoseconds = unpack(slots, at)
            if not status & _OURS:
                return
            frame = slots[at + begin : at + begin + length]
            slots[at : at + 4] = _HANDED_BACK
            self._next = (self._next + 1) % SLOTS
            yield frame, seconds + nanoseconds / 1e9

    def dropped(self) -> int:
        """Frames the ring had no room for since this was last asked."""
        return int(struct.unpack("II", self._socket.getsockopt(_SOL_PACKET, _STATISTICS, 8))[1])
