"""LLDP and CDP as they pass by: switches, access points and telephones introduce themselves at every port (IEEE 802.1AB)."""

from collections.abc import Iterator

from netinv.model import Answer, Notice
from netinv.net.announcements import Neighbour, read_cdp, read_lldp
from netinv.net.network import Network
from netinv.net.overheard import Overheard
from netinv.net.targets import Targets
from netinv.probes.base import Answers, LinkProbe, heed


def read(heard: Overheard) -> Iterator[Answer | Notice]:
    """What a device tells of itself; nothing if it takes it back, or it is no such message."""
    found = read_lldp(heard.payload) if heard.topic == "lldp" else read_cdp(heard.payload)
    if found is None or heard.mac is None or not found.ttl:
        return
    # A switch's ports have addresses counted from its own; its own is told as the chassis id. Nobody else's is believed.
    macs = {heard.mac}
    if found.chassis and found.chassis[:-2] == heard.mac[:-2]:
        macs.add(found.chassis)
    for key, value in _facts(heard.topic, found):
        for mac in sorted(macs):
            yield Answer(mac, key, value)
    said = ", ".join(filter(None, (found.name or found.chassis, found.port and f"port {found.port}")))
    yield Notice(f"{heard.topic}.neighbour", next(iter(found.addresses), None), found.chassis or heard.mac, said)


def _facts(protocol: str, found: Neighbour) -> Iterator[tuple[str, str]]:
    told: dict[str, str | None]
    if protocol == "lldp":
        told = {
            "lldp.system-name": found.name,
            "lldp.system-description": found.description,
            "lldp.model": found.platform,
            "lldp.manufacturer": found.manufacturer,
            "lldp.serial": found.serial,
        }
    else:
        told = {"cdp.device": found.name, "cdp.platform": found.platform, "cdp.version": found.description}
    yield from ((key, value) for key, value in told.items() if value)
    yield from ((f"{protocol}.capability", capability) for capability in dict.fromkeys(found.capabilities))


async def ask(network: Network, targets: Targets) -> Answers:
    async for heard in network.listen("lldp", "cdp"):
        for told in heed(heard.mac, read, heard):
            yield told


PROBE = LinkProbe(
    "lldp",
    "hears switches, access points and telephones introduce themselves by LLDP or CDP; sends nothing",
    tells=(
        "lldp.system-name", "lldp.system-description", "lldp.capability", "lldp.model", "lldp.manufacturer", "lldp.serial",
        "cdp.device", "cdp.platform", "cdp.version", "cdp.capability",
    ),
    ask=ask,
    needs=frozenset({"listen"}),
    notices=("lldp.neighbour", "cdp.neighbour"),
)  # fmt: skip
