"""TCP connects to a few telling ports; what runs there says what a device is for."""

import asyncio

from netinv.model import Answer, Host
from netinv.net.network import Network
from netinv.probes.base import Answers, HostProbe

# Service names by the IANA port registry; the last four are their makers' own. Never 515 or 9100 to 9107: printers print it.
PORTS = {
    22: "ssh",
    53: "domain",
    80: "http",
    139: "netbios-ssn",
    443: "https",
    445: "microsoft-ds",
    548: "afp",
    554: "rtsp",
    631: "ipp",
    3389: "ms-wbt-server",
    5900: "vnc",
    8080: "http-alt",
    1400: "Sonos",
    5000: "Synology DSM, AirPlay",
    8009: "Google Cast",
    62078: "Apple mobile sync",
}


async def ask(network: Network, host: Host) -> Answers:
    async def connect(port: int) -> Answer | None:
        stream = await network.tcp(host.address, port)
        return Answer(host.address, f"tcp.{port}", stream.state) if stream else None

    for attempt in asyncio.as_completed([connect(port) for port in PORTS]):
        if answer := await attempt:
            yield answer


PROBE = HostProbe(
    "tcp",
    f"connects to {len(PORTS)} telling TCP ports, and hangs up",
    tells=tuple(f"tcp.{port}" for port in PORTS),
    ask=ask,
    needs=frozenset({"tcp"}),
)
