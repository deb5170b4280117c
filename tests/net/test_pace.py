"""The pace: a rate that holds in every tenth of a second."""

import asyncio
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from netinv.net.pace import WINDOW, Pace


class Clock:
    """Time that passes when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def send_all(rate: float, wishes: list[float]) -> list[float]:
    """Send one packet at each wished-for moment, or as soon after it as the pace allows; the moments they left."""
    clock = Clock()
    pace = Pace(rate, clock=clock)
    left = []
    for gap in wishes:
        clock.now += gap
        while (delay := pace.delay()) > 0:
            clock.now += delay
        pace.sent()
        left.append(clock.now)
    return left


@given(st.floats(20, 5000), st.lists(st.floats(0, 0.05), max_size=300))
def test_no_window_ever_holds_more_than_the_rate_allows(rate: float, wishes: list[float]) -> None:
    left = send_all(rate, wishes)
    budget = max(1, int(rate * WINDOW + 1e-9))
    for first, beyond in zip(left, left[budget:], strict=False):
        assert beyond - first >= WINDOW - 1e-6


@given(st.floats(0.5, 9))
def test_a_rate_below_one_a_window_is_kept_by_a_longer_window(rate: float) -> None:
    left = send_all(rate, [0.0] * 5)
    assert all(later - earlier >= 1 / rate - 1e-6 for earlier, later in pairwise(left))


def test_peak_and_mean_tell_what_was_sent() -> None:
    clock = Clock()
    pace = Pace(300, clock=clock)
    for _ in range(30):
        pace.sent()
        clock.now += 0.001
    clock.now += 10 - 0.030
    pace.sent()
    assert pace.frames == 31
    assert pace.peak_pps == 300
    assert pace.mean_pps == 3.0


def test_those_who_wait_in_line_are_spaced_evenly_and_counted() -> None:
    async def go() -> tuple[float, int]:
        pace = Pace(200)
        begin = pace.clock()
        await asyncio.gather(*(pace.turn() for _ in range(11)))
        return pace.clock() - begin, pace.frames

    took, frames = asyncio.run(go())
    assert frames == 11
    assert took >= 10 / 200


def test_who_is_under_way_goes_before_who_has_not_begun() -> None:
    async def go() -> list[str]:
        pace = Pace(300)
        gone: list[str] = []

        async def one(name: str, under_way: bool) -> None:
            await pace.turn(under_way=under_way)
            gone.append(name)

        beginners = [asyncio.ensure_future(one("begins", False)) for _ in range(6)]
        await asyncio.sleep(0)
        await asyncio.gather(*beginners, *(one("goes on", True) for _ in range(3)))
        return gone

    gone = asyncio.run(go())
    assert gone.index("goes on") <= 2, "but for who is at the gate already"
    assert gone[-3:] == ["begins"] * 3


def test_who_wakes_late_has_not_delayed_all_who_come_after() -> None:
    now = 0.0
    pace = Pace(200, clock=lambda: now)

    async def go() -> None:
        nonlocal now
        waiting = asyncio.gather(*(pace.turn() for _ in range(4)))
        await asyncio.sleep(0.001)
        assert pace.frames == 1
        now = 0.014  # the second and third were due at 5 and 10 ms
        await asyncio.sleep(0.02)
        assert pace.frames == 3
        now = 0.016
        await asyncio.wait_for(waiting, 1.0)

    asyncio.run(go())
    assert pace.frames == 4


def test_what_the_kernel_adds_unasked_makes_room_for_more_of_it() -> None:
    now = 0.0
    pace = Pace(300, clock=lambda: now)
    pace.added(5)
    pace.sent(16)
    assert (pace.frames, pace.peak_pps) == (21, 210)
    now = 0.05

    async def waits(frames: int) -> bool:
        try:
            await asyncio.wait_for(pace.turn(frames), 0.01)
        except TimeoutError:
            return True
        return False

    assert asyncio.run(waits(2)), "of thirty nine are left: three are kept for the kernel, and six as it has added five"
    now = 0.2
    assert not asyncio.run(waits(1))
