"""What this machine knows of itself and of its way out; nothing is sent."""

import os

from netinv.model import Answer
from netinv.net.network import Network
from netinv.net.targets import Targets
from netinv.probes.base import Answers, LinkProbe


async def ask(network: Network, targets: Targets) -> Answers:
    interface = network.interface
    system = os.uname()
    for address in (str(a.ip) for a in interface.addresses):
        if address not in targets:
            continue
        yield Answer(address, "local.self", interface.name)
        if interface.mac:
            yield Answer(address, "mac", interface.mac)
        yield Answer(address, "local.hostname", system.nodename)
        yield Answer(address, "local.os", f"{system.sysname} {system.release}")
    if interface.gateway and interface.gateway in targets:
        yield Answer(interface.gateway, "route.gateway", interface.name)


PROBE = LinkProbe(
    "local",
    "this machine's own addresses, and its default gateway, from its own tables",
    tells=("local.self", "local.hostname", "local.os", "mac", "route.gateway"),
    ask=ask,
    proves=frozenset({"local.self"}),
)
