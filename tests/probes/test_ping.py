"""Three pings: what they tell of the way, and what of the loss."""

import asyncio
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from netinv.lab.memory import MemoryNetwork
from netinv.model import Answer, Evidence, Host
from netinv.net.network import Means, Replies, Reply
from netinv.probes.ping import ECHOES, PROBE

HOST = Host("10.77.0.12")


class Echoes(MemoryNetwork):
    """Answers the pings it is told to, each with a round-trip time."""

    def __init__(self, times: Iterable[float | None]) -> None:
        super().__init__()
        self._times: Iterator[float | None] = iter(times)

    async def sweep(self, means: Means, targets: Iterable[str], *, rounds: int | None = None) -> Replies:
        assert (means, rounds) == ("icmp", 1), "each question is counted, so none may be repeated unseen"
        for target in targets:
            if (rtt := next(self._times)) is not None:
                yield Reply(target, None, rtt, 64)


def told(times: Iterable[float | None], host: Host = HOST) -> dict[str, str]:
    async def ask() -> dict[str, str]:
        answers = [answer async for answer in PROBE.ask(Echoes(times), host)]
        return {answer.key: answer.value for answer in answers if isinstance(answer, Answer)}

    return asyncio.run(ask())


def test_the_least_of_three_round_trips_is_the_way_alone() -> None:
    assert told([9.0, 0.5, 0.7]) == {"icmp.rtt": "0.500", "icmp.ttl": "64", "icmp.loss": "0/3"}


def test_what_goes_unanswered_is_loss() -> None:
    assert told([None, 0.5, None])["icmp.loss"] == "2/3"


def test_a_host_that_ignores_pings_loses_none() -> None:
    assert told([None] * ECHOES) == {}


def test_nobody_pings_itself_nor_ipv6_by_the_echo_of_ipv4() -> None:
    own = Evidence("10.77.0.50", "local.self", "lan0", "local", datetime.now(UTC))
    assert told([], Host("10.77.0.50", (own,))) == {}
    assert told([], Host("fe80::1")) == {}
