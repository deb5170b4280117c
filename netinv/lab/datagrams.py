"""What simulated devices say over UDP, mDNS and DNS aside: SSDP, NetBIOS, LLMNR, WS-Discovery, SNMP, SIP, and makers' own.

By hand and by the standard library, for the reason `packets` gives. A device's `udp` holds what it says, by protocol:

    ssdp     server, uuid, location, types: it answers for `upnp:rootdevice`, its UUID and each of its types (UPnP 2.0, 1.3.3)
    netbios  name, group, roles (suffixes in hexadecimal), mac (RFC 1002, 4.2.18)
    llmnr    name (RFC 4795)
    wsd      endpoint, types (with their prefix), scopes, location (WS-Discovery, 5.3)
    snmp     community, objects: text, numbers, or object identifiers with a leading dot (RFC 3416)
    sip      server (RFC 3261, 11)
    PORT     the characters of its answer to anything, as bytes (Latin-1)
"""

import re
import struct
from collections.abc import Callable, Iterator, Mapping
from ipaddress import ip_address
from typing import Any, Final

from netinv.lab.household import SimulatedDevice

Said = Mapping[str, Any]
PORTS: Final = {"netbios": 137, "snmp": 161, "ssdp": 1900, "wsd": 3702, "sip": 5060, "llmnr": 5355}
GROUPS: Final = frozenset(
    {
        ("239.255.255.250", 1900), ("ff02::c", 1900), ("239.255.255.250", 3702), ("ff02::c", 3702),
        ("224.0.0.252", 5355), ("ff02::1:3", 5355),
    }
)  # fmt: skip
"""Where each protocol listens besides the device's own address; what a maker made up listens to everybody."""
LIMIT: Final = 4096


def hears(device: SimulatedDevice, group: str, port: int) -> bool:
    """Whether a datagram to `group` reaches something that listens; a broadcast's group is the empty word."""
    return listens(device, port) and ((group, port) in GROUPS or (not group and port not in PORTS.values()))


def listens(device: SimulatedDevice, port: int) -> bool:
    """Whether a UDP port is open."""
    return _protocol(device, port) is not None


def answers(device: SimulatedDevice, port: int, question: bytes) -> tuple[bytes, ...]:
    """The datagrams that come back; none for what is no question it understands."""
    protocol = _protocol(device, port)
    if protocol is None or len(question) > LIMIT:
        return ()
    if protocol.isdecimal():
        return (str(device.udp[protocol]).encode("latin-1", "replace"),)
    try:
        return tuple(_SPEAK[protocol](device, device.udp[protocol], question))
    except (ValueError, IndexError, struct.error, UnicodeError):  # whatever was asked, it was no question
        return ()


def _protocol(device: SimulatedDevice, port: int) -> str | None:
    return next((p for p in device.udp if (int(p) if p.isdecimal() else PORTS[p]) == port), None)


def _ssdp(device: SimulatedDevice, said: Said, question: bytes) -> Iterator[bytes]:
    wanted = re.search(rb"(?im)^ST: *(\S+)", question)
    if not question.startswith(b"M-SEARCH * HTTP/1.1\r\n") or not wanted:
        return
    uuid = f"uuid:{said['uuid']}"
    for kind in ("upnp:rootdevice", uuid, *said["types"]):
        if wanted[1].decode("ascii") in ("ssdp:all", kind):
            usn = uuid if kind == uuid else f"{uuid}::{kind}"
            lines = ["HTTP/1.1 200 OK", "CACHE-CONTROL: max-age=1800", "EXT:", f"LOCATION: {said['location']}"]
            lines += [f"SERVER: {said['server']}", f"ST: {kind}", f"USN: {usn}", "", ""]
            yield "\r\n".join(lines).encode("utf-8")


def _netbios(device: SimulatedDevice, said: Said, question: bytes) -> Iterator[bytes]:
    transaction, flags, questions, *_ = struct.unpack_from("!6H", question)
    if flags & 0xF800 or questions != 1 or question[46:50] != b"\0\x21\0\1":
        return
    table = [(said["name"], 0, 0), (said["group"], 0, 0x80), *((said["name"], int(role, 16), 0) for role in said["roles"])]
    names = b"".join(name.encode("ascii").ljust(15)[:15] + bytes((suffix, flag | 4, 0)) for name, suffix, flag in table)
    data = bytes((len(table),)) + names + bytes.fromhex(said["mac"].replace(":", "")) + bytes(40)
    yield struct.pack("!6H", transaction, 0x8400, 0, 1, 0, 0) + question[12:50] + struct.pack("!IH", 0, len(data)) + data


def _llmnr(device: SimulatedDevice, said: Said, question: bytes) -> Iterator[bytes]:
    transaction, flags, questions, *_ = struct.unpack_from("!6H", question)
    end = question.index(b"\0", 12) + 5
    own = {b"".join(bytes((len(p),)) + p.encode() for p in ip_address(a).reverse_pointer.split(".")) for a in device.addresses}
    if flags or questions != 1 or question[12 : end - 5] not in own or question[end - 4 : end] != b"\0\x0c\0\1":
        return
    name = said["name"].encode("ascii")
    target = bytes((len(name),)) + name + b"\0"
    header = struct.pack("!6H", transaction, 0x8000, 1, 1, 0, 0)
    yield header + question[12:end] + b"\xc0\x0c" + struct.pack("!HHIH", 12, 1, 30, len(target)) + target


def _wsd(device: SimulatedDevice, said: Said, question: bytes) -> Iterator[bytes]:
    to = re.search(rb"MessageID>([^<]+)<", question)
    kind = next((k for k in (b"Probe", b"Resolve") if b":" + k + b">" in question), None)
    wanted = re.search(rb"Types[^>]*>(?:\w+:)?(\w+)<", question)
    types = said["types"]
    if not to or not kind or (wanted and wanted[1].decode() not in {t.rpartition(":")[2] for t in types}):
        return
    if kind == b"Resolve" and said["endpoint"].encode() not in question:
        return
    is_told = kind == b"Resolve" or not said.get("resolves")
    places = f"<d:XAddrs>{said['location']}</d:XAddrs>" if is_told else ""
    word = f"{kind.decode()}Match"
    body = f"<a:EndpointReference><a:Address>{said['endpoint']}</a:Address></a:EndpointReference>"
    body += f"<d:Types>{' '.join(types)}</d:Types>"
    body += f"<d:Scopes>{' '.join(said['scopes'])}</d:Scopes>{places}<d:MetadataVersion>1</d:MetadataVersion>"
    names = 'xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
    names += ' xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"'
    header = f"<s:Header><a:RelatesTo>{to[1].decode()}</a:RelatesTo></s:Header>"
    envelope = f"<s:Envelope {names}>{header}<s:Body><d:{word}es><d:{word}>{body}</d:{word}></d:{word}es></s:Body></s:Envelope>"
    yield envelope.encode()


def _sip(device: SimulatedDevice, said: Said, question: bytes) -> Iterator[bytes]:
    if not question.startswith(b"OPTIONS "):
        return
    kept = [h for h in question.split(b"\r\n") if h.split(b":")[0] in (b"Via", b"From", b"To", b"Call-ID", b"CSeq")]
    yield b"\r\n".join([b"SIP/2.0 200 OK", *kept, b"Server: " + said["server"].encode(), b"Content-Length: 0", b"", b""])


def _snmp(device: SimulatedDevice, said: Said, question: bytes) -> Iterator[bytes]:
    version, community, pdu = _parts(_open(question, 0x30))
    request, _, _, bindings = _parts(_open(pdu[1], 0xA0, pdu[0]))
    if community[1].decode("latin-1") != said["community"] or version[1] not in (b"\0", b"\1"):
        return
    is_first = version[1] == b"\0"
    found, missing = b"", 0
    for number, (_, binding) in enumerate(_parts(bindings[1]), 1):
        name = _parts(binding)[0]
        value = _value(said["objects"].get(_dotted(name[1])))
        missing = missing or (0 if value else number)
        found += _pack(0x30, _pack(*name) + (value or b"\x81\0"))  # noSuchInstance (RFC 3416, 3)
    error = (2, missing) if is_first and missing else (0, 0)  # noSuchName (RFC 1157, 4.1.2)
    numbers = b"".join(_pack(2, bytes((n,))) for n in error)
    bound = _pack(*bindings) if is_first and missing else _pack(0x30, found)
    yield _pack(0x30, _pack(*version) + _pack(*community) + _pack(0xA2, _pack(*request) + numbers + bound))


def _parts(data: bytes) -> list[tuple[int, bytes]]:
    """The values in a row of BER's, each with its tag; ValueError if it is none (X.690, 8.1)."""
    found = []
    while data:
        length, start = data[1], 2
        if length & 0x80:
            start += length & 0x7F
            length = int.from_bytes(data[2:start], "big")
        if start + length > len(data):
            raise ValueError("cut off")
        found.append((data[0], data[start : start + length]))
        data = data[start + length :]
    return found


def _open(data: bytes, tag: int, found: int | None = None) -> bytes:
    """What is in a value of this tag, which may have been taken apart already."""
    if found is None:
        ((found, data),) = _parts(data)
    if found != tag:
        raise ValueError("another type")
    return data


def _pack(tag: int, data: bytes) -> bytes:
    length = bytes((len(data),)) if len(data) < 0x80 else b"\x82" + len(data).to_bytes(2, "big")
    return bytes((tag,)) + length + data


def _dotted(name: bytes) -> str:
    numbers, number = [], 0
    for each in name[1:]:
        number = number << 7 | each & 0x7F
        if not each & 0x80:
            numbers.append(number)
            number = 0
    return ".".join(map(str, (name[0] // 40, name[0] % 40, *numbers)))


def _value(said: str | int | None) -> bytes | None:
    if said is None:
        return None
    if isinstance(said, int):
        return _pack(2, said.to_bytes(5, "big").lstrip(b"\0").rjust(1, b"\0"))
    if not said.startswith("."):
        return _pack(4, said.encode())
    first, second, *others = map(int, said[1:].split("."))
    return _pack(6, bytes((first * 40 + second,)) + b"".join(map(_base_128, others)))


def _base_128(number: int) -> bytes:
    digits = [number & 0x7F]
    while number := number >> 7:
        digits.append(number & 0x7F | 0x80)
    return bytes(reversed(digits))


_SPEAK: Final[Mapping[str, Callable[[SimulatedDevice, Said, bytes], Iterator[bytes]]]] = {
    "ssdp": _ssdp,
    "netbios": _netbios,
    "llmnr": _llmnr,
    "wsd": _wsd,
    "sip": _sip,
    "snmp": _snmp,
}
