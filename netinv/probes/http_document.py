"""A document by HTTP from the very host that named its address: one exchange, bounded, to no other host and no printing port."""

from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import urlsplit

from netinv.net.network import Network
from netinv.net.peer import reach
from netinv.probes import http_message

LIMIT = 64 * 1024
"""Bytes of an answer; a FRITZ!Box's longest description has 20,000."""
URL = 512
"""Characters of a URL that is followed."""
PRINTS = frozenset({515, *range(9100, 9108)})
"""LPD (RFC 1179) and raw printing: a printer prints what it hears there."""


class Place(NamedTuple):
    """Where on its host a document is."""

    port: int
    path: str
    """With its query, as it goes into the request."""


def locate(url: str, source: str) -> Place | None:
    """Where `url` leads, if that is an HTTP port of `source` itself, who gave it; else None.

    Its host has to be that address and no name, which somebody else would have to resolve.
    """
    if len(url) > URL or not url.isascii() or not url.isprintable() or " " in url:
        return None  # nothing in it can become a line of its own in the request
    try:
        parts = urlsplit(url)
        port = 80 if parts.port is None else parts.port
        is_own = ip_address((parts.hostname or "").partition("%")[0]) == ip_address(source)
    except ValueError:
        return None
    if parts.scheme != "http" or not is_own or not port or port in PRINTS:
        return None
    return Place(port, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))


async def fetch(network: Network, address: str, url: str, body: bytes = b"", kind: str = "") -> bytes | None:
    """What `url` holds, by POST if there is a `body`; None unless it leads to `address` itself, and something comes of it."""
    place = locate(url, address)
    if place is None:
        return None
    async with reach(network, address, place.port) as peer:
        if peer is None:
            return None
        message = http_message.request(address, place.port, place.path, body=body, kind=kind)
        response = await http_message.ask(peer, message, limit=LIMIT)
    return response.body if response and response.status == 200 else None
