"""SNMP versions 1 and 2c: a question for several objects, and what comes back, by scapy's layers (RFC 1157, RFC 3416)."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from netinv.net import wire
from netinv.net.announcements import never_raises

Version = Literal[1, 2]
BINDINGS = 64
"""Values taken of one answer."""


def load() -> None:
    """Load the layers."""
    wire.snmp_layers()


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
