"""NTLM as far as a server speaks before a password: who it is, in its challenge ([MS-NLMP]); by scapy's layer.

SMB and RDP wrap it differently; here it is bare.
"""

from typing import Any, NamedTuple

from netinv.net import wire
from netinv.net.announcements import never_raises

LIMIT = 4096
"""Bytes of an answer with a challenge, which has some 400."""
_CHALLENGE = b"NTLMSSP\0\x02\0\0\0"
"""How a challenge begins (2.2.1.2), wherever the wrappings around it end."""
_NETBIOS_NAME, _NETBIOS_DOMAIN, _DNS_NAME, _DNS_DOMAIN = 1, 2, 3, 4
"""2.2.2.1."""


class Challenge(NamedTuple):
    """What a server tells of itself to whoever wants to log in."""

    name: str | None = None
    """Its NetBIOS name."""
    domain: str | None = None
    dns_name: str | None = None
    version: str | None = None
    """As `10.0.19041`; None for a server that is not Windows, whose build is nought."""


def load() -> None:
    """Load the layers."""
    wire.windows_layers()


def offer() -> bytes:
    """Who we would be, which is answered by a challenge (2.2.1.1). It is never met."""
    return bytes(
        wire.windows_layers().ntlm.NTLM_NEGOTIATE(
            NegotiateFlags="NEGOTIATE_UNICODE+REQUEST_TARGET+NEGOTIATE_NTLM+NEGOTIATE_EXTENDED_SESSIONSECURITY+NEGOTIATE_TARGET_INFO"
            "+NEGOTIATE_VERSION",
            ProductMajorVersion=10,
            ProductBuild=19041,
        )
    )


def wrapped_offer() -> Any:
    """The same within SPNEGO and GSS-API, as SMB has it (RFC 4178, 4.2.1; RFC 2743, 3.1)."""
    layers = wire.windows_layers()
    spnego = layers.spnego
    token = spnego.SPNEGO_negTokenInit(
        mechTypes=[spnego.SPNEGO_MechType(oid="1.3.6.1.4.1.311.2.2.10")], mechToken=spnego.SPNEGO_Token(value=offer())
    )
    return layers.gssapi.GSSAPI_BLOB(innerToken=spnego.SPNEGO_negToken(token=token))


@never_raises
def read_challenge(message: bytes) -> Challenge | None:
    """What the server says of itself in its challenge, wherever that is in the message; None where there is none."""
    begin = message.find(_CHALLENGE, 0, LIMIT)
    if begin < 0:
        return None
    heard = wire.windows_layers().ntlm.NTLM_CHALLENGE(message[begin : begin + LIMIT])
    told = {pair.AvId: pair.Value for pair in heard.getfieldval("TargetInfo") or ()}
    build = heard.ProductBuild
    return Challenge(
        _text(told.get(_NETBIOS_NAME)),
        _text(told.get(_NETBIOS_DOMAIN)),
        _text(told.get(_DNS_NAME)),
        f"{heard.ProductMajorVersion}.{heard.ProductMinorVersion}.{build}" if build else None,
    )


def _text(said: object) -> str | None:
    return said[:128] or None if isinstance(said, str) else None
