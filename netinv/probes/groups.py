"""Asking groups of the link: several questions at once, and all that comes back to any of them as one stream."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from contextlib import aclosing
from hashlib import blake2s
from typing import NamedTuple

from netinv.model import Answer, Notice
from netinv.net.network import Datagram, Network
from netinv.net.scope import Scope
from netinv.probes.base import Answers, heed

ANSWERS = 8192
"""Different answers taken to all questions of one asking."""


class Question(NamedTuple):
    """What to ask which group."""

    group: str
    port: int
    payload: bytes


def groups(scope: Scope, ipv4: str, ipv6: str) -> tuple[str, ...]:
    """Of a protocol's two groups those a scan may ask: none where it concerns but a few, for whom it would wake everybody."""
    if not scope.covers_link:
        return ()
    return (ipv4, ipv6) if scope.includes_ipv6 else (ipv4,)


async def answers(network: Network, questions: Iterable[Question]) -> AsyncGenerator[Datagram, None]:
    """All answers to all questions as they come, each once."""
    heard: asyncio.Queue[Datagram | None] = asyncio.Queue()

    async def pump(question: Question) -> None:
        async with aclosing(network.multicast(*question)) as replies:
            async for reply in replies:
                heard.put_nowait(reply)

    pumps = asyncio.gather(*(pump(question) for question in questions))
    pumps.add_done_callback(lambda _: heard.put_nowait(None))
    known: set[tuple[str, int, bytes]] = set()
    """Digests, so that a flood of long answers is not kept until the end."""
    try:
        while (reply := await heard.get()) is not None:
            told = (reply.address, reply.port, blake2s(reply.payload, digest_size=16).digest())
            if told not in known and len(known) < ANSWERS:
                known.add(told)
                yield reply
        await pumps  # raises what one of them died of
    finally:
        pumps.cancel()
        await asyncio.gather(pumps, return_exceptions=True)


async def facts(
    network: Network,
    questions: Iterable[Question],
    parse: Callable[[bytes, str], Iterable[tuple[str, str]]],
    told: dict[str, set[tuple[str, str]]],
    most: int,
) -> Answers:
    """What `parse` makes of each answer and its sender: each fact once, `most` of one sender; they are gathered in `told`."""

    def read(heard: Datagram) -> Iterator[Answer]:
        yield from (Answer(heard.address, key, value) for key, value in parse(heard.payload, heard.address))

    async with aclosing(answers(network, questions)) as heard:
        async for datagram in heard:
            known = told.setdefault(datagram.address, set())
            for answer in heed(datagram.address, read, datagram):
                if isinstance(answer, Notice):
                    yield answer
                elif (answer.key, answer.value) not in known and len(known) < most:
                    known.add((answer.key, answer.value))
                    yield answer
