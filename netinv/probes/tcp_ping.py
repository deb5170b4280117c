"""TCP ping: is a host there that drops ICMP? Whoever accepts or refuses a connection is (nmap's -PS, by connect)."""

from netinv.model import Answer
from netinv.net.network import Network
from netinv.net.targets import Targets
from netinv.net.tcp_ping import PORTS
from netinv.probes.base import Answers, LinkProbe

TELLS = tuple(f"tcp.{port}" for port in PORTS)


async def ask(network: Network, targets: Targets) -> Answers:
    async for reply in network.sweep("tcp-ping", targets.outside(network.interface.networks)):
        if reply.said:
            yield Answer(reply.address, f"tcp.{PORTS[reply.attempt - 1]}", reply.said)


PROBE = LinkProbe(
    "tcp-ping",
    "connects to TCP ports of every address behind routers, one port a second until it answers; only with `--also tcp-ping`",
    tells=TELLS,
    ask=ask,
    needs=frozenset({"tcp-ping"}),
    proves=frozenset(TELLS),
    by_default=False,
)
