"""Siemens S7: what a controller is, read from its system status list over ISO transport (RFC 1006, ITU-T X.224).

What the lists hold is in Siemens' "System Software for S7-300/400: System and Standard Functions".

The few messages are written and read here: scapy has no layer of them, and python-snap7, which has, is a client that also stops
controllers and writes to them.
"""

import struct
from collections.abc import Iterator

LIMIT = 1024
"""Bytes of an answer; 480 are agreed upon."""
TEXT = 64
SLOTS = (0x0102, 0x0100)
"""Where a CPU sits: in the second slot of the first rack, or of the newer ones in none."""
_TPKT = struct.Struct("!BxH")
"""Version, and the length of all (RFC 1006, 6)."""
_DATA = b"\x02\xf0\x80"
"""X.224: data, the last of its message (13.7)."""
_HEAD = struct.Struct("!BBxxHHH")
"""Protocol, kind, reference, length of the parameters and of the data."""
_PROTOCOL, _REQUEST, _ACKNOWLEDGED, _USER_DATA = 0x32, 1, 3, 7
_LIST = struct.Struct("!BBHHHHH")
"""Code, sort, length; list, index, length and number of its records."""
_DONE = 0xFF
MODULE, COMPONENT = 0x0011, 0x001C
"""Lists: identification of the module, and of its components."""
_ORDER_NUMBER, _FIRMWARE = 1, 7
_OF_COMPONENT = {1: "s7.name", 5: "s7.serial", 7: "s7.model"}


def connection(slot: int) -> bytes:
    """The connection request, from a programming device to the CPU in this slot (X.224, 13.3)."""
    parameters = b"\xc0\x01\x0a" + b"\xc1\x02\x01\x00" + b"\xc2\x02" + slot.to_bytes(2, "big")
    return _framed(bytes((6 + len(parameters), 0xE0)) + b"\0\0\0\x01\0" + parameters)


def setup() -> bytes:
    """How long messages may be, and how many at once; anything may be asked only after it."""
    return _framed(_DATA + _HEAD.pack(_PROTOCOL, _REQUEST, 1, 8, 0) + struct.pack("!BxHHH", 0xF0, 1, 1, 480))


def question(number: int) -> bytes:
    """Read a list; it changes nothing."""
    parameters = b"\x00\x01\x12\x04\x11\x44\x01\x00"
    return _framed(
        _DATA + _HEAD.pack(_PROTOCOL, _USER_DATA, 2, 8, 8) + parameters + struct.pack("!BBHHH", _DONE, 9, 4, number, 0)
    )


def is_whole(heard: bytes) -> bool:
    """Whether a message is there to its end."""
    return len(heard) >= _TPKT.size and len(heard) >= _TPKT.unpack_from(heard)[1]


def is_confirmed(message: bytes) -> bool:
    """Whether the connection is taken (13.4)."""
    return message[:1] == b"\x03" and len(message) > 6 and message[5] & 0xF0 == 0xD0


def is_set_up(message: bytes) -> bool:
    """Whether questions may follow."""
    return message[4:9] == _DATA + bytes((_PROTOCOL, _ACKNOWLEDGED)) and message[17:19] == b"\0\0"


def read(message: bytes) -> tuple[tuple[str, str], ...]:
    """What a list tells; nothing if it is none."""
    return tuple((key, value) for key, value in _facts(message) if value)


def _facts(message: bytes) -> Iterator[tuple[str, str]]:
    for number, index, text in _records(message):
        if number == COMPONENT and (key := _OF_COMPONENT.get(index)):
            yield key, _text(text[:TEXT])
        elif number == MODULE and index == _ORDER_NUMBER:
            yield "s7.module", _text(text[:20])
        elif number == MODULE and index == _FIRMWARE and text[22:23] == b"V" and len(text) >= 26:
            yield "s7.firmware", f"V {text[23]}.{text[24]}.{text[25]}"


def _records(message: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Number of the list, and of each record its index and what follows that."""
    begin = _TPKT.size + len(_DATA)
    if len(message) < begin + _HEAD.size or message[_TPKT.size : begin] != _DATA:
        return
    protocol, kind, _, parameters, _ = _HEAD.unpack_from(message, begin)
    begin += _HEAD.size + parameters
    if (protocol, kind) != (_PROTOCOL, _USER_DATA) or len(message) < begin + _LIST.size:
        return
    code, _, _, number, _, length, count = _LIST.unpack_from(message, begin)
    begin += _LIST.size
    if code != _DONE or length < 4:
        return
    for place in range(begin, min(begin + count * length, len(message) - length + 1), length):
        yield number, int.from_bytes(message[place : place + 2], "big"), message[place + 2 : place + length]


def _text(said: bytes) -> str:
    return said.split(b"\0", 1)[0].decode("latin-1").strip()


def _framed(message: bytes) -> bytes:
    return _TPKT.pack(3, _TPKT.size + len(message)) + message
