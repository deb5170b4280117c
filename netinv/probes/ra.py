"""IPv6 routers as they advertise themselves: whoever does becomes everybody's way out (RFC 4861, 6.2)."""

from collections.abc import Iterator

from netinv.model import Answer, Notice
from netinv.net.announcements import read_router
from netinv.net.network import Network
from netinv.net.overheard import Overheard
from netinv.net.targets import Targets
from netinv.probes.base import Answers, LinkProbe, heed


def read(heard: Overheard, interface: str) -> Iterator[Answer | Notice]:
    """The router and what it offers; nothing if it offers no way out."""
    found = read_router(heard.payload)
    if found is None or heard.source is None or not heard.source.startswith("fe80:") or not found.lifetime:
        return  # the source must be link-local (RFC 4861, 6.1.2)
    offers = [*(f"prefix {prefix}" for prefix in found.prefixes), *(f"DNS {address}" for address in found.resolvers)]
    yield Answer(heard.source, "ra.lifetime", str(found.lifetime))
    yield Notice("ra.router", f"{heard.source}%{interface}", heard.mac, ", ".join(offers))


async def ask(network: Network, targets: Targets) -> Answers:
    async for heard in network.listen("ra"):
        for told in heed(heard.source, read, heard, network.interface.name):
            yield told


PROBE = LinkProbe(
    "ra",
    "hears IPv6 routers advertise themselves; sends nothing",
    tells=("ra.lifetime",),
    ask=ask,
    needs=frozenset({"listen"}),
    notices=("ra.router",),
)
