"""Who is at the other end of a TCP connection, as a probe speaks with them."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from netinv.net.network import Network


class Peer:
    """One connection of a door. Nothing raises for silence or failure: from then on nothing more is heard."""

    def __init__(self, network: Network, connection: int) -> None:
        self._network = network
        self._connection = connection

    async def say(self, data: bytes, limit: int = 0) -> bytes:
        """Send all of it, and return the next bytes heard, at most `limit`."""
        return await self._network.exchange(self._connection, data, limit)

    async def hear(self, limit: int) -> bytes:
        """The next bytes, at most `limit`; none once nothing more comes."""
        return await self._network.exchange(self._connection, limit=limit)

    async def secure(self) -> bytes | None:
        """Speak TLS from now on; the certificate shown, as DER, or None if that fails."""
        return await self._network.secure(self._connection)


@asynccontextmanager
async def reach(network: Network, address: str, port: int) -> AsyncGenerator[Peer | None, None]:
    """Connect, and hang up in the end; None for who is silent or refuses."""
    connection = await network.connect(address, port)
    if connection is None:
        yield None
        return
    try:
        yield Peer(network, connection)
    except Exception:
        await network.hang_up(connection)
        raise
    await network.hang_up(connection)
