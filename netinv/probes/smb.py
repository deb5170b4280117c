"""SMB: the dialect of a file server, its names and its Windows version, told before any password ([MS-SMB2], [MS-NLMP])."""

from netinv.model import Answer, Host
from netinv.net import smb
from netinv.net.network import Network
from netinv.net.peer import Peer, reach
from netinv.probes.base import Answers, ServiceProbe


def parse(negotiated: bytes, challenge: bytes) -> tuple[tuple[str, str], ...]:
    """What the answers to the first and to the second message tell."""
    dialect, heard = smb.read_dialect(negotiated), smb.read_challenge(challenge) or smb.Challenge()
    told = {
        "smb.dialect": dialect,
        "smb.name": heard.name,
        "smb.domain": heard.domain,
        "smb.os": heard.version and f"Windows {heard.version}",
    }
    return tuple((key, value) for key, value in told.items() if value)


async def ask(network: Network, host: Host, port: int) -> Answers:
    negotiated = challenge = b""
    async with reach(network, host.address, port) as peer:
        if peer and (negotiated := await _message(peer, smb.negotiation())):
            challenge = await _message(peer, smb.login())
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
    "asks a file server for its dialect, its names and its version, as told before any password",
    tells=("smb.dialect", "smb.name", "smb.domain", "smb.os"),
    ask=ask,
    ports=(445,),
    load=smb.load,
)
