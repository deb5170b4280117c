"""SMB 2 and 3 as far as a server speaks before a password: its dialect, and who it is by NTLM's challenge; by scapy's layers."""

from typing import Any, NamedTuple

from netinv.net import wire
from netinv.net.announcements import never_raises

LIMIT = 4096
"""Bytes of a message; a challenge has some 400."""
LENGTH = 4
"""Bytes before each message that say how long it is ([MS-SMB2] 2.1)."""
_CHALLENGE = b"NTLMSSP\0\x02\0\0\0"
"""How NTLM's challenge begins ([MS-NLMP] 2.2.1.2), wherever the wrappings around it end."""
_DIALECTS = {0x0202: "2.0.2", 0x0210: "2.1", 0x0300: "3.0", 0x0302: "3.0.2", 0x0311: "3.1.1"}
"""[MS-SMB2] 2.2.3."""
_NTLM = "1.3.6.1.4.1.311.2.2.10"
_NETBIOS_NAME, _NETBIOS_DOMAIN, _DNS_NAME, _DNS_DOMAIN = 1, 2, 3, 4
"""[MS-NLMP] 2.2.2.1."""
_BEGINNING = 40
"""Bytes of the challenge before what it says of names and version."""


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


def negotiation() -> bytes:
    """The first message: which dialects we know (2.2.3)."""
    layers = wire.windows_layers()
    smb2 = layers.smb2
    # 3.1.1 must bring a hash algorithm, and there is one; the salt secures nothing here.
    hashes = smb2.SMB2_Negotiate_Context() / smb2.SMB2_Preauth_Integrity_Capabilities(HashAlgorithms=["SHA-512"], Salt=bytes(32))
    body = smb2.SMB2_Negotiate_Protocol_Request(
        Dialects=list(_DIALECTS), SecurityMode="SIGNING_ENABLED", ClientGUID=_GUID, NegotiateContexts=[hashes]
    )
    return _framed(layers, smb2.SMB2_Header(Command="SMB2_NEGOTIATE", CreditRequest=1) / body)


def login() -> bytes:
    """The second: who we would be, which is answered by a challenge (2.2.5). It is never met."""
    layers = wire.windows_layers()
    smb2, spnego, ntlm = layers.smb2, layers.spnego, layers.ntlm
    offer = ntlm.NTLM_NEGOTIATE(
        NegotiateFlags="NEGOTIATE_UNICODE+REQUEST_TARGET+NEGOTIATE_NTLM+NEGOTIATE_EXTENDED_SESSIONSECURITY+NEGOTIATE_TARGET_INFO+NEGOTIATE_VERSION",
        ProductMajorVersion=10,
        ProductBuild=19041,
    )
    token = spnego.SPNEGO_negTokenInit(
        mechTypes=[spnego.SPNEGO_MechType(oid=_NTLM)], mechToken=spnego.SPNEGO_Token(value=bytes(offer))
    )
    blob = layers.gssapi.GSSAPI_BLOB(innerToken=spnego.SPNEGO_negToken(token=token))
    body = smb2.SMB2_Session_Setup_Request(SecurityMode="SIGNING_ENABLED", Buffer=[("SecurityBlob", blob)])
    return _framed(layers, smb2.SMB2_Header(Command="SMB2_SESSION_SETUP", MID=1, CreditRequest=1) / body)


def is_whole(heard: bytes) -> bool:
    """Whether a message is there to its end."""
    return len(heard) >= LENGTH and len(heard) >= LENGTH + int.from_bytes(heard[1:LENGTH], "big")


@never_raises
def read_dialect(message: bytes) -> str | None:
    """The dialect the server chose, of its answer to the first message; None if that is none."""
    smb2 = wire.windows_layers().smb2
    answer = smb2.SMB2_Header(message[LENGTH:LIMIT])
    chosen = (
        answer[smb2.SMB2_Negotiate_Protocol_Response].DialectRevision if smb2.SMB2_Negotiate_Protocol_Response in answer else 0
    )
    return _DIALECTS.get(chosen)


@never_raises
def read_challenge(message: bytes) -> Challenge | None:
    """What the server says of itself, of its answer to the second message, or anywhere else NTLM is spoken."""
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


_GUID = "6e657469-6e76-4000-8000-000000000000"
"""Who we are, the same to everybody (2.2.3)."""


def _framed(layers: Any, message: Any) -> bytes:
    return bytes(layers.netbios.NBTSession() / message)


def _text(said: object) -> str | None:
    return said[:128] or None if isinstance(said, str) else None
