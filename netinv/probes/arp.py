"""ARP: who on this link has the address? (RFC 826). No host can stay silent to it and still be reached."""

from netinv.model import Answer
from netinv.net.network import Network
from netinv.net.targets import Targets
from netinv.probes.base import Answers, LinkProbe


async def ask(network: Network, targets: Targets) -> Answers:
    async for reply in network.sweep("arp", targets.only(network.interface.networks)):
        if reply.mac:
            if reply.attempt > 1:  # before the MAC, which makes the host known
                yield Answer(reply.address, "arp.attempt", str(reply.attempt))
            yield Answer(reply.address, "mac", reply.mac)


PROBE = LinkProbe(
    "arp",
    "asks every address on the link for its MAC address, as raw frames",
    tells=("mac", "arp.attempt"),
    ask=ask,
    needs=frozenset({"arp"}),
    proves=frozenset({"mac"}),
)
