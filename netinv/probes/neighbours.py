"""The kernel's neighbour table: ARP for those who may not send frames themselves (RFC 826, by rtnetlink)."""

import asyncio

from netinv.model import Answer
from netinv.net.network import Network
from netinv.net.targets import Targets
from netinv.probes.base import Answers, LinkProbe

KNOCKS = (445, 80)
"""Ports one of which nearly every system opens or refuses."""


async def ask(network: Network, targets: Targets) -> Answers:
    async for reply in network.sweep("neighbours", targets.only(network.interface.networks)):
        if reply.mac:
            yield Answer(reply.address, "mac", reply.mac)
    # Whom the kernel still remembers from before it does not ask again: a sign of their own tells at once that they are there.
    remembered = dict(network.remembered)
    signs = await asyncio.gather(*(network.tcp(address, port) for address in remembered for port in KNOCKS))
    pinged = {reply.address async for reply in network.sweep("icmp", remembered)} if "icmp" in network.abilities else set()
    answered = {address for address, sign in zip((a for a in remembered for _ in KNOCKS), signs, strict=True) if sign}
    for address in answered | pinged:
        yield Answer(address, "mac", remembered[address])
    # The rest it has to verify, and to look for anew where they are not: in its own time.
    if silent := remembered.keys() - answered - pinged:
        async for reply in network.sweep("neighbours", silent):
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
