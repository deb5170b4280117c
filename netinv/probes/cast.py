"""Google Cast: model and name of a device, as its setup page tells them."""

import json
from typing import Any

from netinv.model import Answer, Host
from netinv.net.network import Network
from netinv.probes.base import Answers, ServiceProbe
from netinv.probes.http import Visit

PORT = 8008
"""Where it tells of itself; where it is spoken to, TLS is."""
PATH = "/setup/eureka_info?params=name,device_info"
TEXT = 128


def parse(document: bytes) -> tuple[tuple[str, str], ...]:
    """What the answer tells; nothing if it is none."""
    try:
        said: Any = json.loads(document)
    except (ValueError, RecursionError):
        return ()
    members = said if isinstance(said, dict) else {}
    about = members.get("device_info")
    told = {"cast.name": members.get("name"), "cast.model": about.get("model_name") if isinstance(about, dict) else None}
    return tuple((key, value[:TEXT]) for key, value in told.items() if isinstance(value, str) and value)


async def ask(network: Network, host: Host, port: int) -> Answers:
    visit = Visit(network, host.address, PORT)
    response = await visit.get(PATH)
    await visit.close()
    for key, value in parse(response.body) if response and response.status == 200 else ():
        yield Answer(host.address, key, value)


PROBE = ServiceProbe(
    "cast",
    "asks a Google Cast device for its model and its name",
    tells=("cast.model", "cast.name"),
    ask=ask,
    ports=(8009,),
)
