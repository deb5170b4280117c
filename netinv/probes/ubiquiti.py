"""Ubiquiti's discovery: access points, switches, radios and cameras of that maker, by model, firmware and name.

No standard; what is read here is what Wireshark's dissector (packet-ubdp.c) and nmap's ubiquiti-discovery describe.
"""

from collections.abc import Iterator

from netinv.probes import broadcast

PORT = 10001
QUESTION = bytes((1, 0, 0, 0))
"""Version 1, command 0, and nothing more."""
FIELDS = 64
_KEYS = {
    0x03: "ubiquiti.firmware",
    0x0B: "ubiquiti.name",
    0x0C: "ubiquiti.platform",
    0x14: "ubiquiti.model",
    0x15: "ubiquiti.model",
}
_HEAD = 4
_ANSWERS = {(1, 0), (2, 6), (2, 9), (2, 11)}
"""Versions, and the commands that are answers or announcements."""


def parse(message: bytes) -> Iterator[tuple[str, str]]:
    """What an answer tells: a head of version, command and length, then fields of a type, a length and a value."""
    if len(message) <= _HEAD or tuple(message[:2]) not in _ANSWERS or int.from_bytes(message[2:4], "big") > len(message) - _HEAD:
        return
    place = _HEAD
    for _ in range(FIELDS):
        kind, end = message[place : place + 1], place + 3 + int.from_bytes(message[place + 1 : place + 3], "big")
        value = message[place + 3 : end]
        if not kind or end > len(message):
            return
        if (key := _KEYS.get(kind[0])) and (said := value.decode("utf-8", "replace").strip("\0 ")):
            yield key, said
        place = end


PROBE = broadcast.probe(
    "ubiquiti",
    "asks everybody on the link for Ubiquiti devices: model, firmware, name",
    {PORT: QUESTION},
    parse,
    tells=dict.fromkeys(_KEYS.values()),
)
