"""Synology's discovery: disk stations and routers of that maker, by name, model, version and serial number.

No standard; what is read here is what the dissector `syno_finder` (cq674350529), Greenbone's detection of findhostd and dsmctl
describe: a mark, then fields of a type, a length and a value. The answer is a broadcast, too, which `announced` hears.
"""

from collections.abc import Iterator, Mapping

from netinv.probes import broadcast

PORT = 9999
FIELDS = 64
_MARK = bytes.fromhex("12345678") + b"SYNO"
_KIND, _SEARCH, _ANSWER = 0x01, 1, 2
"""The field that says what a message is for, and two things it is for: numbers of four bytes, the lowest first."""
QUESTION = _MARK + bytes((0xA4, 4, 0, 0, 2, 1, _KIND, 4, _SEARCH, 0, 0, 0))
"""Of the version of the protocol without a key: so the answer is not in cipher. It changes nothing."""
_NAME, _SERIAL, _SHORT_SERIAL, _VERSION, _MODEL, _SYSTEM = 0x11, 0xC0, 0x73, 0x77, 0x78, 0xC1
_KEYS: Mapping[int, str] = {
    _NAME: "synology.name",
    _MODEL: "synology.model",
    _SYSTEM: "synology.system",
    _VERSION: "synology.firmware",
    _SERIAL: "synology.serial",
    _SHORT_SERIAL: "synology.serial",
}
TELLS = tuple(dict.fromkeys(_KEYS.values()))


def parse(message: bytes) -> Iterator[tuple[str, str]]:
    """What an answer tells of its sender; nothing of a question, nor of what is in cipher or broken."""
    fields = _fields(message)
    if int.from_bytes(fields.get(_KIND, b""), "little") != _ANSWER or not fields.get(_MODEL):
        return
    if fields.get(_SERIAL):
        fields.pop(_SHORT_SERIAL, None)
    for kind, key in _KEYS.items():
        if said := fields.get(kind, b"").decode("utf-8", "replace").strip("\0 "):
            yield key, said


def _fields(message: bytes) -> dict[int, bytes]:
    """Each the first of its type, if all are whole and come to an end."""
    found: dict[int, bytes] = {}
    place = len(_MARK)
    if not message.startswith(_MARK):
        return {}
    for _ in range(FIELDS):
        if place == len(message):
            return found
        end = place + 2 + int.from_bytes(message[place + 1 : place + 2])
        if end > len(message):
            return {}
        found.setdefault(message[place], message[place + 2 : end])
        place = end
    return {}


PROBE = broadcast.probe(
    "synology",
    "asks everybody on the link for Synology devices: model, name, firmware, serial number; hears the answers as root",
    {PORT: QUESTION},
    parse,
    tells=TELLS,
)
