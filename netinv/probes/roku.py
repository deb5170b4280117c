"""Roku: model and name, as its External Control Protocol tells them (developer.roku.com, External Control Protocol)."""

from netinv.model import Answer, Host
from netinv.net.network import Network
from netinv.probes.base import Answers, HostProbe
from netinv.probes.http import Visit
from netinv.probes.xml_document import children, local, read, text

PORT = 8060
PATH = "/query/device-info"
_TOLD = {"model-name": "roku.model", "is-tv": "roku.is-tv", "user-device-name": "roku.name"}


def parse(document: bytes) -> tuple[tuple[str, str], ...]:
    """What the answer tells; nothing if it is none."""
    root = read(document)
    if root is None or local(str(root.tag)) != "device-info":
        return ()
    told = ((_TOLD[name], text(element)) for name, element in children(root) if name in _TOLD)
    return tuple(dict.fromkeys((key, value) for key, value in told if value))


async def ask(network: Network, host: Host) -> Answers:
    visit = Visit(network, host.address, PORT)
    response = await visit.get(PATH)
    await visit.close()
    for key, value in parse(response.body) if response and response.status == 200 else ():
        yield Answer(host.address, key, value)


PROBE = HostProbe(
    "roku",
    "asks a Roku for its model and its name",
    tells=tuple(_TOLD.values()),
    ask=ask,
    wants=("ssdp.st=roku:ecp",),
    needs=frozenset({"tcp"}),
)
