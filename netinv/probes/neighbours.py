"""The kernel's neighbour table: ARP for those who may not send frames themselves (RFC 826, by rtnetlink)."""

from netinv.model import Answer
from netinv.net.network import Network
from netinv.net.targets import Targets
from netinv.probes.base import Answers, LinkProbe


async def ask(network: Network, targets: Targets) -> Answers:
    async for reply in network.sweep("neighbours", targets.only(network.interface.networks)):
        if reply.mac:
            yield Answer(reply.address, "mac", reply.mac)


PROBE = LinkProbe(
    "neighbours",
    "sends every address on the link an empty datagram, so that the kernel asks for its MAC address",
    tells=("mac",),
    ask=ask,
    needs=frozenset({"neighbours"}),
    spares=frozenset({"arp"}),
    proves=frozenset({"mac"}),
)
