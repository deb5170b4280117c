"""The mask of a transcript: what was learned of it, and whatever looks like an identifier, replaced in every line."""

import re
from collections.abc import Mapping
from dataclasses import replace
from ipaddress import IPv6Network
from typing import Any, Final, get_args

from netinv.masking import escapes
from netinv.masking.keys import without_keys
from netinv.masking.lexicon import Lexicon
from netinv.masking.looks import Looks
from netinv.masking.spellings import IPV6_NAME, IPV6_TEXT, LONG_HEX, MAC_TEXT, UUID, ipv6, public
from netinv.net.network import Means
from netinv.net.overheard import Topic
from netinv.net.plain import meant, plain
from netinv.net.resemblance import is_bytes
from netinv.net.transcript import Door, Header, Line, Transcript

_TERMS: Final = frozenset((*get_args(Means), *get_args(Topic), "open", "closed", "tcp", "udp", "multicast", "listen"))
"""The door's own words, which no name may change."""
_MOVED: Final = (IPv6Network("2000::/3"), IPv6Network("fc00::/7"), IPv6Network("fe80::/10"))
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")
_LENGTH = re.compile(rb"(?i)(\r\ncontent-length:[ \t]*)(\d{1,9})")
_SERIAL = re.compile(rb"(?i)<serialNumber>([^<]{4,64})</|\b(?:sn|serial|serialnumber|ssid)=([ -~]{4,64}?)(?=[\x00-\x1f\"&;,]|$)")


class Mask:
    """Replaces what it has learned, and what looks like an identifier, by something of the same length and look."""

    def __init__(self, key: bytes) -> None:
        self._looks = Looks(key)
        self.lexicon = Lexicon(self._looks)

    def learn(self, transcript: Transcript) -> None:
        """Find out what has to be masked."""
        self.lexicon.learn(transcript)

    def masked(self, transcript: Transcript) -> Transcript:
        """The same, masked."""
        header = transcript.header
        doors = tuple(Door(self._value(d.interface), d.targets) for d in header.doors)
        masked: Header = replace(
            header, doors=doors, targets=self.text(header.targets), sensor=self.text(header.sensor), is_anonymous=True
        )
        return replace(transcript, header=masked, lines=tuple(map(self._line, transcript.lines)))

    def text(self, text: str) -> str:
        """A text, masked."""
        if (address := ipv6(text)) is not None:
            return str(self._looks.ipv6(address))
        if address_4 := public(text):
            return self._looks.ipv4(address_4)
        interface, slash, bits = text.partition("/")
        if slash and (address := ipv6(interface)) is not None:
            return f"{self._looks.ipv6(address)}/{bits}"
        return self.payload(text.encode("utf-8", "surrogatepass")).decode("utf-8", "replace")

    def payload(self, data: bytes) -> bytes:
        """Bytes, masked; as many, but for short IPv6 addresses in text, which may grow."""
        masked = self._payload(data)
        grown = len(masked.partition(b"\r\n\r\n")[2]) - len(data.partition(b"\r\n\r\n")[2])
        return _LENGTH.sub(lambda found: found[1] + b"%d" % (int(found[2]) + grown), masked, count=1) if grown else masked

    def _payload(self, data: bytes) -> bytes:
        is_text = not _CONTROL.search(data)
        data = without_keys(data, lambda shown: self._looks.other_bytes("key", shown))
        data = IPV6_TEXT.sub(lambda found: self._ipv6_text(found[0], is_text), data)
        data = IPV6_NAME.sub(self._ipv6_name, data)
        data = self.lexicon.octets(data)
        data = MAC_TEXT.sub(lambda found: self._looks.mac_text(found[0]), data)
        data = UUID.sub(lambda found: self._looks.digits(found[0]), data)
        data = escapes.masked(self.lexicon.words(data), self.lexicon.words, self._looks.look)
        data = _SERIAL.sub(lambda found: found[0].replace(found[1] or found[2], self._looks.look(found[1] or found[2])), data)
        return LONG_HEX.sub(self._long_hex, data)

    def _ipv6_text(self, text: bytes, is_free: bool) -> bytes:
        address = ipv6(text.decode())
        is_moved = address and any(address in network for network in _MOVED)
        return self._looks.ipv6_text(text, is_free=is_free) if is_moved else text

    def _ipv6_name(self, found: re.Match[bytes]) -> bytes:
        digits = (found[1] or found[2]).replace(b".", b"").replace(b"\x01", b"").lower()
        masked = self._looks.nibbles(digits)
        if found[1]:
            return b"".join(b"%c." % digit for digit in masked) + found[0][len(found[1]) :]
        return b"".join(b"\x01%c" % digit for digit in masked) + found[0][len(found[2]) :]

    def _long_hex(self, found: re.Match[bytes]) -> bytes:
        return found[0] if self.lexicon.is_told(found[0].decode().lower()) else self._looks.digits(found[0])

    def _line(self, line: Line) -> Line:
        return {name: self._value(item) if name in ("got", "failed", "is", "with") else item for name, item in line.items()}

    def _value(self, value: Any) -> Any:
        if is_bytes(value):
            return plain(self.payload(meant(value, bytes)))
        match value:
            case str():
                return value if value in _TERMS else self.text(value)
            case Mapping():
                return {self.text(name) if ":" in name else name: self._value(item) for name, item in value.items()}
            case list():
                return [self._value(item) for item in value]
            case None | bool() | int() | float():
                return value
        return meant(self._value(plain(value)), type(value))
