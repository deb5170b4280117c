"""ICMP echo to a host that is there, three times over: round-trip time, TTL and loss (RFC 792)."""

from netinv.model import Answer, Host
from netinv.net.network import Network
from netinv.probes.base import Answers, HostProbe
from netinv.probes.icmp import TELLS, answers

ECHOES = 3
"""Questions in all, each after the last was answered or given up: the first may have waited for the kernel's own ARP, or woken a
radio. Enough to tell a bad way from a good one, not to measure it."""


async def ask(network: Network, host: Host) -> Answers:
    if host.first("local.self") or ":" in host.address:  # the way to ourselves; and IPv6 has an echo of its own
        return
    replies = [reply for _ in range(ECHOES) async for reply in network.sweep("icmp", [host.address], rounds=1)]
    if not replies:  # it ignores pings, or drops them: that is no loss
        return
    for answer in answers(min(replies, key=lambda reply: reply.rtt_ms or 0.0)):
        yield answer
    yield Answer(host.address, "icmp.loss", f"{ECHOES - len(replies)}/{ECHOES}")


PROBE = HostProbe(
    "ping",
    f"pings each host found {ECHOES} times, for its round-trip time, its TTL, and how many pings get lost",
    tells=(*TELLS, "icmp.loss"),
    ask=ask,
    needs=frozenset({"icmp"}),
)
