"""Rounds: witnesses tell whether the link loses, and only then the silent are asked more often than usual."""

from collections.abc import Callable
from contextlib import aclosing
from random import Random

import pytest

from netinv.net.medium import ROUND
from netinv.net.pace import Pace
from netinv.net.sweep import Sweeper
from netinv.net.targets import parse_targets
from tests.net.media import FakeMedium, alike, now, run

HOSTS = [f"10.0.0.{n}" for n in range(1, 40, 2)]


def rounds_over(loses: Callable[[float], bool], *, most: int, delay: float = 0.0) -> tuple[set[str], FakeMedium]:
    medium = FakeMedium(alike(HOSTS, delay), loses=loses)

    async def go() -> set[str]:
        sweeper = Sweeper(medium, Pace(2000, clock=now))
        replies = sweeper.sweep(parse_targets(["10.0.0.1-60"]), rounds=3, most_rounds=most, timeout=0.05)
        async with aclosing(replies):
            return {reply.address async for reply in replies}

    try:
        return run(go()), medium
    finally:
        medium.close()


def test_where_nothing_is_lost_the_silent_are_asked_in_the_usual_rounds_and_some_who_answered_once_more() -> None:
    found, medium = rounds_over(lambda now: False, most=6)
    assert found == set(HOSTS)
    assert max(attempt for _, _, attempt in medium.asked) == 3
    assert 1 <= sum(a in HOSTS and attempt == 2 for _, a, attempt in medium.asked) <= 24


def test_where_the_link_loses_the_silent_are_asked_until_all_who_are_there_have_been_heard() -> None:
    dice = Random(2)
    found, medium = rounds_over(lambda now: dice.random() < 0.25, most=6)
    assert found == set(HOSTS)
    assert max(attempt for _, _, attempt in medium.asked) > 3


def test_whoever_says_how_often_is_taken_at_their_word() -> None:
    dice = Random(1)
    _, medium = rounds_over(lambda now: dice.random() < 0.25, most=3)
    assert max(attempt for _, _, attempt in medium.asked) == 3


def test_where_answers_take_as_long_as_over_the_air_the_silent_are_asked_once_more() -> None:
    found, medium = rounds_over(lambda now: False, most=6, delay=0.05)
    assert found == set(HOSTS)
    assert max(attempt for _, _, attempt in medium.asked) == 4


def test_an_answer_that_only_waited_for_us_to_read_it_is_no_sign_of_the_air(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeMedium, "waited", lambda self: 0.05)
    _, medium = rounds_over(lambda now: False, most=6, delay=0.05)
    assert max(attempt for _, _, attempt in medium.asked) == 3


def test_one_witness_that_has_fallen_asleep_is_not_taken_for_a_loss() -> None:
    medium = FakeMedium(alike(HOSTS))
    medium._loses = lambda now: medium.asked[-1][1] == HOSTS[3] and medium.asked[-1][2] > 1

    async def go() -> set[str]:
        replies = Sweeper(medium, Pace(2000, clock=now)).sweep(
            parse_targets(["10.0.0.1-60"]), rounds=3, most_rounds=6, timeout=0.05
        )
        async with aclosing(replies):
            return {reply.address async for reply in replies}

    assert run(go()) == set(HOSTS)
    medium.close()
    assert max(attempt for _, _, attempt in medium.asked) == 3


def test_where_the_kernel_repeats_the_silent_are_asked_anew_over_the_air_once_it_has_given_up() -> None:
    medium = FakeMedium(alike(HOSTS, 0.05))
    medium.rounds, medium.repeats = 1, 2

    async def go() -> set[str]:
        replies = Sweeper(medium, Pace(2000, clock=now)).sweep(
            parse_targets(["10.0.0.1-60"]), rounds=3, most_rounds=6, timeout=0.05
        )
        async with aclosing(replies):
            return {reply.address async for reply in replies}

    assert run(go()) == set(HOSTS)
    medium.close()
    at = {(address, attempt): moment for moment, address, attempt in medium.asked}
    assert max(attempt for _, _, attempt in medium.asked) == 2
    assert at["10.0.0.2", 2] - at["10.0.0.2", 1] > 3 * ROUND
