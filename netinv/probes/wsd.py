"""Device metadata by WS-Transfer: the make, model and name a device found by WS-Discovery has of itself (DPWS 1.1, 5)."""

from collections.abc import Iterator

from netinv.model import Answer, Host
from netinv.net.network import Network
from netinv.probes.base import Answers, HostProbe
from netinv.probes.http_document import fetch
from netinv.probes.wsd_message import MEDIA_TYPE, get, metadata

_KEYS = {"Manufacturer": "wsd.manufacturer", "ModelName": "wsd.model", "FriendlyName": "wsd.friendly-name"}


def parse(message: bytes) -> Iterator[tuple[str, str]]:
    """What the metadata tell; nothing if it is none."""
    facts: dict[tuple[str, str], None] = {}
    told = metadata(message)
    is_computer = any(name == "Computer" for name, _ in told)
    """Then the rest is said of the software that publishes it."""
    for name, said in told:
        if key := _KEYS.get(name):
            facts |= {} if is_computer else {(key, said): None}
        elif name == "Computer":  # NAME/Workgroup:WORKGROUP, or NAME\Domain:DOMAIN ([MS-PBSD] 2.2)
            facts["wsd.friendly-name", said.partition("/")[0].partition("\\")[0]] = None
        elif name == "Types":
            facts |= {("wsd.type", word.rpartition(":")[2]): None for word in said.split()[:8]}
    yield from (fact for fact in facts if fact[1])


async def ask(network: Network, host: Host) -> Answers:
    place, endpoints = host.first("wsd.location") or "", host.all("wsd.endpoint")
    # Usually a place ends with the UUID of its endpoint.
    endpoint = next((e for e in endpoints if e.rpartition(":")[2] in place), endpoints[0] if endpoints else "")
    question = get(endpoint)
    heard = await fetch(network, host.address, place, question, MEDIA_TYPE) if question else None
    for key, value in parse(heard) if heard else ():
        yield Answer(host.address, key, value)


PROBE = HostProbe(
    "wsd",
    "fetches make, model and name of what WS-Discovery found, from itself alone",
    tells=("wsd.manufacturer", "wsd.model", "wsd.friendly-name", "wsd.type"),
    ask=ask,
    wants=("wsd.endpoint", "wsd.location"),
    each="wsd.location",
    needs=frozenset({"tcp"}),
)
