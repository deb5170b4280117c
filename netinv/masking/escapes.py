"""Words that are spelled otherwise than in letters: escaped, in hexadecimal, in base64, in UTF-16; masked in the same spelling.

A run of a spelling is read, masked as text, and written as it was, unit by unit, so that it stays as long as it is.
"""

import base64
import binascii
import html
import re
from collections.abc import Callable
from typing import Final, NamedTuple

Masking = Callable[[bytes], bytes]
"""Masks the words in a text of UTF-8; the mask has as many bytes and characters."""


class _Spelling(NamedTuple):
    sign: bytes
    """Without it nothing is spelled so."""
    run: re.Pattern[bytes]
    unit: re.Pattern[bytes]
    """One byte or character of a run, in its first group if it is not written as itself."""
    read: Callable[[bytes], int]
    write: Callable[[int, bytes], bytes]
    """The same of another, by how the one was written, and as long."""
    is_of_bytes: bool


def _spelling(
    sign: bytes, unit: bytes, read: Callable[[bytes], int], write: Callable[[int, bytes], bytes], *, of: str, plain: bytes = b""
) -> _Spelling:
    either = b"(?:%b|%b)" % (unit, plain) if plain else b"(?:%b)" % unit
    one = re.compile(rb"(?i)(%b)|(?s:.)" % unit)
    return _Spelling(sign, re.compile(rb"(?i)%b{3,512}" % either), one, read, write, of == "bytes")


def _like(digits: bytes, shown: bytes) -> bytes:
    """In the case of the digits shown."""
    return digits.upper() if shown.upper() == shown else digits


def _entity(code: int, shown: bytes) -> bytes:
    """Another character where this one's number is too long."""
    if shown[1:3].lower() == b"#x":
        width = len(shown) - 4
        return shown[:3] + _like(b"%0*x" % (width, min(code, 16**width - 1)), shown[3:-1]) + b";"
    width = len(shown) - 3
    return b"&#%0*d;" % (width, min(code, 10**width - 1))


def _character(entity: bytes) -> int:
    text = html.unescape(entity.decode("ascii"))
    return ord(text) if len(text) == 1 else 0xFFFD


_LETTERS = rb"[\w.~+'-]"
_SPELLINGS: Final = (
    _spelling(  # RFC 3986, 2.1
        b"%", rb"%[0-9a-f]{2}", lambda s: int(s[1:], 16), lambda code, s: b"%" + _like(b"%02x" % code, s[1:]),
        of="bytes", plain=rb"[\w.~+'\x80-\xff-]",
    ),
    _spelling(  # as programs print bytes
        b"\\x", rb"\\x[0-9a-f]{2}", lambda s: int(s[2:], 16), lambda code, s: s[:2] + _like(b"%02x" % code, s[2:]),
        of="bytes", plain=_LETTERS,
    ),
    _spelling(b"\\", rb"\\[012]\d\d", lambda s: int(s[1:]) & 255, lambda code, _: b"\\%03d" % code, of="bytes", plain=_LETTERS),
    _spelling(  # JSON (RFC 8259, 7)
        b"\\u", rb"\\u[0-9a-f]{4}", lambda s: int(s[2:], 16), lambda code, s: s[:2] + _like(b"%04x" % code, s[2:]),
        of="characters", plain=_LETTERS,
    ),
    _spelling(b"&", rb"&(?:\#\d{2,7}|\#x[0-9a-f]{2,6}|[a-z]{3,8});", _character, _entity, of="characters", plain=_LETTERS),
    _spelling(b"\0", rb"[ -~\xa0-\xff]\0", lambda s: s[0], lambda code, _: bytes((code, 0)), of="characters"),  # UTF-16
    _spelling(b"\0", rb"\0[ -~\xa0-\xff]", lambda s: s[1], lambda code, _: bytes((0, code)), of="characters"),
    _spelling(
        b"", rb"[0-9a-f]{2}[ :.-]?", lambda s: int(s[:2], 16), lambda code, s: _like(b"%02x" % code, s[:2]) + s[2:], of="bytes",
    ),
)  # fmt: skip
_BASE64: Final = re.compile(rb"[0-9A-Za-z+/]{8,}={0,2}|[0-9A-Za-z_-]{8,}={0,2}")
_PUNYCODE: Final = re.compile(rb"(?i)\bxn--([0-9a-z-]{2,59})")


def masked(data: bytes, mask: Masking, look: Masking) -> bytes:
    """`data` with what is so spelled masked; what no mask fits gets another `look`."""
    for spelling in _SPELLINGS:
        if spelling.sign in data:
            data = spelling.run.sub(lambda found, spelling=spelling: _unit_by_unit(spelling, found[0], mask), data)  # type: ignore[misc]
    data = _PUNYCODE.sub(lambda found: _punycode(found, mask, look), data)
    return _BASE64.sub(lambda found: _base64(found[0], mask), data)


def _unit_by_unit(spelling: _Spelling, run: bytes, mask: Masking) -> bytes:
    units = [(found[0], found[1]) for found in spelling.unit.finditer(run)]
    codes = [spelling.read(spelled) if spelled else written[0] for written, spelled in units]
    if spelling.is_of_bytes:
        text = bytes(codes)
        shown = list(mask(text))
    else:
        text = "".join(map(chr, codes)).encode("utf-8", "replace")
        shown = [ord(character) for character in mask(text).decode("utf-8", "replace")]
    if len(shown) != len(codes):
        return run
    return b"".join(
        written if code == other else spelling.write(other, spelled) if spelled else bytes((other,))
        for code, other, (written, spelled) in zip(codes, shown, units, strict=True)
    )


def _base64(run: bytes, mask: Masking) -> bytes:
    """RFC 4648, 4 and 5; only what is text, since any word is base64 of something."""
    is_for_urls = b"-" in run or b"_" in run
    digits = run.rstrip(b"=")
    try:
        data = base64.b64decode(digits + b"=" * (-len(digits) % 4), altchars=b"-_" if is_for_urls else None, validate=True)
        is_text = data.decode("utf-8").isprintable()
    except (binascii.Error, UnicodeDecodeError):
        return run
    shown = mask(data) if is_text else data
    if shown == data or len(shown) != len(data):
        return run
    encoded = base64.urlsafe_b64encode(shown) if is_for_urls else base64.b64encode(shown)
    return encoded.rstrip(b"=") + run[len(digits) :]


def _punycode(found: re.Match[bytes], mask: Masking, look: Masking) -> bytes:
    """RFC 3492; a mask would be longer or shorter."""
    try:
        text = found[1].decode("ascii").lower().encode("ascii").decode("punycode").encode()
    except UnicodeError:
        return found[0]
    return found[0] if mask(text) == text else found[0][:4] + look(found[1])
