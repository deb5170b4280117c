"""X.509 certificates: who a server says it is (RFC 5280). Nobody has checked that it is true."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

from pyasn1.codec.der.decoder import decode
from pyasn1.error import PyAsn1UnicodeDecodeError
from pyasn1_modules import rfc5280

from netinv.net.announcements import never_raises

LIMIT = 4096
"""Bytes of a certificate that is read; those of devices have some 1,000."""
NAMES = 16
"""Alternative names taken of one certificate."""
TEXT = 128
"""Characters taken of one part of a name; X.520 allows 64."""
_SHORT = {
    "2.5.4.3": "CN",
    "2.5.4.5": "serialNumber",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.9": "STREET",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "0.9.2342.19200300.100.1.25": "DC",
    "0.9.2342.19200300.100.1.1": "UID",
    "1.2.840.113549.1.9.1": "emailAddress",
}
"""RFC 4514, 3; the serial number and the address have no short name there, and devices use them."""
_SPECIAL = re.compile(r'([,+"\\<>;]|^[# ]| $)')
"""RFC 4514, 2.4."""


class Certificate(NamedTuple):
    """A certificate as far as it tells of whom it was made for."""

    subject: str
    """As in RFC 4514, in the order of the certificate."""
    issuer: str
    names: tuple[str, ...] = ()
    """DNS names among its alternative names (RFC 5280, 4.2.1.6)."""
    common_name: str | None = None
    """Of the subject."""


@never_raises
def read(der: bytes) -> Certificate | None:
    """What a certificate says; None for what is none."""
    if len(der) > LIMIT:
        return None
    told = decode(der, asn1Spec=_CERTIFICATE)[0]["tbsCertificate"]
    subject = list(_parts(told["subject"]))
    return Certificate(
        _written(subject),
        _written(_parts(told["issuer"])),
        tuple(dict.fromkeys(_names(told["extensions"])))[:NAMES],
        next((value for name, value in subject if name == "CN"), None),
    )


_CERTIFICATE = rfc5280.Certificate()
_ALTERNATIVES = rfc5280.SubjectAltName()


def _parts(name: Any) -> Iterator[tuple[str, str]]:
    for part in islice(name[0], NAMES):
        for pair in islice(part, NAMES):
            oid = str(pair["type"])
            yield _SHORT.get(oid, oid), _text(decode(bytes(pair["value"]))[0])


def _names(extensions: Any) -> Iterator[str]:
    """Of DNS, among the alternative names."""
    for extension in islice(extensions, 2 * NAMES) if extensions.isValue else ():
        if extension["extnID"] == rfc5280.id_ce_subjectAltName:
            for name in islice(decode(bytes(extension["extnValue"]), asn1Spec=_ALTERNATIVES)[0], NAMES):
                if name.getName() == "dNSName":
                    yield _text(name.getComponent())


def _text(said: Any) -> str:
    try:
        return str(said)[:TEXT]
    except PyAsn1UnicodeDecodeError:  # an umlaut where its type allows none
        return bytes(said).decode("latin-1")[:TEXT]


def _written(parts: Any) -> str:
    return ",".join(f"{name}={_escaped(value)}" for name, value in parts if value)


def _escaped(value: str) -> str:
    return _SPECIAL.sub(r"\\\1", value)
