"""The sweep: slots, rounds and patience, over a medium whose hosts answer as they are told."""

import asyncio
import errno
from contextlib import aclosing
from ipaddress import IPv4Address

import pytest

from netinv.model import MAC
from netinv.net.flight import MACS
from netinv.net.medium import ROUND, Heard
from netinv.net.network import Reply
from netinv.net.pace import Pace
from netinv.net.sweep import Sweeper
from netinv.net.targets import Targets, parse_targets
from tests.net.media import A, B, FakeMedium


def sweep(
    medium: FakeMedium, targets: Targets | list[str], *, rate: float = 2000, rounds: int = 3, timeout: float = 0.2
) -> list[Reply]:
    async def go() -> list[Reply]:
        async with aclosing(Sweeper(medium, Pace(rate)).sweep(targets, rounds=rounds, timeout=timeout)) as replies:
            return [reply async for reply in replies]

    try:
        return asyncio.run(go())
    finally:
        medium.close()


def test_everybody_who_answers_is_told_once_and_the_silent_are_asked_again() -> None:
    medium = FakeMedium({"10.0.0.2": ([A], 1, 0.0), "10.0.0.4": ([B], 1, 0.01)})
    replies = sweep(medium, parse_targets(["10.0.0.1-4"]), rounds=2)
    assert {(r.address, r.mac) for r in replies} == {("10.0.0.2", A), ("10.0.0.4", B)}
    assert sorted(a for _, a, attempt in medium.asked if attempt == 2) == ["10.0.0.1", "10.0.0.3"]


def test_an_address_keeps_its_slot_in_every_round() -> None:
    medium = FakeMedium({"10.0.0.1": ([A], 1, 0.0)})
    sweep(medium, parse_targets(["10.0.0.1-5"]), rounds=2, rate=100)
    at = {(address, attempt): moment for moment, address, attempt in medium.asked}
    for address in ("10.0.0.2", "10.0.0.5"):
        assert at[address, 2] - at[address, 1] == pytest.approx(ROUND, abs=0.1)


def test_a_sleeper_that_hears_only_the_second_question_is_found_in_the_second_round() -> None:
    (reply,) = sweep(FakeMedium({"10.0.0.1": ([A], 2, 0.0)}), ["10.0.0.1"], rounds=3)
    assert reply.attempt == 2
    assert reply.rtt_ms is None, "nobody can tell which question an ARP reply answers"


def test_two_macs_at_one_address_are_both_told() -> None:
    replies = sweep(FakeMedium({"10.0.0.1": ([A, B, A], 1, 0.02)}), ["10.0.0.1"])
    assert [r.mac for r in replies] == [A, B]


def test_a_flood_of_macs_at_one_address_is_cut_short_and_told() -> None:
    many = [MAC.parse(bytes([0, 27, 169, 0, n >> 8, n & 255])) for n in range(40)]
    medium = FakeMedium({"10.0.0.1": (many, 1, 0.0)})
    sweeper = Sweeper(medium, Pace(100))

    async def go() -> list[Reply]:
        async with aclosing(sweeper.sweep(["10.0.0.1"], rounds=1, timeout=0.1)) as replies:
            return [r async for r in replies]

    assert len(asyncio.run(go())) == MACS
    assert sweeper.flooded == {"10.0.0.1"}
    medium.close()


def test_it_ends_early_when_everybody_has_answered() -> None:
    async def go() -> float:
        medium = FakeMedium({"10.0.0.1": ([A], 1, 0.0)})
        begin = asyncio.get_running_loop().time()
        async with aclosing(Sweeper(medium, Pace(100)).sweep(["10.0.0.1"], rounds=3, timeout=5.0)) as replies:
            assert [r.address async for r in replies] == ["10.0.0.1"]
        medium.close()
        return asyncio.get_running_loop().time() - begin

    assert asyncio.run(go()) < ROUND


def test_an_answer_that_fits_no_question_in_flight_makes_no_device() -> None:
    medium = FakeMedium({})

    async def go() -> list[Reply]:
        asyncio.get_running_loop().call_later(0.02, medium.answer, Heard(int(IPv4Address("10.0.0.9")), A))
        asyncio.get_running_loop().call_later(0.02, medium.answer, Heard(int(IPv4Address("10.0.0.1")), A, attempt=2))
        async with aclosing(Sweeper(medium, Pace(100)).sweep(["10.0.0.1"], rounds=1, timeout=0.1)) as replies:
            return [r async for r in replies]

    assert asyncio.run(go()) == []
    medium.close()


def test_a_full_queue_is_waited_for_and_a_refusal_is_counted() -> None:
    medium = FakeMedium({"10.0.0.1": ([A], 1, 0.0)})
    medium.failures = [OSError(errno.ENOBUFS, "full"), OSError(errno.EAGAIN, "again")]
    assert len(sweep(medium, ["10.0.0.1"])) == 1
    medium = FakeMedium({"10.0.0.2": ([A], 1, 0.0)})
    medium.failures = [PermissionError(errno.EPERM, "firewall")]
    sweeper = Sweeper(medium, Pace(1000))

    async def go() -> list[Reply]:
        async with aclosing(sweeper.sweep(["10.0.0.1", "10.0.0.2"], rounds=1, timeout=0.1)) as replies:
            return [r async for r in replies]

    assert [r.address for r in asyncio.run(go())] == ["10.0.0.2"]
    assert (sweeper.refused, sweeper.sent) == ({errno.EPERM: 1}, 1)
    medium.close()


def test_an_interface_that_dies_ends_the_sweep_with_its_error() -> None:
    medium = FakeMedium({})
    medium.failures = [OSError(errno.ENETDOWN, "down")]
    with pytest.raises(OSError, match="down"):
        sweep(medium, ["10.0.0.1"])
