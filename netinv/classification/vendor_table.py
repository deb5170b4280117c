"""The packed vendor table: a text header, three sorted arrays of fixed-width keys searched where they lie, and the names."""

import struct
import zlib
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from pathlib import Path
from stat import S_ISREG
from typing import NamedTuple, Self

from netinv.errors import NetinvError
from netinv.model import MAC, Problem
from netinv.text import clean

WIDTHS = (24, 28, 36)
"""Bits of a prefix: MA-L; MA-M; MA-S and the older IAB (IEEE Registration Authority)."""

LIMIT = 16 * 1024 * 1024
"""The largest table read, in bytes; the whole of the IEEE registries takes about one megabyte."""

MAGIC = b"NETINVV1"
"""How a table begins."""

# After the magic: bytes of header text, entries of each width, bytes of names, CRC-32 of all that follows.
_FIXED = struct.Struct(">8s6I")
_REFERENCE = 3
"""Bytes of a reference into the names, which follows every key."""
_NAME_LIMIT = 64
_SOURCE_LIMIT = 16


class VendorSource(NamedTuple):
    """Where prefixes come from: `entries` of them, as they stood on `date`."""

    date: date
    name: str
    entries: int


class Block(NamedTuple):
    """A registered block of addresses and who registered it."""

    prefix: str
    """`70:b3:d5:f2:f0:00/36`."""
    vendor: str


@dataclass(frozen=True, slots=True)
class VendorTable:
    """Registered MAC prefixes, looked up by the longest that matches."""

    date: date
    sources: tuple[VendorSource, ...]
    counts: tuple[int, int, int]
    """Entries of 24, 28 and 36 bits."""
    path: Path | None = None
    problem: Problem | None = None
    """Why this table is used instead of the user's own."""
    _data: bytes = field(default=b"", repr=False)
    _starts: tuple[int, int, int, int] = (0, 0, 0, 0)
    """Where each array begins in the data, and where the names do."""

    @property
    def entries(self) -> int:
        return sum(self.counts)

    @classmethod
    def load(cls, path: Path) -> Self:
        """The table in `path`; FileNotFoundError without one, NetinvError where it cannot be read or is not one."""
        try:
            # a FIFO or a device in its place would never end
            is_file = S_ISREG(path.stat().st_mode)
            with path.open("rb") if is_file else BytesIO() as file:
                data = file.read(LIMIT + 1)
        except FileNotFoundError:
            raise
        except OSError as error:
            raise NetinvError(f"cannot read the vendor table {path}: {error.strerror}") from error
        return cls.parse(data, path)

    @classmethod
    def parse(cls, data: bytes, path: Path | None = None) -> Self:
        """The table in `data`; NetinvError where it is damaged or something else."""
        try:
            magic, header, n24, n28, n36, names, checksum = _FIXED.unpack_from(data)
            counts = (n24, n28, n36)
            starts = [_FIXED.size + header]
            for count, bits in zip(counts, WIDTHS, strict=True):
                starts.append(starts[-1] + count * _step(bits))
            sound = magic == MAGIC and len(data) == starts[3] + names <= LIMIT
            if not sound or zlib.crc32(memoryview(data)[_FIXED.size :]) != checksum:
                raise ValueError("wrong magic, size or checksum")
            newest, *sources = data[_FIXED.size : starts[0]].decode().splitlines()
            return cls(
                date.fromisoformat(newest),
                tuple(_source(line) for line in sources),
                counts,
                path,
                None,
                data,
                (starts[0], starts[1], starts[2], starts[3]),
            )
        except (struct.error, ValueError) as error:
            raise NetinvError(
                f"{path or 'this'} is not a vendor table of netinv, or is damaged",
                hint="delete it, or make it anew: netinv vendors update --file FILE",
            ) from error

    def find(self, mac: MAC) -> Block | None:
        """The longest registered prefix of `mac`; None where it belongs to no known block."""
        digits = mac.replace(":", "")
        for index in (2, 1, 0):
            bits = WIDTHS[index]
            key = _key(digits[: bits // 4])
            start, step, width = self._starts[index], _step(bits), len(key)

            def key_at(position: int, start: int = start, step: int = step, width: int = width) -> bytes:
                return self._data[start + position * step : start + position * step + width]

            count = self.counts[index]
            position = bisect_left(range(count), key, key=key_at)
            if position < count and key_at(position) == key:
                vendor = self._name(start + position * step + width)
                return Block(f"{MAC.parse(key.ljust(6, bytes(1)))}/{bits}", vendor) if vendor else None
        return None

    def items(self) -> Iterator[tuple[str, str]]:
        """Every prefix, as its 6, 7 or 9 hexadecimal digits, with its vendor."""
        for index, bits in enumerate(WIDTHS):
            step = _step(bits)
            for at in range(self._starts[index], self._starts[index] + self.counts[index] * step, step):
                yield self._data[at : at + step - _REFERENCE].hex()[: bits // 4], self._name(at + step - _REFERENCE)

    def _name(self, at: int) -> str:
        # A name is a length byte and UTF-8. The checksum finds damage, not malice: a reference may point anywhere.
        here = self._starts[3] + int.from_bytes(self._data[at : at + _REFERENCE])
        length = self._data[here] if here < len(self._data) else 0
        return clean(self._data[here + 1 : here + 1 + length], _NAME_LIMIT)


def pack(entries: Mapping[str, str], sources: Iterable[VendorSource]) -> bytes:
    """A table of `entries` (6, 7 or 9 hexadecimal digits to vendor), dated by its newest source; same input, same bytes.

    NetinvError where they are too many for one table.
    """
    sources = sorted(set(sources), reverse=True)[:_SOURCE_LIMIT]
    header = "\n".join([str(sources[0].date), *(f"{s.date}\t{s.entries}\t{clean(s.name)}" for s in sources)]).encode()
    names = bytearray()
    references: dict[str, bytes] = {}
    arrays: dict[int, list[bytes]] = {bits: [] for bits in WIDTHS}
    for digits, vendor in sorted(entries.items()):
        if vendor not in references:
            if len(names) > LIMIT // 2:
                raise NetinvError("these lists hold more names than one table can")
            references[vendor] = len(names).to_bytes(_REFERENCE)
            text = clean(vendor, _NAME_LIMIT).encode()[:255].decode("utf-8", "ignore").encode()
            names += bytes((len(text),)) + text
        arrays[len(digits) * 4].append(_key(digits) + references[vendor])
    body = b"".join((header, *(b"".join(arrays[bits]) for bits in WIDTHS), names))
    if len(body) > LIMIT - _FIXED.size:
        raise NetinvError(f"these lists make a table larger than {LIMIT // 1024 // 1024} MiB")
    counts = (len(arrays[bits]) for bits in WIDTHS)
    return _FIXED.pack(MAGIC, len(header), *counts, len(names), zlib.crc32(body)) + body


def _key(digits: str) -> bytes:
    return bytes.fromhex(digits if len(digits) % 2 == 0 else digits + "0")


def _step(bits: int) -> int:
    return (bits + 7) // 8 + _REFERENCE


def _source(line: str) -> VendorSource:
    day, entries, name = line.split("\t", 2)
    return VendorSource(date.fromisoformat(day), clean(name), int(entries))
