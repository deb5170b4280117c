"""HTTP: what the first page of a device says of it (RFC 9110); a few requests, and none to anywhere but where it is."""

from contextlib import AsyncExitStack

from netinv.model import Answer, Host
from netinv.net.network import Network
from netinv.net.peer import Peer, reach
from netinv.probes import favicon, http_message, web_page
from netinv.probes.base import Answers, ServiceProbe
from netinv.probes.http_message import Response

CONNECTIONS = 2
"""Opened to one port: servers that hang up after each answer are asked twice."""


class Visit:
    """Requests to one port, by as few connections as the server needs."""

    def __init__(self, network: Network, address: str, port: int, *, is_secure: bool = False) -> None:
        self.certificate = b""
        self._network = network
        self._address = address
        self._port = port
        self._is_secure = is_secure
        self._stack = AsyncExitStack()
        self._peer: Peer | None = None
        self._left = CONNECTIONS

    async def get(self, path: str, *, until: bytes = b"", limit: int = http_message.LIMIT) -> Response | None:
        """The answer for `path`, as in `http_message.ask`; None if there is none."""
        peer = self._peer or await self._open()
        if peer is None:
            return None
        message = http_message.request(self._address, self._port, path, is_secure=self._is_secure)
        response = await http_message.ask(peer, message, until=until, limit=limit)
        if response is None or response.is_last or not response.is_whole:
            await self.close()
        return response

    async def close(self) -> None:
        """Hang up."""
        self._peer = None
        await self._stack.aclose()

    async def _open(self) -> Peer | None:
        if not self._left:
            return None
        self._left -= 1
        peer = await self._stack.enter_async_context(reach(self._network, self._address, self._port))
        if peer and self._is_secure:
            certificate = await peer.secure()
            self.certificate = certificate or b""
            if certificate is None:
                await self.close()
                return None
        self._peer = peer
        return peer


async def look(visit: Visit, address: str, port: int, *, is_secure: bool = False) -> Answers:
    """What the first page tells, the one it sends on to, and the icon it has."""
    path = "/"
    if not (response := await visit.get("/", until=web_page.END_OF_HEAD)):
        return
    facts = list(web_page.parse(response))
    if (onward := web_page.onward(response, address, port, is_secure=is_secure)) and (
        further := await visit.get(onward, until=web_page.END_OF_HEAD)
    ):
        facts += [fact for fact in web_page.parse(further) if fact not in facts]
        path, response = onward, further
    here = f"{'https' if is_secure else 'http'}://{http_message.literal(address)}:{port}{path}"
    if (icon := favicon.place(response, here)) and (answer := await visit.get(icon, limit=favicon.LIMIT)):
        facts += favicon.parse(answer)
    for key, value in facts:
        yield Answer(address, key, value)


async def ask(network: Network, host: Host, port: int) -> Answers:
    visit = Visit(network, host.address, port)
    async for answer in look(visit, host.address, port):
        yield answer
    await visit.close()


PROBE = ServiceProbe(
    "http",
    "asks for the first page and its icon",
    tells=(*web_page.TELLS, favicon.KEY),
    ask=ask,
    ports=(80, 1400, 5000, 8080),
)
