"""SMB as far as a server speaks before a password: its dialect, of version 1 its system, and NTLM's challenge; by scapy's layers.

[MS-SMB2] for versions 2 and 3; [MS-SMB] and [MS-CIFS] for version 1, which is spoken only to who speaks no other.
"""

from typing import Any, NamedTuple

from netinv.net import ntlm, wire
from netinv.net.announcements import never_raises

LIMIT = ntlm.LIMIT
LENGTH = 4
"""Bytes before each message that say how long it is ([MS-SMB2] 2.1)."""
_DIALECTS = {0x0202: "2.0.2", 0x0210: "2.1", 0x0300: "3.0", 0x0302: "3.0.2", 0x0311: "3.1.1"}
"""[MS-SMB2] 2.2.3."""
_GUID = "6e657469-6e76-4000-8000-000000000000"
"""Who we are, the same to everybody (2.2.3)."""
_FLAGS_1 = "UNICODE+NT_STATUS+EXTENDED_SECURITY+LONG_NAMES"
"""Of version 1 ([MS-SMB] 2.2.3.1)."""
_VERSION_1 = b"\xffSMB"


class Native(NamedTuple):
    """What a server of version 1 says it runs ([MS-CIFS] 2.2.4.53.2)."""

    os: str | None
    lanman: str | None


load = ntlm.load


def negotiation() -> bytes:
    """The first message: which dialects of versions 2 and 3 we know (2.2.3)."""
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
    smb2 = layers.smb2
    body = smb2.SMB2_Session_Setup_Request(SecurityMode="SIGNING_ENABLED", Buffer=[("SecurityBlob", ntlm.wrapped_offer())])
    return _framed(layers, smb2.SMB2_Header(Command="SMB2_SESSION_SETUP", MID=1, CreditRequest=1) / body)


def negotiation_1() -> bytes:
    """The first message of version 1: its last dialect ([MS-CIFS] 2.2.4.52.1)."""
    layers = wire.windows_layers()
    smb = layers.smb
    body = smb.SMBNegotiate_Request(Dialects=[smb.SMB_Dialect(DialectString="NT LM 0.12")])
    return _framed(layers, smb.SMB_Header(Command="SMB_COM_NEGOTIATE", Flags2=_FLAGS_1) / body)


def login_1() -> bytes:
    """The second of version 1 ([MS-SMB] 2.2.4.6.1); as that of version 2, it logs nobody in."""
    layers = wire.windows_layers()
    smb = layers.smb
    body = smb.SMBSession_Setup_AndX_Request_Extended_Security(
        ServerCapabilities="UNICODE+STATUS32+EXTENDED_SECURITY", SecurityBlob=ntlm.wrapped_offer(), NativeOS="", NativeLanMan=""
    )
    return _framed(layers, smb.SMB_Header(Command="SMB_COM_SESSION_SETUP_ANDX", Flags2=_FLAGS_1, MID=1) / body)


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
def takes_offers_1(message: bytes) -> bool | None:
    """Whether the answer to the first message of version 1 lets NTLM follow; else a login would have to be tried."""
    smb = wire.windows_layers().smb
    answer = smb.SMB_Header(message[LENGTH:LIMIT])
    return message[LENGTH:].startswith(_VERSION_1) and smb.SMBNegotiate_Response_Extended_Security in answer


@never_raises
def read_native(message: bytes) -> Native | None:
    """What the answer to the second message of version 1 says the server runs."""
    smb = wire.windows_layers().smb
    if not message[LENGTH:].startswith(_VERSION_1):
        return None
    answer = smb.SMB_Header(message[LENGTH:LIMIT])
    for kind in (smb.SMBSession_Setup_AndX_Response_Extended_Security, smb.SMBSession_Setup_AndX_Response):
        if kind in answer:
            return Native(_text(answer[kind].NativeOS), _text(answer[kind].NativeLanMan))
    return None


def _framed(layers: Any, message: Any) -> bytes:
    return bytes(layers.netbios.NBTSession() / message)


def _text(said: object) -> str | None:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return text.strip("\0 ")[:128] or None if isinstance(text, str) else None
