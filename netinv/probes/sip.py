"""SIP: which telephone, gateway or exchange answers, by its own account (RFC 3261, 11)."""

import secrets
from email.parser import BytesHeaderParser

from netinv.model import Answer, Host
from netinv.net.network import Network
from netinv.probes.base import Answers, HostProbe

PORT = 5060
LIMIT = 4096
_OPEN = (f"udp.{PORT}", "open")
_HEADERS = {"server": "sip.server", "user-agent": "sip.user-agent"}


def question(address: str, own: str, tag: str) -> bytes:
    """An OPTIONS request, which rings nowhere (11); `rport` asks for an answer to the port it came from (RFC 3581, 4)."""
    to, us = (f"[{address}]" if ":" in address else address), (f"[{own}]" if ":" in own else own)
    lines = [
        f"OPTIONS sip:{to} SIP/2.0",
        f"Via: SIP/2.0/UDP {us};branch=z9hG4bK{tag};rport",
        "Max-Forwards: 1",
        f"From: <sip:netinv@{us}>;tag={tag}",
        f"To: <sip:{to}>",
        f"Call-ID: {tag}@{us}",
        "CSeq: 1 OPTIONS",
        f"Contact: <sip:netinv@{us}>",
        "Accept: application/sdp",
        "Content-Length: 0",
        "",
        "",
    ]
    return "\r\n".join(lines).encode("ascii")


def parse(message: bytes, tag: str) -> tuple[tuple[str, str], ...]:
    """What the response to the request of this `tag` tells, whatever its status; nothing if it is none."""
    first, _, rest = message[:LIMIT].partition(b"\n")
    if not first.startswith(b"SIP/2.0 "):
        return ()
    headers = BytesHeaderParser().parsebytes(rest)
    call = str(headers.get("call-id", headers.get("i", "")))
    if not call.startswith(tag):
        return ()
    said = ((key, str(headers.get(name, "")).strip()) for name, key in _HEADERS.items())
    return (_OPEN, *((key, value) for key, value in said if value))


async def ask(network: Network, host: Host) -> Answers:
    own = network.interface.address or "0.0.0.0"  # noqa: S104 - said, not bound
    tag = secrets.token_hex(8)
    heard = await network.udp(host.address, PORT, question(host.address, own, tag), LIMIT)
    for key, value in parse(heard, tag) if heard else ():
        yield Answer(host.address, key, value)


PROBE = HostProbe(
    "sip",
    "asks each host which telephone or exchange it is, by SIP OPTIONS",
    tells=("sip.server", "sip.user-agent", f"udp.{PORT}"),
    ask=ask,
    needs=frozenset({"udp"}),
)
