"""Asking one probe over the LAN answered from memory."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime

from netinv.lab import household
from netinv.lab.memory import MemoryNetwork
from netinv.model import Answer, Evidence, Host, Notice
from netinv.net.targets import parse_targets
from netinv.probes.base import HintProbe, HostProbe, LinkProbe

HOME = household()


def of_link(probe: LinkProbe, network: MemoryNetwork | None = None, words: Iterable[str] = (str(HOME.network),)) -> list[Answer]:
    """All that a probe of the link tells; of nothing but what it declares."""

    async def go() -> list[Answer]:
        asked = probe.ask(network or MemoryNetwork(), parse_targets(list(words)))
        return [answer async for answer in asked if not isinstance(answer, Notice)]

    told = asyncio.run(go())
    assert {answer.key for answer in told} <= set(probe.tells)
    return told


def of_host(
    probe: HostProbe, address: str, network: MemoryNetwork | None = None, heard: Iterable[tuple[str, str]] = ()
) -> set[tuple[str, str]]:
    """All that a probe of one host tells of it, once `heard` is known."""
    now = datetime(2026, 11, 23, tzinfo=UTC)
    host = Host(address, tuple(Evidence(address, key, value, "test", now) for key, value in heard))

    async def go() -> list[Answer]:
        return [answer async for answer in probe.ask(network or MemoryNetwork(), host) if not isinstance(answer, Notice)]

    told = asyncio.run(go())
    assert {answer.key for answer in told} <= set(probe.tells)
    assert {answer.address for answer in told} <= {address}
    return {(answer.key, answer.value) for answer in told}


def of_hint(probe: HintProbe, address: str, hint: str, network: MemoryNetwork) -> set[tuple[str, str]]:
    """All that a probe of hints tells of a host, about one of them."""

    async def go() -> list[Answer]:
        asked = probe.ask(network, Host(address), hint)
        return [answer async for answer in asked if not isinstance(answer, Notice)]

    told = asyncio.run(go())
    assert {answer.key for answer in told} <= set(probe.tells)
    assert {answer.address for answer in told} <= {address}
    return {(answer.key, answer.value) for answer in told}
