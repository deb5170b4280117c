"""SMB: the dialect of a file server, its names and its system, told before any password ([MS-SMB2], [MS-CIFS], [MS-NLMP])."""

import asyncio

from netinv.model import Answer, Host
from netinv.net import ntlm, smb
from netinv.net.network import Network
from netinv.net.peer import Peer, reach
from netinv.probes.base import Answers, ServiceProbe

AT_ONCE = 0.25
"""Seconds within which a server hangs up that knows version 1 only; one that is silent longer is not asked for that as well."""


def parse(negotiated: bytes, challenge: bytes) -> tuple[tuple[str, str], ...]:
    """What the answers to the first and to the second message tell, of whichever version."""
    heard = ntlm.read_challenge(challenge) or ntlm.Challenge()
    native = smb.read_native(challenge)
    dialect = "1" if native else smb.read_dialect(negotiated)
    told = (
        ("smb.dialect", dialect),
        ("smb.name", heard.name),
        ("smb.domain", heard.domain),
        ("smb.dns-name", heard.dns_name if heard.dns_name and "." in heard.dns_name else None),
        ("smb.os", native.os if native and native.os else heard.version and f"Windows {heard.version}"),
        ("smb.lanman", native and native.lanman),
    )
    return tuple((key, value) for key, value in told if value)


async def ask(network: Network, host: Host, port: int) -> Answers:
    negotiated = challenge = b""
    clock = asyncio.get_running_loop().time
    began = clock()
    async with reach(network, host.address, port) as peer:
        if peer and (negotiated := await _message(peer, smb.negotiation())):
            challenge = await _message(peer, smb.login())
    if peer and not smb.read_dialect(negotiated) and clock() - began < AT_ONCE:
        async with reach(network, host.address, port) as again:
            if again and smb.takes_offers_1(await _message(again, smb.negotiation_1())):
                challenge = await _message(again, smb.login_1())
    for key, value in parse(negotiated, challenge):
        yield Answer(host.address, key, value)


async def _message(peer: Peer, said: bytes) -> bytes:
    """The answer, to its end as far as it has one."""
    heard = await peer.say(said, smb.LIMIT)
    while not smb.is_whole(heard) and len(heard) < smb.LIMIT and (more := await peer.hear(smb.LIMIT - len(heard))):
        heard += more
    return heard


PROBE = ServiceProbe(
    "smb",
    "asks a file server for its dialect, its names and its system, as told before any password",
    tells=("smb.dialect", "smb.name", "smb.domain", "smb.dns-name", "smb.os", "smb.lanman"),
    ask=ask,
    ports=(445,),
    load=smb.load,
)
