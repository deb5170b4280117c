"""Asking as fast as the link answers: nobody is missed, where the link loses by chance as where it cannot bear the haste."""

from collections.abc import Callable
from contextlib import aclosing
from random import Random

import pytest

from netinv.net.eager import BLIND, START
from netinv.net.pace import Pace
from netinv.net.sweep import Sweeper
from netinv.net.targets import Targets, parse_targets
from tests.net.media import FakeMedium, alike, now, run

HOSTS = [f"10.0.0.{n}" for n in range(3, 250, 5)]


class Ceiling:
    """Storm control: a token bucket of so many frames a second and a tenth as deep."""

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self.left = rate / 10
        self.at = 0.0

    def __call__(self, now: float) -> bool:
        self.left = min(self.rate / 10, self.left + (now - self.at) * self.rate)
        self.at = now
        if self.left < 1:
            return True
        self.left -= 1
        return False


def sweep(
    medium: FakeMedium, targets: Targets | None = None, *, rate: float = 100_000, most: int = 16
) -> tuple[set[str], Pace, float]:
    pace = Pace(rate, clock=now)

    async def go() -> tuple[set[str], float]:
        replies = Sweeper(medium, pace).sweep(
            targets or parse_targets(["10.0.0.0/24"]), rounds=most, timeout=0.1, is_eager=True, is_hurried=True
        )
        async with aclosing(replies):
            return {reply.address async for reply in replies}, now()

    try:
        found, seconds = run(go())
        return found, pace, seconds
    finally:
        medium.close()


def test_a_clean_link_is_asked_once_and_its_hosts_witness_it() -> None:
    found, pace, _ = sweep(FakeMedium(alike(HOSTS, delay=0.001)))
    assert found == set(HOSTS)
    assert 254 < pace.frames < 1.3 * 254


@pytest.mark.parametrize(("ceiling", "most"), [(400, 2.0), (1000, 1.6), (3000, 1.6)])
def test_where_a_switch_bears_no_haste_nobody_is_missed_and_little_is_asked_twice(ceiling: float, most: float) -> None:
    found, pace, _ = sweep(FakeMedium(alike(HOSTS, delay=0.001), loses=Ceiling(ceiling)))
    assert found == set(HOSTS)
    assert pace.frames < most * 254


@pytest.mark.parametrize("seed", range(4))
def test_what_is_lost_by_chance_is_asked_again_until_nobody_can_be_missing(seed: int) -> None:
    dice = Random(seed)

    def loses(now: float) -> bool:
        return dice.random() < 0.19

    found, _, _ = sweep(FakeMedium(alike(HOSTS, delay=0.001), loses=loses))
    assert found == set(HOSTS)


def test_an_empty_link_is_asked_twice_and_not_in_a_storm() -> None:
    found, pace, _ = sweep(FakeMedium({}))
    assert not found
    assert pace.frames == 2 * 254
    assert pace.peak_pps <= BLIND


def test_the_rate_is_a_bound_however_well_the_link_answers() -> None:
    _, pace, _ = sweep(FakeMedium(alike(HOSTS)), rate=START / 2)
    assert pace.peak_pps <= START / 2


def test_a_host_that_falls_asleep_is_a_witness_no_longer() -> None:
    """It answers but once: taken for the link's loss it would make the sweep crawl."""

    def once(host: str, asked: list[tuple[float, str, int]]) -> Callable[[float], bool]:
        return lambda now: asked[-1][1] == host and sum(a == host for _, a, _ in asked) > 1

    medium = FakeMedium(alike(HOSTS, delay=0.001))
    medium._loses = once(HOSTS[0], medium.asked)
    found, pace, _ = sweep(medium)
    assert found == set(HOSTS)
    assert pace.frames < 2 * 254


def test_where_everybody_falls_silent_at_once_it_goes_on_without_witnesses_and_ends() -> None:
    medium = FakeMedium(alike(HOSTS, delay=0.001), loses=lambda now: now > 0.03)
    found, pace, seconds = sweep(medium)
    assert 0 < len(found) < len(HOSTS)
    assert pace.frames < 3 * 254
    assert seconds < 10


def test_a_wider_network_is_asked_in_bursts_that_grow() -> None:
    hosts = [f"10.0.{n // 250}.{n % 250 + 1}" for n in range(0, 1000, 9)]
    found, pace, _ = sweep(FakeMedium(alike(hosts, delay=0.001)), parse_targets(["10.0.0.0/22"]))
    assert found == set(hosts)
    assert pace.frames < 1.3 * 1022
