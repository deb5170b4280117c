"""WS-Discovery: Windows machines, printers, scanners and cameras, by what they are and where they describe themselves."""

from collections.abc import Iterable, Iterator
from contextlib import aclosing

from netinv.net.network import Network
from netinv.net.scope import Scope
from netinv.net.targets import Targets
from netinv.probes.base import Answers, LinkProbe
from netinv.probes.groups import Question, facts, groups
from netinv.probes.http_document import locate
from netinv.probes.wsd_message import CAMERA, DEVICE, Match, is_endpoint, matches, probe, resolve

PORT = 3702
IPV4, IPV6 = "239.255.255.250", "ff02::c"
"""Its groups (WS-Discovery 1.1, 3.1.1)."""
RESOLVED = 64
"""Endpoints that have told no place, asked for one."""
FACTS = 48
"""Taken of one device."""
KEYS = ("wsd.type", "wsd.scope", "wsd.endpoint", "wsd.location")


def parse(message: bytes, source: str) -> tuple[tuple[str, str], ...]:
    """What an answer tells of its sender `source`; nothing if it is none. A place counts only if it is the sender's."""
    return tuple(fact for match in matches(message) for fact in _facts(match, source))[:FACTS]


def _facts(match: Match, source: str) -> Iterator[tuple[str, str]]:
    yield from (("wsd.type", kind) for kind in match.types)
    yield from (("wsd.scope", scope) for scope in match.scopes)
    if is_endpoint(match.endpoint):
        yield "wsd.endpoint", match.endpoint
    yield from (("wsd.location", place) for place in match.addresses if locate(place, source))


async def ask(network: Network, targets: Targets) -> Answers:
    asked = groups(Scope(network.interface, targets), IPV4, IPV6)
    found: dict[str, set[tuple[str, str]]] = {}
    questions = [Question(group, PORT, probe(kind)) for kind in (DEVICE, CAMERA) for group in asked]
    for _ in range(2):  # who is there; then where those are who have not said it
        async with aclosing(facts(network, questions, parse, found, FACTS)) as heard:
            async for fact in heard:
                yield fact
        messages = [message for endpoint in _homeless(found.values())[:RESOLVED] if (message := resolve(endpoint))]
        questions = [Question(group, PORT, message) for message in messages for group in asked[:1]]
        if not questions:
            break


def _homeless(found: Iterable[set[tuple[str, str]]]) -> list[str]:
    """The endpoints nobody has said a place of, be it at another of its addresses."""
    placed: dict[str, bool] = {}
    for told in found:
        is_placed = any(key == "wsd.location" for key, _ in told)
        for endpoint in (value for key, value in sorted(told) if key == "wsd.endpoint"):
            placed[endpoint] = placed.get(endpoint, False) or is_placed
    return [endpoint for endpoint, is_placed in placed.items() if not is_placed]


PROBE = LinkProbe(
    "ws-discovery",
    "looks for Windows machines, printers and cameras on the link, and where they describe themselves, by WS-Discovery",
    tells=KEYS,
    ask=ask,
    needs=frozenset({"multicast"}),
)
