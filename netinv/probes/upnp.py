"""UPnP: the description a device has of itself, fetched from that device alone (UPnP Device Architecture 2.0, 2.3)."""

from collections.abc import Iterator
from itertools import islice

from netinv.model import Answer, Host
from netinv.net.network import Network
from netinv.probes.base import Answers, HostProbe
from netinv.probes.http_document import fetch
from netinv.probes.xml_document import children, read, text, walk

FACTS = 32
"""Taken of one description."""
_OF_ROOT = {
    "manufacturer": "upnp.manufacturer",
    "modelName": "upnp.model",
    "modelNumber": "upnp.model-number",
    "modelDescription": "upnp.description",
    "friendlyName": "upnp.friendly-name",
    "serialNumber": "upnp.serial",
    "UDN": "upnp.udn",
}
_OF_ALL = {"deviceType": "upnp.device-type", "serviceType": "upnp.service-type"}


def parse(document: bytes) -> tuple[tuple[str, str], ...]:
    """What a description tells; of the devices embedded in it only what they are, since their names are those of parts."""
    root = read(document)
    return tuple(islice(dict.fromkeys(_facts(root)), FACTS)) if root is not None else ()


def _facts(root: object) -> Iterator[tuple[str, str]]:
    device = next((element for name, element in children(root) if name == "device"), None)
    if device is None:
        return
    for name, element in children(device):
        if (key := _OF_ROOT.get(name)) and (value := text(element)):
            yield key, value
    for name, element in walk(device):
        if (key := _OF_ALL.get(name)) and (value := text(element)):
            yield key, value


async def ask(network: Network, host: Host) -> Answers:
    document = await fetch(network, host.address, host.first("ssdp.location") or "")
    for key, value in parse(document) if document else ():
        yield Answer(host.address, key, value)


PROBE = HostProbe(
    "upnp",
    "fetches the description a UPnP device has of itself, from itself alone",
    tells=(*_OF_ROOT.values(), *_OF_ALL.values()),
    ask=ask,
    wants=("ssdp.location",),
    each="ssdp.location",
    needs=frozenset({"tcp"}),
)
