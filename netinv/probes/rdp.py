"""RDP: the security a remote desktop asks for, and the computer's name in its certificate ([MS-RDPBCGR] 1.3.1.1 and 5.4)."""

import struct

from netinv.model import Answer, Host
from netinv.net import certificates
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


async def ask(network: Network, host: Host, port: int) -> Answers:
    security, certificate = None, b""
    async with reach(network, host.address, port) as peer:
        if peer and (security := parse(await peer.say(QUESTION, LIMIT))) in ("tls", "hybrid"):
            certificate = await peer.secure() or b""
    if security:
        yield Answer(host.address, "rdp.security", security)
    if (found := certificates.read(certificate)) and found.common_name:
        yield Answer(host.address, "rdp.name", found.common_name)


PROBE = ServiceProbe(
    "rdp",
    "asks a remote desktop for its security, and reads the computer's name in its certificate",
    tells=("rdp.security", "rdp.name"),
    ask=ask,
    ports=(3389,),
)
