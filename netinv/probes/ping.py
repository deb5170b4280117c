"""ICMP echo to a host found on the link, for its round-trip time and TTL (RFC 792)."""

from netinv.model import Host
from netinv.net.network import Network
from netinv.probes.base import Answers, HostProbe
from netinv.probes.icmp import TELLS, answers


async def ask(network: Network, host: Host) -> Answers:
    if host.first("local.self") or host.first("icmp.ttl"):  # ourselves, or told already
        return
    first = [reply async for reply in network.sweep("icmp", [host.address])]
    # The first echo may have waited for the kernel's own ARP; a second one tells the way alone.
    again = [reply async for reply in network.sweep("icmp", [host.address])] if first else []
    if replies := first + again:
        for answer in answers(min(replies, key=lambda reply: reply.rtt_ms or 0.0)):
            yield answer


PROBE = HostProbe(
    "ping",
    "pings each host found, for its round-trip time and TTL",
    tells=TELLS,
    ask=ask,
    wants=("mac",),
    needs=frozenset({"icmp"}),
)
