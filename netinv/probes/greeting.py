"""The first line a server says of itself before anybody asks: what SSH, FTP, SMTP, VNC and telnet have in common."""

from netinv.net.network import Network
from netinv.net.peer import reach

LIMIT = 2048
"""Bytes of a greeting; SSH allows 255 in a line (RFC 4253, 4.2), FTP and SMTP some lines of 512 (RFC 5321, 4.5.3.1.5)."""


async def hear(network: Network, address: str, port: int, *, until: bytes = b"\n") -> bytes:
    """What is said to whoever connects, as far as `until`; nothing from who waits to be asked."""
    async with reach(network, address, port) as peer:
        heard = b""
        while peer and until not in heard and len(heard) < LIMIT and (more := await peer.hear(LIMIT - len(heard))):
            heard += more
        return heard
