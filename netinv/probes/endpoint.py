"""What makers let a device tell of itself at web addresses of their own, asked where something heard hints at the maker."""

from netinv.model import Answer, Host
from netinv.net.network import Network
from netinv.probes import web_answer, web_endpoints
from netinv.probes.base import Answers, HintProbe
from netinv.probes.http import Visit
from netinv.probes.web_endpoints import ENDPOINTS, Endpoint

SECURE = frozenset({443, 8006, 8443, 9443})
"""Ports where TLS is spoken."""
TRIES = 2
"""Ports asked for one endpoint."""


def places(endpoint: Endpoint, host: Host) -> tuple[int, ...]:
    """The ports to ask at: those known to be open first, and none known to be closed."""
    state = {port: host.first(f"tcp.{port}") for port in endpoint.ports}
    return tuple(sorted((port for port in state if state[port] != "closed"), key=lambda port: state[port] is None))[:TRIES]


async def ask(network: Network, host: Host, hint: str) -> Answers:
    endpoint = ENDPOINTS[hint]
    for port in places(endpoint, host):
        visit = Visit(network, host.address, port, is_secure=port in SECURE)
        response = await visit.get(endpoint.path)
        await visit.close()
        if response and (told := web_answer.parse(endpoint, response)):
            for key, value in told:
                yield Answer(host.address, key, value)
            return


PROBE = HintProbe(
    "endpoint",
    "asks a device what it is where its maker lets it tell, once something heard hints at the maker",
    tells=web_endpoints.TELLS,
    ask=ask,
    hears=web_endpoints.HEARS,
    hints=web_endpoints.hints,
)
