"""BACnet/IP: who a device of a building is, by I-Am and by the properties of the device itself (ASHRAE 135).

The few messages are written and read here: scapy has no layer of them, and bacpypes3 is a whole stack that takes 250 ms to load.
"""

import struct
from collections.abc import Iterator

LIMIT = 1500
TEXT = 128
WHO_IS = (
    b"\x81\x0a\0\x08"  # BACnet/IP to one address (J.2.11)
    b"\x01\0"  # version 1, to whoever it reaches (6.2)
    b"\x10\x08"  # unconfirmed request: Who-Is, whoever you are (16.10)
)
PROPERTIES = {121: "bacnet.vendor", 70: "bacnet.model", 44: "bacnet.firmware", 77: "bacnet.name"}
"""Of the device object (12.11)."""
WHOEVER = 4_194_303
"""The device's number, for who does not know it (12.11.1)."""
_DEVICE = 8
"""The type of an object that is the device itself (21)."""
_I_AM = b"\x10\0\xc4"
"""Unconfirmed request: I-Am; and the tag of the object identifier that comes first in it (16.10.2)."""
_READ_PROPERTY, _COMPLEX_ACK = 0x0C, 0x30
_DESTINATION, _SOURCE = 0x20, 0x08
"""Of the network layer's control (6.2.2)."""


def question(device: int, number: int, invoke: int) -> bytes:
    """ReadProperty (15.5): of the device of this number; it changes nothing. `invoke` has 8 bits."""
    body = bytes((0, 5, invoke, _READ_PROPERTY)) + b"\x0c" + struct.pack("!I", _DEVICE << 22 | device) + bytes((0x19, number))
    return b"\x81\x0a" + struct.pack("!H", 6 + len(body)) + b"\x01\x04" + body


def read_device(message: bytes) -> int | None:
    """The number of the device that says I-Am."""
    body = _body(message)
    if not body.startswith(_I_AM) or len(body) < 7:
        return None
    (identifier,) = struct.unpack_from("!I", body, 3)
    return identifier & WHOEVER if identifier >> 22 == _DEVICE else None


def read_property(message: bytes, number: int, invoke: int) -> str | None:
    """The text of a property, in the answer to this question; None if it is none, or says nothing."""
    body = _body(message)
    if (
        len(body) < 11
        or body[:4] != bytes((_COMPLEX_ACK, invoke, _READ_PROPERTY, 0x0C))
        or body[8:11] != bytes((0x19, number, 0x3E))
    ):
        return None
    return next(_texts(body[11:]), None)


def _body(message: bytes) -> bytes:
    """What follows the link's and the network's headers (J.2.11; 6.2); nothing if it is no such message."""
    if len(message) < 6 or message[0] != 0x81 or message[1] not in (0x0A, 0x0B) or message[4] != 1:
        return b""
    control, at = message[5], 6
    for flag in (_DESTINATION, _SOURCE):
        if control & flag and at + 3 <= len(message):
            at += 3 + message[at + 2]
    return message[at + bool(control & _DESTINATION) :]


def _texts(body: bytes) -> Iterator[str]:
    """A character string (20.2.9) in UTF-8 or Latin-1, where that is what stands first."""
    if body[:1] == b"\x75" and len(body) > 2:  # a length of its own
        length, at = body[1], 2
    elif body and body[0] >> 4 == 7 and body[0] & 8 == 0:
        length, at = body[0] & 7, 1
    else:
        return
    if length == 254:  # of two bytes (20.2.1.3.1)
        length, at = int.from_bytes(body[at : at + 2], "big"), at + 2
    said = body[at : at + length]
    text = said[1:].decode({0: "utf-8", 4: "utf-16-be", 5: "latin-1"}.get(said[0], "utf-8"), "replace") if said else ""
    if text := text.strip("\0 ")[:TEXT]:
        yield text
