"""ICMP echo to what is not on the link: is a host there, how far away, how many routers from here (RFC 792)."""

from netinv.model import Answer
from netinv.net.network import Network, Reply
from netinv.net.targets import Targets
from netinv.probes.base import Answers, LinkProbe

TELLS = ("icmp.rtt", "icmp.ttl")
"""What one reply tells."""


def answers(reply: Reply) -> list[Answer]:
    """Round-trip time in milliseconds, and the TTL left of what the host began with (mostly 64, 128 or 255)."""
    told = []
    if reply.rtt_ms is not None:
        told.append(Answer(reply.address, "icmp.rtt", f"{reply.rtt_ms:.3f}"))
    if reply.ttl is not None:
        told.append(Answer(reply.address, "icmp.ttl", str(reply.ttl)))
    return told


async def ask(network: Network, targets: Targets) -> Answers:
    on_link_is_asked = network.abilities & {"arp", "neighbours"}
    asked = targets.outside(network.interface.networks) if on_link_is_asked else targets
    async for reply in network.sweep("icmp", asked):
        if reply.attempt > 1:  # an echo reply says which question it answers
            yield Answer(reply.address, "icmp.attempt", str(reply.attempt))
        for answer in answers(reply):
            yield answer


PROBE = LinkProbe(
    "icmp",
    "pings every address that is not on the link",
    tells=(*TELLS, "icmp.attempt"),
    ask=ask,
    needs=frozenset({"icmp"}),
    proves=frozenset(TELLS),
)
