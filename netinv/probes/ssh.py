"""SSH: how a server introduces itself, which mostly names its software and often its system, and its host key (RFC 4253)."""

from netinv.model import Answer, Host
from netinv.net.network import Network
from netinv.net.peer import Peer, reach
from netinv.probes import ssh_transport
from netinv.probes.base import Answers, ServiceProbe

LINE = 255
"""Bytes (4.2)."""
LINES = 16
"""It may say others before (4.2)."""
_PIECE = 4096


def parse(heard: bytes) -> str | None:
    """The identification; None if there is none."""
    lines = (line.strip() for line in heard.split(b"\n")[:LINES])
    return next((line[:LINE].decode("utf-8", "replace") for line in lines if line.startswith(b"SSH-")), None)


async def ask(network: Network, host: Host, port: int) -> Answers:
    async with reach(network, host.address, port) as peer:
        heard = b""
        while peer and not parse(heard[: heard.rfind(b"\n") + 1]) and len(heard) < _PIECE and (more := await peer.hear(_PIECE)):
            heard += more
        if banner := parse(heard):
            yield Answer(host.address, "ssh.banner", banner)
        if peer and banner and banner.startswith(("SSH-2.0-", "SSH-1.99-")) and (key := await _host_key(peer, heard)):
            yield Answer(host.address, "ssh.hostkey", key)


async def _host_key(peer: Peer, greeting: bytes) -> str | None:
    """The fingerprint of the key that a server proves itself by, after it has introduced itself."""
    heard = greeting[greeting.index(b"SSH-") :].partition(b"\n")[2]
    await peer.say(ssh_transport.IDENTIFICATION + ssh_transport.offer())
    while not (share := ssh_transport.share(heard)) and (more := await _more(peer, heard)):
        heard += more
    if not share:
        return None
    heard += await peer.say(share, _PIECE)
    while not (key := ssh_transport.fingerprint(heard)) and (more := await _more(peer, heard)):
        heard += more
    return key


async def _more(peer: Peer, heard: bytes) -> bytes:
    return await peer.hear(_PIECE) if len(heard) < ssh_transport.LIMIT else b""


PROBE = ServiceProbe(
    "ssh",
    "hears how an SSH server introduces itself, and reads the fingerprint of its host key",
    tells=("ssh.banner", "ssh.hostkey"),
    ask=ask,
    ports=(22,),
)
