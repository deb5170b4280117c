"""Asking everybody on the link by a maker's own protocol: what the discoveries of Kasa, Sony and Ubiquiti have in common."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import aclosing

from netinv.model import Answer
from netinv.net.network import EVERYBODY, Datagram, Network
from netinv.net.scope import Scope
from netinv.net.targets import Targets
from netinv.probes.base import Answers, LinkProbe, heed
from netinv.probes.groups import Question, answers


def probe(
    name: str,
    summary: str,
    questions: Mapping[int, bytes],
    parse: Callable[[bytes], Iterable[tuple[str, str]]],
    *,
    tells: Iterable[str],
) -> LinkProbe:
    """One that asks each of these questions at its port; what comes back from there is read by `parse`."""

    def read(heard: Datagram) -> Iterator[Answer]:
        yield from (Answer(heard.address, key, value) for key, value in parse(heard.payload))

    async def ask(network: Network, targets: Targets) -> Answers:
        if not Scope(network.interface, targets).covers_link:  # nobody wakes everybody to hear of a few
            return
        asked = [Question(EVERYBODY, port, question) for port, question in questions.items()]
        async with aclosing(answers(network, asked)) as heard:
            async for datagram in heard:
                for answer in heed(datagram.address, read, datagram) if datagram.port in questions else ():
                    yield answer

    return LinkProbe(name, summary, tells=tuple(tells), ask=ask, needs=frozenset({"multicast"}))
