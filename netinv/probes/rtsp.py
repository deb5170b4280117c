"""RTSP: the software of a camera, and what it asks a password for (RFC 2326, 10.1 and 10.2)."""

from netinv.model import Answer, Host
from netinv.net.network import Network
from netinv.net.peer import reach
from netinv.probes import http_message, web_page
from netinv.probes.base import Answers, ServiceProbe
from netinv.probes.http_message import Response, literal

LINES = 16
"""Of a session's description: its name stands in the third (RFC 8866, 5.3)."""


def question(address: str, port: int, number: int) -> bytes:
    """OPTIONS at first, then DESCRIBE."""
    method = ("OPTIONS", "DESCRIBE")[number - 1]
    lines = [f"{method} rtsp://{literal(address)}:{port}/ RTSP/1.0", f"CSeq: {number}", "User-Agent: netinv"]
    return "\r\n".join([*lines, "", ""]).encode("ascii")


def parse(response: Response) -> tuple[str, ...]:
    """The server's name, its realm, and the name of its session."""
    told = [value for key, value in web_page.parse(response) if key in ("http.server", "http.realm")]
    if response.status == 200:
        lines = (line.strip() for line in response.body.split(b"\n")[:LINES])
        told += [line[2:].decode("utf-8", "replace")[: web_page.TEXT] for line in lines if line.startswith(b"s=")]
    return tuple(dict.fromkeys(value for value in told if value.strip(" -")))


async def ask(network: Network, host: Host, port: int) -> Answers:
    heard: dict[str, None] = {}
    async with reach(network, host.address, port) as peer:
        for number in (1, 2):
            response = await http_message.ask(peer, question(host.address, port, number)) if peer else None
            if response is None or not response.is_whole:
                break
            heard |= dict.fromkeys(parse(response))
    for value in heard:
        yield Answer(host.address, "rtsp.server", value)


PROBE = ServiceProbe(
    "rtsp",
    "asks who streams by RTSP for its software, and what it asks a password for",
    tells=("rtsp.server",),
    ask=ask,
    ports=(554,),
)
