"""The sweep: slots, rounds and patience, over a medium whose hosts answer as they are told."""

import asyncio
import errno
import socket
from collections.abc import Iterable
from contextlib import aclosing
from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.model import MAC
from netinv.net.network import Reply
from netinv.net.pace import Pace
from netinv.net.sweep import MACS, ROUND, Heard, Roster, Sweeper
from netinv.net.targets import Targets, parse_targets

A, B = MAC.parse("00:1b:a9:00:00:01"), MAC.parse("00:1b:a9:00:00:02")


class FakeMedium:
    """Answers each question to `hosts` as often as they say, from the attempt they say, after the delay they say."""

    rounds: int | None = None
    trailing = 0
    patience = 0.0
    grace = 0.05
    block: int | None = None

    def __init__(self, hosts: dict[str, tuple[list[MAC], int, float]]) -> None:
        self.hosts = {int(IPv4Address(a)): h for a, h in hosts.items()}
        self.asked: list[tuple[float, str, int]] = []
        self.failures: list[OSError] = []
        self._answers: list[Heard] = []
        self._here, self._there = socket.socketpair()
        self._here.setblocking(False)

    def fileno(self) -> int:
        return self._here.fileno()

    def cost(self, number: int, attempt: int) -> int:
        return 1

    def ask(self, number: int, attempt: int) -> None:
        if self.failures:
            raise self.failures.pop(0)
        loop = asyncio.get_running_loop()
        self.asked.append((loop.time(), str(IPv4Address(number)), attempt))
        macs, wakes_at, delay = self.hosts.get(number, ([], 0, 0.0))
        if attempt >= wakes_at:
            for mac in macs:
                loop.call_later(delay, self.answer, Heard(number, mac))

    def answer(self, heard: Heard) -> None:
        if self._there.fileno() >= 0:
            self._answers.append(heard)
            self._there.send(b"!")

    def hear(self) -> Iterable[Heard]:
        self._here.recv(4096)
        answers, self._answers = self._answers, []
        return answers

    def dropped(self) -> int:
        return 0

    def close(self) -> None:
        self._here.close()
        self._there.close()


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


@given(st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 40)), min_size=1, max_size=8))
def test_a_roster_numbers_its_addresses_in_order_and_knows_no_others(spans: list[tuple[int, int]]) -> None:
    base = int(IPv4Address("10.0.0.0"))
    words = [f"{IPv4Address(base + first)}-{IPv4Address(base + first + more)}" for first, more in spans]
    targets = parse_targets(words, allow_large=True)
    roster = Roster(targets)
    numbers = [int(IPv4Address(a)) for a in targets]
    assert [roster[i] for i in range(len(roster))] == numbers
    assert [roster.index(n) for n in numbers] == list(range(len(numbers)))
    assert {roster.index(n) for n in range(base - 3, base + 2100) if n not in set(numbers)} <= {-1}
