"""TCP connects to a few telling ports; what runs there says what a device is for."""

import asyncio

from netinv.model import Answer, Host
from netinv.net.network import Network
from netinv.probes.base import Answers, HostProbe

# Service names by the IANA port registry, or their makers' own. Never 515 or 9100 to 9107: printers print it.
PORTS = {
    22: "ssh",
    53: "domain",
    80: "http",
    443: "https",
    445: "microsoft-ds",
    554: "rtsp",
    631: "ipp",
    1400: "Sonos",
    3389: "ms-wbt-server",
    5000: "Synology DSM, AirPlay",
    5900: "vnc",
    8009: "Google Cast",
    8080: "http-alt",
    62078: "Apple mobile sync",
}
"""One of which nearly everything that serves anybody has open. What announces itself by multicast is not sought here as well."""
FURTHER = {
    21: "ftp",
    23: "telnet",
    25: "smtp",
    1883: "mqtt",
    8443: "https-alt",
}
"""Asked of who has any of the others open."""


async def ask(network: Network, host: Host) -> Answers:
    async def connect(port: int) -> Answer | None:
        stream = await network.tcp(host.address, port, keep=True)  # for the probe of its service
        return Answer(host.address, f"tcp.{port}", stream.state) if stream else None

    waiting = {asyncio.ensure_future(connect(port)) for port in PORTS}
    further = iter(FURTHER)
    while waiting:
        done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for answer in filter(None, (each.result() for each in done)):
            if answer.value == "open":
                waiting |= {asyncio.ensure_future(connect(port)) for port in further}
            yield answer


PROBE = HostProbe(
    "tcp",
    f"connects to {len(PORTS)} telling TCP ports, and to {len(FURTHER)} more of who has one of them open",
    tells=tuple(f"tcp.{port}" for port in (*PORTS, *FURTHER)),
    ask=ask,
    needs=frozenset({"tcp"}),
)
