"""IPP: make, model and name of a printer, as every one of today tells whoever would print (RFC 8010, RFC 8011).

The encoding is read here: the parser of pyipp comes with an HTTP client and five more libraries, and scapy has no such layer.
"""

import struct
from collections.abc import Iterator

from netinv.model import Answer, Host
from netinv.net.network import Network
from netinv.net.peer import reach
from netinv.probes import http_message
from netinv.probes.base import Answers, ServiceProbe
from netinv.probes.http_message import literal

PATHS = ("/ipp/print", "/ipp")
"""Where a printer listens by the standard (PWG 5100.14, 4.1), and where the older do."""
ATTRIBUTES = 256
"""Looked at in one answer."""
TEXT = 512
_TOLD = {
    b"printer-make-and-model": "ipp.model",
    b"printer-device-id": "ipp.device-id",
    b"printer-info": "ipp.name",
    b"printer-name": "ipp.name",
    b"printer-firmware-string-version": "ipp.firmware",
}
_GET_PRINTER_ATTRIBUTES = 0x000B
_OPERATION, _END = 0x01, 0x03
_KEYWORD, _URI, _CHARSET, _LANGUAGE = 0x44, 0x45, 0x47, 0x48
_TEXTS = frozenset({0x41, 0x42})
"""Text and name without a language (RFC 8010, 3.5.2)."""
_SHORT = struct.Struct("!H")


def question(address: str, port: int, path: str) -> bytes:
    """Get-Printer-Attributes (RFC 8011, 4.2.5), for those few."""
    uri = f"ipp://{literal(address)}:{port}{path}".encode("ascii")
    names = list(_TOLD)
    attributes = [
        (_CHARSET, b"attributes-charset", b"utf-8"),
        (_LANGUAGE, b"attributes-natural-language", b"en"),
        (_URI, b"printer-uri", uri),
        (_KEYWORD, b"requested-attributes", names[0]),
        *((_KEYWORD, b"", name) for name in names[1:]),
    ]
    head = struct.pack("!BBHIB", 1, 1, _GET_PRINTER_ATTRIBUTES, 1, _OPERATION)
    return head + b"".join(bytes([tag]) + _counted(name) + _counted(value) for tag, name, value in attributes) + bytes([_END])


def parse(message: bytes) -> tuple[tuple[str, str], ...]:
    """What a printer tells; nothing if it is an error, or no IPP."""
    if len(message) < 9 or _SHORT.unpack_from(message, 2)[0] > 0x00FF:  # successful (RFC 8011, B.1.2)
        return ()
    told: dict[tuple[str, str], None] = {}
    for tag, name, value in _attributes(message):
        if tag in _TEXTS and (key := _TOLD.get(name)) and value:
            told.setdefault((key, value[: TEXT * 4].decode("utf-8", "replace")[:TEXT]))
    return tuple(told)


async def ask(network: Network, host: Host, port: int) -> Answers:
    told: list[tuple[str, str]] = []
    async with reach(network, host.address, port) as peer:
        for path in PATHS:
            body = question(host.address, port, path)
            message = http_message.request(host.address, port, path, body=body, kind="application/ipp")
            response = await http_message.ask(peer, message) if peer else None
            if response is None:
                break
            if server := str(response.headers.get("server", ""))[:TEXT]:
                told.append(("http.server", server))
            told += parse(response.body) if response.status == 200 else ()
            if response.status != 404 or response.is_last or not response.is_whole:
                break
    for key, value in dict.fromkeys(told):
        yield Answer(host.address, key, value)


def _attributes(message: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Tag, name and value of each, as far as they are well-formed (RFC 8010, 3.1)."""
    at = 8
    for _ in range(ATTRIBUTES):
        if at >= len(message) or message[at] == _END:
            return
        tag, at = message[at], at + 1
        if tag < 0x10:  # begins a group
            continue
        name, at = _read(message, at)
        value, at = _read(message, at)
        yield tag, name, value


def _read(message: bytes, at: int) -> tuple[bytes, int]:
    """What follows its length, and where it ends; nothing once the message is over."""
    if at + 2 > len(message):
        return b"", len(message)
    end = at + 2 + _SHORT.unpack_from(message, at)[0]
    return message[at + 2 : end], end


def _counted(value: bytes) -> bytes:
    return _SHORT.pack(len(value)) + value


PROBE = ServiceProbe(
    "ipp",
    "asks a printer for its make, its model and its name; prints nothing",
    tells=("ipp.model", "ipp.device-id", "ipp.name", "ipp.firmware", "http.server"),
    ask=ask,
    ports=(631,),
)
