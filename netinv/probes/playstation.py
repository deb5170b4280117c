"""PlayStation consoles, awake or in rest mode: which one, and its name, by the protocol with which Sony's apps find them.

No standard; the projects that wake consoles, such as ps4-waker and pyps4-2ndscreen, describe it: a search in the manner of HTTP.
"""

from collections.abc import Iterator
from email.parser import BytesHeaderParser

from netinv.probes import broadcast

SEARCHES = {987: b"00020020", 9302: b"00030010"}
"""Ports of the fourth and the fifth generation, and which version of the protocol each speaks."""
LIMIT = 2048
_KEYS = {"host-type": "playstation.type", "host-name": "playstation.name", "system-version": "playstation.firmware"}


def question(version: bytes) -> bytes:
    """A search; it wakes nobody up."""
    return b"SRCH * HTTP/1.1\ndevice-discovery-protocol-version:" + version + b"\n"


def parse(message: bytes) -> Iterator[tuple[str, str]]:
    """What an answer tells: 200 from a console that is awake, 620 from one at rest; nothing if it is neither."""
    first, _, rest = message[:LIMIT].partition(b"\n")
    if first.split()[:2] not in ([b"HTTP/1.1", b"200"], [b"HTTP/1.1", b"620"]):
        return
    headers = BytesHeaderParser().parsebytes(rest)
    if headers.get("host-type"):
        yield from ((key, value) for name, key in _KEYS.items() if (value := str(headers.get(name, "")).strip()))


PROBE = broadcast.probe(
    "playstation",
    "asks everybody on the link for PlayStation consoles: generation, name, firmware",
    {port: question(version) for port, version in SEARCHES.items()},
    parse,
    tells=_KEYS.values(),
)
