"""What this machine knows of itself and of its way out; nothing is sent."""

from netinv.model import Answer
from netinv.net.network import Network
from netinv.net.scope import Scope
from netinv.net.targets import Targets
from netinv.probes.base import Answers, LinkProbe
from netinv.probes.ipv6 import about


async def ask(network: Network, targets: Targets) -> Answers:
    interface = network.interface
    scope = Scope(interface, targets)
    system = network.system
    for own in interface.addresses:
        address = str(own.ip)
        # Of the link of a capture only its networks are known, and nobody there is this machine.
        if address not in scope or (own.ip == own.network.network_address and own.network.num_addresses > 2):
            continue
        yield Answer(address, "local.self", interface.name)
        if interface.mac:
            yield Answer(address, "mac", interface.mac)
        if ":" in address:
            for answer in about(address, interface.mac):
                yield answer
            continue
        yield Answer(address, "local.hostname", system.name)
        yield Answer(address, "local.os", system.os)
    if interface.gateway and interface.gateway in targets:
        yield Answer(interface.gateway, "route.gateway", interface.name)


PROBE = LinkProbe(
    "local",
    "this machine's own addresses, and its default gateway, from its own tables",
    tells=("local.self", "local.hostname", "local.os", "mac", "route.gateway", "ipv6.scope", "ipv6.iid"),
    ask=ask,
    proves=frozenset({"local.self"}),
)
