"""Public keys, where servers show them: SSH host keys and certificates, of which all that is one device's own can be masked.

What stays is what kind of key it is, how long, and every length around it, so that messages are still read as they were.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

Draw = Callable[[bytes], bytes]
"""Other bytes, as many, for these; for the same the same."""

_HOST_KEY: Final = re.compile(rb"\0\0\0[\x07-\x20](?:ssh-(?:ed25519|ed448|rsa|dss)|ecdsa-sha2-nistp\d{3})\0")
"""A key begins with the name of its kind (RFC 4253, 6.6; RFC 5656, 3.1; RFC 8709, 4), a string: its length comes first."""
_CURVE: Final = re.compile(rb"nistp\d{3}")
_SEQUENCE, _INTEGER, _BITS, _VERSION = 0x30, 0x02, 0x03, 0xA0
_SHORTEST: Final = 8
"""Bytes of a part that may be a device's own: an RSA exponent has three."""
# Subject and authority key identifier are mostly SHA-1 of the key (RFC 5280, 4.2.1.1 and 4.2.1.2).
_IDENTIFIER: Final = re.compile(rb"(\x55\x1d\x0e\x04\x16\x04\x14|\x55\x1d\x23\x04.\x30.\x80\x14)(.{20})", re.DOTALL)


class _Part(NamedTuple):
    """A value of DER: its tag, and where its content stands."""

    tag: int
    start: int
    end: int


def without_keys(data: bytes, draw: Draw) -> bytes:
    """`data` with every host key in it masked, and all of a certificate's keys if it is one."""
    if _HOST_KEY.search(data):
        data = _without_host_keys(data, draw)
    return _without_certificate(data, draw) if data[:1] == b"\x30" else data


def _without_host_keys(data: bytes, draw: Draw) -> bytes:
    masked = bytearray(data)
    for found in _HOST_KEY.finditer(data):
        at = found.start()
        end = at + int.from_bytes(data[at - 4 : at])  # the whole of it is a string, too
        if at < 4 or end > len(data):
            continue
        parts = list(_strings(data, at, end))
        if parts and parts[-1][1] == end:  # else it is a name in a list of names
            for start, stop in parts[1:]:
                if stop - start >= _SHORTEST and not _CURVE.fullmatch(data, start, stop):
                    masked[start:stop] = draw(data[start:stop])
    return bytes(masked)


def _strings(data: bytes, at: int, end: int) -> Iterator[tuple[int, int]]:
    """Where the strings in a row begin and end, as far as they are whole (RFC 4251, 5)."""
    while at + 4 <= end:
        start, at = at + 4, at + 4 + int.from_bytes(data[at : at + 4])
        if at > end:
            return
        yield start, at


def _without_certificate(data: bytes, draw: Draw) -> bytes:
    """Its serial number, its key, the digests of that, and the signature (RFC 5280, 4.1)."""
    whole = next(_parts(data, 0, len(data)), None)
    outer = list(_parts(data, whole.start, whole.end)) if whole and whole.tag == _SEQUENCE else []
    if [part.tag for part in outer] != [_SEQUENCE, _SEQUENCE, _BITS]:
        return data
    inner = [part for part in _parts(data, outer[0].start, outer[0].end) if part.tag != _VERSION]
    if [part.tag for part in inner[:6]] != [_INTEGER, *[_SEQUENCE] * 5]:
        return data
    number, key = inner[0], [part for part in _parts(data, inner[5].start, inner[5].end) if part.tag == _BITS]
    masked = bytearray(data)
    for part in (*key, outer[2]):
        masked[part.start + 1 : part.end] = draw(data[part.start + 1 : part.end])  # the first says how many bits are not used
    if number.end - number.start >= _SHORTEST:
        masked[number.start + 1 : number.end] = draw(data[number.start + 1 : number.end])
    return _IDENTIFIER.sub(lambda found: found[1] + draw(found[2]), bytes(masked))


def _parts(data: bytes, at: int, end: int) -> Iterator[_Part]:
    """The values of DER in a row, as far as they are whole (X.690, 8.1)."""
    while at + 2 <= end:
        tag, length, start = data[at], data[at + 1], at + 2
        if length & 0x80:
            many = length & 0x7F
            length, start = int.from_bytes(data[start : start + many]), start + many
            if not 0 < many <= 4:
                return
        if (at := start + length) > end:
            return
        yield _Part(tag, start, at)
