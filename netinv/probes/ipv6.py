"""IPv6: an echo to all nodes of the link, who need not be guessed to be found (RFC 4443, 4.1; RFC 4291, 2.8)."""

from collections.abc import Iterator

from netinv.model import MAC, Answer
from netinv.net.addresses import embedded_mac, reach
from netinv.net.network import Network, Reply
from netinv.net.scope import Scope
from netinv.net.targets import Targets
from netinv.probes.base import Answers, LinkProbe

ALL_NODES = "ff02::1"
TELLS = ("icmpv6.hop-limit", "icmpv6.rtt", "ipv6.iid", "ipv6.scope", "mac", "ndp.router")


def answers(reply: Reply) -> Iterator[Answer]:
    """What an address that answered is, where it is, and how far away."""
    if reply.mac:
        yield Answer(reply.address, "mac", reply.mac)
    yield from about(reply.address, reply.mac)
    if reply.is_router:
        yield Answer(reply.address, "ndp.router", "yes")
    if reply.rtt_ms is not None:
        yield Answer(reply.address, "icmpv6.rtt", f"{reply.rtt_ms:.3f}")
    if reply.ttl is not None:
        yield Answer(reply.address, "icmpv6.hop-limit", str(reply.ttl))


def about(address: str, mac: MAC | None = None) -> Iterator[Answer]:
    """How far an address is good for, and what its interface identifier is made of."""
    yield Answer(address, "ipv6.scope", reach(address))
    yield Answer(address, "ipv6.iid", iid(address, mac))


def iid(address: str, mac: MAC | None = None) -> str:
    """`eui64` if the interface identifier is made of a MAC address, that of `mac` where it is known; else `opaque`.

    Temporary identifiers and stable ones that hide the MAC address are both random numbers (RFC 8981, RFC 7217).
    """
    embedded = embedded_mac(address)
    return "eui64" if embedded and mac in (None, embedded) else "opaque"


async def ask(network: Network, targets: Targets) -> Answers:
    if not Scope(network.interface, targets).includes_ipv6:
        return
    async for reply in network.sweep("icmpv6", [ALL_NODES]):
        for answer in answers(reply):
            yield answer


PROBE = LinkProbe(
    "ipv6",
    "asks all IPv6 nodes of the link at once, and the kernel for their MAC addresses",
    tells=TELLS,
    ask=ask,
    needs=frozenset({"icmpv6"}),
    proves=frozenset({"icmpv6.rtt", "mac"}),
)
