"""Who answers whom, as a capture file shows it: ports that accept or refuse a connection, and pings answered."""

from netinv.model import Answer, Saying
from netinv.net import passing
from netinv.net.network import Network
from netinv.net.targets import Targets
from netinv.probes.base import Answers, LinkProbe
from netinv.probes.overheard import ADDRESSES, MACS, is_on_link
from netinv.probes.tcp import PORTS

_PORTS = frozenset(PORTS)


async def ask(network: Network, targets: Targets) -> Answers:
    known: dict[str, set[str]] = {}
    async for heard in network.listen("ip"):
        passed = passing.read(heard.payload)
        if passed is None or not is_on_link(passed.source, network.interface):
            continue
        # A router passes on what comes from elsewhere, but what comes from the link comes from its sender.
        macs = known.setdefault(passed.source, set()) if len(known) < ADDRESSES else known.get(passed.source, set())
        if heard.mac and heard.mac not in macs and len(macs) < MACS and passed.source in known:
            macs.add(heard.mac)
            yield Saying(passed.source, "mac", heard.mac, heard.mac)
        if passed.said == "echo":
            yield Answer(passed.source, "icmp.ttl", str(passed.ttl))
        elif passed.port in _PORTS:
            yield Answer(passed.source, f"tcp.{passed.port}", passed.said)


PROBE = LinkProbe(
    "passing",
    "reads from a capture file which ports answered and who was pinged; only with `netinv read`",
    tells=("mac", "icmp.ttl", *(f"tcp.{port}" for port in sorted(_PORTS))),
    ask=ask,
    needs=frozenset({"listen", "capture"}),
    proves=frozenset({"mac", "icmp.ttl", *(f"tcp.{port}" for port in _PORTS)}),
    by_default=False,
)
