"""TCP connects to telling ports: first those that most have open, then those that still tell something of who has them or not."""

import asyncio
from collections.abc import Mapping

from netinv.model import Answer, Host
from netinv.net.network import Network, Stream
from netinv.probes.base import Answers, HostProbe

# Service names by the IANA port registry, or their makers' own. Never 515 or 9100 to 9107: printers print it.
FIRST = {22: "ssh", 80: "http", 443: "https", 445: "microsoft-ds"}
"""Asked of everybody: nearly all that serve anybody have one of them open."""
THEN = {
    21: "ftp",
    23: "telnet",
    25: "smtp",
    53: "domain",
    554: "rtsp",
    631: "ipp",
    1400: "Sonos",
    1883: "mqtt",
    3389: "ms-wbt-server",
    5000: "Synology DSM, AirPlay",
    5900: "vnc",
    8009: "Google Cast",
    8080: "http-alt",
    8443: "https-alt",
    62078: "Apple mobile sync",
}
"""Asked where they may tell something yet, by what the first ones told. What announces itself by multicast is not sought here."""
PORTS = FIRST | THEN

_INSTEAD = {1400: {*FIRST}, 8009: {*FIRST}, 62078: {*FIRST}, 8080: {80}, 8443: {443}}
"""Not asked beside any of these: loudspeakers, sticks and telephones have none of the first, and a page has its usual place."""
_BESIDE = {25: {22, 443, 445}, 554: {80, 443}, 3389: {22, 443, 445}, 5000: {80, 443}, 5900: {22, 443, 445}}
"""Asked beside one of these: computers for the mail and for desktops, things for what they stream."""
_ALONE = (21, 554, 631, 1883, 3389, 5900, 8009, 8080, 62078)
"""What somebody may serve who refuses the first ones."""
_ANNOUNCED = (1400, 5000)
"""The same, but that who is on the link has announced it there."""
_BEHIND_A_WALL = (3389, 5000, 5900, 8080, 62078)
"""Who drops what it does not serve has a firewall: computers and telephones do."""


def _first(heard: Mapping[int, str], *, is_near: bool) -> tuple[int, ...]:
    return tuple(FIRST)


def further(heard: Mapping[int, str], *, is_near: bool) -> tuple[int, ...]:
    """Which to ask after the first ones, by those of them that were `open` or `closed`; `is_near` if it is on the link."""
    if not heard:
        return _BEHIND_A_WALL
    found = {port for port in FIRST if heard.get(port) == "open"}
    if not found:
        return _ALONE if is_near else (*_ALONE, *_ANNOUNCED)
    return tuple(
        port for port in THEN if _INSTEAD.get(port, set()).isdisjoint(found) and not _BESIDE.get(port, {*FIRST}).isdisjoint(found)
    )


async def ask(network: Network, host: Host) -> Answers:
    async def connect(port: int) -> tuple[int, Stream | None]:
        return port, await network.tcp(host.address, port, keep=True)  # for the probe of its service

    is_near = host.first("mac") is not None
    heard: dict[int, str] = {}
    for choose in (_first, further):
        asked = [asyncio.ensure_future(connect(port)) for port in choose(heard, is_near=is_near)]  # begun in this order
        for each in asyncio.as_completed(asked):
            port, stream = await each
            if stream:
                heard[port] = stream.state
                yield Answer(host.address, f"tcp.{port}", stream.state)


PROBE = HostProbe(
    "tcp",
    f"connects to {len(FIRST)} TCP ports that most have open, and to those of {len(THEN)} more that may tell something yet",
    tells=tuple(f"tcp.{port}" for port in PORTS),
    ask=ask,
    needs=frozenset({"tcp"}),
)
