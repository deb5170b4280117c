"""SNMP: a question for several objects by versions 1 and 2c, and what comes back; and which engine answers by version 3.

The first two by scapy's layers (RFC 1157, RFC 3416), which know no version 3: its one question is always the same (RFC 3414, 4),
and pyasn1 reads the answer.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Literal

from netinv.net import wire
from netinv.net.announcements import never_raises

Version = Literal[1, 2]
BINDINGS = 64
"""Values taken of one answer."""


def load() -> None:
    """Load the layers, and what reads version 3."""
    wire.snmp_layers()
    _version_3()


def question(objects: Iterable[str], community: str, version: Version, request: int) -> bytes:
    """A GetRequest for these objects, each in dots without a leading one; `request` has 31 bits."""
    snmp = wire.snmp_layers().snmp
    wanted = [snmp.SNMPvarbind(oid=each) for each in objects]
    message = snmp.SNMP(version=version - 1, community=community, PDU=snmp.SNMPget(id=request, varbindlist=wanted))
    return bytes(message)


@never_raises
def read(message: bytes, request: int) -> Mapping[str, str] | None:
    """The values in the answer to `request`, by object; empty if it is an error; None if it is no answer to it.

    Integers are in decimal, object identifiers in dots without a leading one, text as it came, not yet cleaned.
    """
    layers = wire.snmp_layers()
    answer = layers.snmp.SNMP(message)
    pdu = answer.PDU
    if not isinstance(pdu, layers.snmp.SNMPresponse) or _number(pdu.id) != request:
        return None
    if _number(pdu.error):  # of version 1, where one object is missing they all are (RFC 1157, 4.1.2)
        return {}
    found: dict[str, str] = {}
    for binding in pdu.varbindlist[:BINDINGS]:
        value = _value(binding.value, layers.asn1)
        if value is not None:
            found[str(binding.oid.val).strip(".")] = value
    return found


@never_raises
def request_of(message: bytes) -> int | None:
    """Of which request a message is the answer; None if it is none of version 1 or 2c."""
    layers = wire.snmp_layers()
    pdu = layers.snmp.SNMP(message).PDU
    return _number(pdu.id) if isinstance(pdu, layers.snmp.SNMPresponse) else None


def discovery(request: int) -> bytes:
    """The question of version 3 who answers here: a GetRequest for nothing, of an engine without a name (RFC 3414, 4)."""
    number = request.to_bytes(4)
    # version 3; its number, 65,507 bytes at the most, a report is wanted, the user-based security model (RFC 3412, 6)
    head = b"\x02\x01\x03\x30\x11\x02\x04" + number + b"\x02\x03\x00\xff\xe3\x04\x01\x04\x02\x01\x03"
    # no engine, boots and time 0, no user, nothing to prove or hide it by (RFC 3414, 2.4)
    security = b"\x04\x10\x30\x0e\x04\x00\x02\x01\x00\x02\x01\x00\x04\x00\x04\x00\x04\x00"
    scoped = b"\x30\x14\x04\x00\x04\x00\xa0\x0e\x02\x04" + number + b"\x02\x01\x00\x02\x01\x00\x30\x00"
    return b"\x30\x3e" + head + security + scoped


@never_raises
def read_engine(message: bytes, request: int | None = None) -> str | None:
    """The id of the engine that answers the discovery `request`, or any, in hexadecimal digits; None if it tells none."""
    decode, form = _version_3()
    answer = decode(message, asn1Spec=form)[0]
    if int(answer["version"]) != 3 or request not in (None, int(answer["head"][0])):
        return None
    engine = bytes(decode(bytes(answer["security"]))[0][0])
    # RFC 3411, 5 (SnmpEngineID): its size, and what it may not be
    return engine.hex() if 5 <= len(engine) <= 32 and set(engine) not in ({0}, {255}) else None


@cache
def _version_3() -> tuple[Any, Any]:
    """pyasn1's decoder, and a message of version 3 as far as it is read (RFC 3412, 6)."""
    from pyasn1.codec.ber.decoder import decode
    from pyasn1.type import namedtype, univ

    def sequence(**parts: Any) -> Any:
        return univ.Sequence(componentType=namedtype.NamedTypes(*(namedtype.NamedType(*part) for part in parts.items())))

    number, text = univ.Integer(), univ.OctetString()
    head = sequence(id=number, size=number, flags=text, model=number)
    return decode, sequence(version=number, head=head, security=text, data=univ.Any())


def _value(said: Any, asn1: Any) -> str | None:
    match said:
        case asn1.ASN1_OID():
            return str(said.val).strip(".")
        case asn1.ASN1_INTEGER():
            return str(int(said.val))
        case asn1.ASN1_STRING():
            raw = said.val if isinstance(said.val, bytes) else str(said.val).encode("latin-1", "replace")
            return raw.decode("utf-8", "replace").strip("\0 ")
    return None


def _number(field: Any) -> int:
    return int(getattr(field, "val", field))
