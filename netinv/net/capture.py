"""Capture files: the packets in a pcap or pcapng file, as frames that are read like those that pass by.

A file is hostile: nothing in it is raised or kept without bounds; where it breaks off, what came before counts.
"""

import gzip
import io
import os
import stat
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple, cast

from netinv.errors import TranscriptError
from netinv.net import wire
from netinv.net.fragments import Fragments
from netinv.text import clean

UNPACKED: Final = 4 << 30
"""Bytes of a packed file that are read."""
_BLOCK: Final = 16 << 20
"""Bytes of one block or packet; a longer one is a lie."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST: Final = 1 << 33
"""Seconds since 1970 of the latest packet believed: in the year 2242."""

# https://www.tcpdump.org/linktypes.html
_ETHERNET, _SLL, _SLL2 = 1, 113, 276
_IP = frozenset({12, 14, 101, 228, 229})
"""Bare IP packets; what 12 and 14 mean depends on the system that wrote them, but no other system gave them another meaning."""
_WIRELESS = {105: "802.11", 119: "Prism", 127: "radiotap", 163: "AVS", 192: "PPI"}
_HEADER, _FRAGMENTING = 14, (b"\x08\x00", b"\x86\xdd")
"""Bytes of Ethernet's header, and the EtherTypes of IPv4 and IPv6."""
_TAGS = (b"\x81\x00", b"\x88\xa8")
"""EtherTypes of VLAN tags (IEEE 802.1Q-2018, 9.6)."""


class Captured(NamedTuple):
    """One packet."""

    at: datetime
    frame: bytes
    """From the Ethernet header on; without one, from the IP header on."""
    is_bare: bool
    """It has no Ethernet header."""


class Captures:
    """A capture file, which may be read more than once."""

    def __init__(self, path: str | Path, name: str = "") -> None:
        """`name` is for messages, where it is not the path."""
        self.name = clean(name or os.fspath(path), 200)
        self.is_cut = False
        """It broke off, or was damaged, when it was read last."""
        self._path = Path(path)

    def __iter__(self) -> Iterator[Captured]:
        """Its packets in their order, and each that came in fragments once more, whole.

        TranscriptError if it is no capture, or one of frames that cannot be read.
        """
        file = self._open()
        with file:
            at, fragments = _EPOCH, Fragments()
            try:
                for data, link, seconds in wire.packets_in(cast(BinaryIO, file)):
                    if seconds is not None and 0 <= seconds < _LATEST:
                        at = _EPOCH + timedelta(seconds=seconds)
                    frame = self._framed(data, link)
                    if frame is None:
                        continue
                    yield Captured(at, frame, link in _IP)
                    header = b"" if link in _IP else frame[:_HEADER]
                    if (not header or header[12:] in _FRAGMENTING) and (whole := fragments.take(frame[len(header) :], at)):
                        yield Captured(at, header + whole, link in _IP)
            except ValueError as error:
                raise self._refusal(str(error), "tcpdump -w, Wireshark and dumpcap write such files") from error
            self.is_cut = file.is_cut

    def _open(self) -> "_Bounded":
        try:
            # Not blocking, lest a pipe to which nobody writes holds us up.
            descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
            file = io.FileIO(descriptor)
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                file.close()
                raise self._refusal("it is no ordinary file", "write what comes by a pipe to a file first")
        except OSError as error:
            raise self._refusal(error.strerror or str(error), "name a capture that you may read") from error
        buffered = io.BufferedReader(file)
        packed = buffered.peek(2)[:2] == b"\x1f\x8b"
        return _Bounded(buffered, is_packed=packed)

    def _framed(self, data: bytes, link: int) -> bytes | None:
        if link in _IP:
            return data
        if link in (_SLL, _SLL2):
            return _cooked(data, link)
        if link != _ETHERNET:
            if link in _WIRELESS:
                said, hint = f"it holds {_WIRELESS[link]} frames, which are mostly encrypted", "capture without monitor mode"
            else:
                said, hint = (
                    f"it holds frames of link type {link}",
                    "netinv reads those of Ethernet, Linux's any device, and bare IP",
                )
            raise self._refusal(said, hint)
        for _ in range(2):
            if data[12:14] in _TAGS:
                data = data[:12] + data[16:]
        return data

    def _refusal(self, said: str, hint: str | None) -> TranscriptError:
        return TranscriptError(f"cannot read {self.name!r}: {said}", hint=hint)


def _cooked(data: bytes, link: int) -> bytes | None:
    """A frame of Linux's any device, as one of Ethernet: LINKTYPE_LINUX_SLL, and SLL2."""
    if link == _SLL and len(data) >= 16:
        size, sender, kind, body = int.from_bytes(data[4:6], "big"), data[6:12], data[14:16], data[16:]
    elif link == _SLL2 and len(data) >= 20:
        size, sender, kind, body = data[11], data[12:18], data[0:2], data[20:]
    else:
        return None
    if size != 6:
        return None
    return b"\xff" * 6 + sender + (kind if int.from_bytes(kind, "big") > 1500 else len(body).to_bytes(2, "big")) + body


class _Bounded:
    """A file that gives no more than it should at once, and notices where it breaks off."""

    def __init__(self, file: BinaryIO, *, is_packed: bool) -> None:
        self.name = "capture"
        self.is_cut = False
        self._packed = file
        self._file = cast(BinaryIO, gzip.GzipFile(fileobj=file)) if is_packed else file
        self._left = UNPACKED if is_packed else None

    def __enter__(self) -> "_Bounded":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= _BLOCK or (self._left is not None and size > self._left):
            self.is_cut = True
            return b""
        try:
            found = self._file.read(size)
        except (OSError, EOFError, zlib.error):
            found, self.is_cut = b"", True
        if self._left is not None:
            self._left -= len(found)
        # Between two packets stands a header of 16 bytes, between two blocks a type of 4: there a file may end.
        if len(found) < size and (found or size not in (4, 16)):
            self.is_cut = True
        return found

    def close(self) -> None:
        self._file.close()
        self._packed.close()
