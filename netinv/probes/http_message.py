"""HTTP as probes speak it: one request after the other, and each answer read as far as it is worth (RFC 9110, RFC 9112).

RTSP has the same messages (RFC 2326, 4), but that one which does not say how long it is has no body.
"""

from email.message import Message
from http.client import HTTPException, HTTPResponse, IncompleteRead
from io import BytesIO
from typing import NamedTuple

from netinv.net.peer import Peer

LIMIT = 16 * 1024
"""Bytes read of an answer; the head of a page is at its beginning."""
_PIECE = 8 * 1024


class Response(NamedTuple):
    """An answer, as far as it was heard."""

    status: int
    headers: Message
    body: bytes
    """Without its framing; empty where it is compressed, which nobody asked for."""
    is_whole: bool
    """Nothing more belongs to it."""
    is_last: bool
    """The server hangs up after it."""


def literal(address: str) -> str:
    """An address as URLs have it (RFC 3986, 3.2.2)."""
    return f"[{address}]" if ":" in address else address


def request(address: str, port: int, path: str, *, body: bytes = b"", kind: str = "", is_secure: bool = False) -> bytes:
    """GET, or POST where there is a body of this media type; HTTP/1.1, which some demand, and more may follow it."""
    host = literal(address)
    lines = [
        f"{'POST' if body else 'GET'} {path} HTTP/1.1",
        f"Host: {host if port == (443 if is_secure else 80) else f'{host}:{port}'}",
    ]
    lines += ["User-Agent: netinv", "Accept: */*", "Accept-Encoding: identity"]
    lines += [f"Content-Type: {kind}", f"Content-Length: {len(body)}"] if body else []
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body


def parse(heard: bytes) -> Response | None:
    """The answer that `heard` begins with; None as long as its head is not there, or for what is none."""
    is_rtsp = heard.startswith(b"RTSP/")
    response = HTTPResponse(_Heard(b"HTTP" + heard[4:] if is_rtsp else heard))  # type: ignore[arg-type]
    try:
        response.begin()
        is_endless = response.length is None and not response.chunked
        if is_rtsp and is_endless:
            response.length, is_endless = 0, False
        try:
            body, is_whole = response.read(), not is_endless
        except IncompleteRead as cut:
            body, is_whole = cut.partial, False
    except (HTTPException, ValueError, OSError, IndexError, OverflowError):  # the last of a length beyond all memory
        return None
    if response.headers.get("content-encoding", "identity").strip().lower() not in ("identity", ""):
        body = b""
    return Response(response.status, response.headers, body, is_whole, bool(response.will_close))


async def ask(peer: Peer, message: bytes, *, until: bytes = b"", limit: int = LIMIT) -> Response | None:
    """Send a request and hear the answer: all of it, or as far as `until` (in lower case) has been read; None if none comes.

    Without `until`, one that says it is longer than `limit` is not heard out.
    """
    heard = await peer.say(message, min(limit, _PIECE))
    while 0 < len(heard) < limit:
        if (response := parse(heard)) and (response.is_whole or _is_enough(response, until, limit)):
            return response
        if not (more := await peer.hear(min(limit - len(heard), _PIECE))):
            break
        heard += more
    return parse(heard)


def _is_enough(response: Response, until: bytes, limit: int) -> bool:
    if until:
        return until in response.body.lower()
    length = str(response.headers.get("content-length", ""))
    return length.isascii() and length.isdecimal() and (len(length) > 9 or int(length) > limit)


class _Heard:
    """What has been heard, in the place of a socket."""

    def __init__(self, heard: bytes) -> None:
        self._heard = heard

    def makefile(self, *_: object) -> BytesIO:
        return BytesIO(self._heard)
