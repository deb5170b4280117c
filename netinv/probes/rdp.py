"""RDP: the security a remote desktop asks for, and its computer's names and version, told before any password ([MS-RDPBCGR] 5.4).

The 19 bytes asked and answered first are read here: scapy has no layer of TPKT and X.224.
"""

import struct

from netinv.model import Answer, Host
from netinv.net import certificates, credssp, ntlm
from netinv.net.network import Network
from netinv.net.peer import reach
from netinv.probes.base import Answers, ServiceProbe

LIMIT = 64
"""Bytes of the answer, which has 19."""
_NEGOTIATION = struct.Struct("<BBHI")
QUESTION = (
    b"\x03\0\0\x13"  # TPKT: version, and length of all (RFC 1006, 6)
    b"\x0e\xe0\0\0\0\0\0"  # X.224: connection request of class 0 (ITU-T X.224, 13.3)
) + _NEGOTIATION.pack(1, 0, 8, 0b1011)  # TLS, CredSSP, and CredSSP with early authorization (2.2.1.1.1)
_CONFIRM = 0xD0
_RESPONSE, _FAILURE = 2, 3
_SECURITY = {0: "rdp", 1: "tls", 2: "hybrid", 8: "hybrid"}
"""2.2.1.2.1."""


def parse(answer: bytes) -> str | None:
    """The security chosen: `rdp`, `tls` or `hybrid`; None if it is no answer."""
    if len(answer) < 11 or answer[:2] != b"\x03\0" or answer[5] & 0xF0 != _CONFIRM:
        return None
    if len(answer) < 11 + _NEGOTIATION.size:
        return "rdp"  # from before there was a choice
    kind, _, _, value = _NEGOTIATION.unpack_from(answer, 11)
    return _SECURITY.get(value) if kind == _RESPONSE else "rdp" if kind == _FAILURE else None


def identify(certificate: bytes, challenge: bytes) -> tuple[tuple[str, str], ...]:
    """Who it is by its certificate and by the challenge in CredSSP; the latter has what the former would have to guess."""
    shown, heard = certificates.read(certificate), ntlm.read_challenge(challenge) or ntlm.Challenge()
    told = (
        ("rdp.name", heard.name or (shown.common_name if shown else None)),
        ("rdp.domain", heard.domain),
        ("rdp.dns-name", heard.dns_name if heard.dns_name and "." in heard.dns_name else None),
        ("rdp.os", heard.version and f"Windows {heard.version}"),
    )
    return tuple((key, value) for key, value in told if value)


async def ask(network: Network, host: Host, port: int) -> Answers:
    security, certificate, challenge = None, b"", b""
    async with reach(network, host.address, port) as peer:
        if peer and (security := parse(await peer.say(QUESTION, LIMIT))) in ("tls", "hybrid"):
            certificate = await peer.secure() or b""
            if certificate and security == "hybrid":
                challenge = await peer.say(credssp.question(), ntlm.LIMIT)
    if security:
        yield Answer(host.address, "rdp.security", security)
    for key, value in identify(certificate, challenge):
        yield Answer(host.address, key, value)


PROBE = ServiceProbe(
    "rdp",
    "asks a remote desktop for its security, and for its computer's names and version as told before any password",
    tells=("rdp.security", "rdp.name", "rdp.domain", "rdp.dns-name", "rdp.os"),
    ask=ask,
    ports=(3389,),
    load=ntlm.load,
)
