"""WS-Discovery and WS-Transfer messages: what is asked, and what devices say in SOAP (WS-Discovery 2005/04, DPWS 2006/02)."""

from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote
from uuid import uuid4

from netinv.probes.xml_document import children, read, text, walk

MATCHES = 8
"""Taken of one message."""
WORDS = 64
"""Types, scopes and addresses taken of one match."""
_SOAP = "http://www.w3.org/2003/05/soap-envelope"
_ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
_DISCOVERY = "http://schemas.xmlsoap.org/ws/2005/04/discovery"
_TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
DEVICE = ("wsdp:Device", "http://schemas.xmlsoap.org/ws/2006/02/devprof")
CAMERA = ("dn:NetworkVideoTransmitter", "http://www.onvif.org/ver10/network/wsdl")
"""Types to look for, each with the namespace of its prefix: what Windows and what ONVIF's tools send. Some that answer do not
read XML but compare text, so the prefixes are theirs, too.
"""
_ANONYMOUS = f"{_ADDRESSING}/role/anonymous"
EVERYBODY = "urn:schemas-xmlsoap-org:ws:2005:04:discovery"
MEDIA_TYPE = "application/soap+xml; charset=utf-8"


class Match(NamedTuple):
    """One device that a message speaks of."""

    endpoint: str
    types: tuple[str, ...] = ()
    """Without the prefix of their namespace."""
    scopes: tuple[str, ...] = ()
    """Percent-decoded."""
    addresses: tuple[str, ...] = ()


def probe(kind: tuple[str, str]) -> bytes:
    """Looks for all devices of a type: `DEVICE` or `CAMERA`."""
    name, namespace = kind
    types = f'<d:Types xmlns:{name.partition(":")[0]}="{namespace}">{name}</d:Types>'
    return _envelope(f"{_DISCOVERY}/Probe", EVERYBODY, f"<d:Probe>{types}</d:Probe>")


def resolve(endpoint: str) -> bytes | None:
    """Asks where an endpoint is; None for what is no endpoint's address."""
    if not is_endpoint(endpoint):
        return None
    reference = f"<a:EndpointReference><a:Address>{endpoint}</a:Address></a:EndpointReference>"
    return _envelope(f"{_DISCOVERY}/Resolve", EVERYBODY, f"<d:Resolve>{reference}</d:Resolve>")


def get(endpoint: str) -> bytes | None:
    """Asks an endpoint for its metadata (DPWS, 5); None for what is no endpoint's address."""
    return _envelope(f"{_TRANSFER}/Get", endpoint, "") if is_endpoint(endpoint) else None


def is_endpoint(endpoint: str) -> bool:
    """Whether it can stand in a message as it is: `urn:uuid:...`."""
    return len(endpoint) <= 128 and endpoint.isascii() and endpoint.replace("-", "").replace(":", "").replace("_", "").isalnum()


def matches(message: bytes) -> tuple[Match, ...]:
    """Whom a ProbeMatches or ResolveMatches message speaks of; none if it is neither."""
    root = read(message)
    if root is None:
        return ()
    found = [each for name, each in walk(root) if name in ("ProbeMatch", "ResolveMatch")]
    return tuple(_match(each) for each in found[:MATCHES])


def metadata(message: bytes) -> tuple[tuple[str, str], ...]:
    """`Manufacturer`, `ModelName`, `FriendlyName`, `SerialNumber` ... of an answer to `get`, by local names in document order."""
    root = read(message)
    if root is None:
        return ()
    return tuple((name, said) for name, each in walk(root) if name in METADATA and (said := text(each)))[:WORDS]


METADATA = frozenset({"Manufacturer", "ModelName", "FriendlyName", "Types", "Computer"})


def _match(element: object) -> Match:
    said: dict[str, str] = {}
    for name, each in children(element):
        if name == "EndpointReference":
            said["endpoint"] = next((text(inner) for kind, inner in children(each) if kind == "Address"), "")
        elif name in ("Types", "Scopes", "XAddrs"):
            said[name] = (each.text or "")[: 64 * WORDS]
    return Match(
        said.get("endpoint", ""),
        tuple(word.rpartition(":")[2] for word in _words(said.get("Types"))),
        tuple(unquote(word) for word in _words(said.get("Scopes"))),
        tuple(_words(said.get("XAddrs"))),
    )


def _words(said: str | None) -> Iterator[str]:
    yield from (said or "").split()[:WORDS]


def _envelope(action: str, to: str, body: str) -> bytes:
    """A SOAP 1.2 envelope; all that is put into it has been checked to be no markup."""
    reply = f"<a:ReplyTo><a:Address>{_ANONYMOUS}</a:Address></a:ReplyTo>"
    header = f"<a:Action>{action}</a:Action><a:MessageID>urn:uuid:{uuid4()}</a:MessageID><a:To>{to}</a:To>{reply}"
    names = f'xmlns:s="{_SOAP}" xmlns:a="{_ADDRESSING}" xmlns:d="{_DISCOVERY}"'
    content = f"<s:Header>{header}</s:Header><s:Body>{body}</s:Body>"
    return f'<?xml version="1.0" encoding="utf-8"?><s:Envelope {names}>{content}</s:Envelope>'.encode("ascii")
