"""AirPlay: model and name of a receiver, as it tells every sender (a property list by RTSP)."""

import plistlib
from typing import Any

from netinv.model import Answer, Host
from netinv.net.network import Network
from netinv.net.peer import reach
from netinv.probes import http_message
from netinv.probes.base import Answers, HostProbe

QUESTION = b"GET /info RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: AirPlay/665.13.1\r\n\r\n"
"""Receivers answer only what calls itself a sender."""
PORT = 7000
TEXT = 128
_TOLD = {"model": "airplay.model", "name": "airplay.name"}


def parse(document: bytes) -> tuple[tuple[str, str], ...]:
    """What a property list tells, in either of its forms; nothing if it is none."""
    if b"<!ENTITY" in document or (b"<!DOCTYPE" in document and not document.lstrip().startswith(b"<?xml")):
        return ()
    try:
        said: Any = plistlib.loads(document)
    except Exception:  # noqa: BLE001 - it raises whatever it stumbles over: ValueError, OverflowError, RecursionError, ExpatError ...
        return ()
    members = said if isinstance(said, dict) else {}
    return tuple((key, members[name][:TEXT]) for name, key in _TOLD.items() if isinstance(members.get(name), str))


async def ask(network: Network, host: Host) -> Answers:
    async with reach(network, host.address, PORT) as peer:
        response = await http_message.ask(peer, QUESTION) if peer else None
    if response is None:
        return
    if server := str(response.headers.get("server", ""))[: 4 * TEXT]:
        yield Answer(host.address, "http.server", server)
    for key, value in parse(response.body) if response.status == 200 else ():
        yield Answer(host.address, key, value)


PROBE = HostProbe(
    "airplay",
    "asks an AirPlay receiver for its model and its name",
    tells=("airplay.model", "airplay.name", "http.server"),
    ask=ask,
    wants=("mdns.service=_airplay._tcp",),
    needs=frozenset({"tcp"}),
)
