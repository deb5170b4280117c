"""In these loops one thing comes after the other, and time passes only where nothing else is to be done."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from netinv.net import loops
from netinv.net.loops import RecordingLoop, ReplayLoop


def run(make: Callable[[], asyncio.AbstractEventLoop], work: Callable[[], Any]) -> Any:
    with asyncio.Runner(loop_factory=make) as runner:
        return runner.run(work())


def test_what_comes_waits_until_all_that_came_before_is_done_with() -> None:
    happened: list[str] = []

    async def one(name: str, steps: int) -> None:
        await loops.turn()
        happened.append(f"{name} came")
        for _ in range(steps):
            await asyncio.sleep(0)
        happened.append(f"{name} done")

    async def all_at_once() -> None:
        await asyncio.gather(one("a", 9), one("b", 3), one("c", 0))

    run(RecordingLoop, all_at_once)
    assert happened == ["a came", "a done", "b came", "b done", "c came", "c done"]


def test_whoever_is_cancelled_while_he_waits_holds_up_nobody() -> None:
    async def work() -> str:
        first = asyncio.create_task(loops.turn())
        second = asyncio.create_task(loops.turn())
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.wait_for(second, 5)
        return "passed"

    assert run(RecordingLoop, work) == "passed"


@pytest.mark.parametrize("make", [RecordingLoop, ReplayLoop])
def test_timers_and_threads_work_as_in_any_loop(make: Callable[[], asyncio.AbstractEventLoop]) -> None:
    async def work() -> list[int]:
        done: list[int] = []

        async def after(seconds: float, number: int) -> None:
            await asyncio.sleep(seconds)
            done.append(number)

        await asyncio.gather(after(0.03, 3), after(0.01, 1), after(0.02, 2))
        return done

    assert run(make, work) == [1, 2, 3]


def test_a_day_of_a_replay_takes_no_time() -> None:
    async def work() -> float:
        await asyncio.sleep(86_400.5)
        return asyncio.get_running_loop().time()

    assert run(ReplayLoop, work) == pytest.approx(86_400.5)


def test_in_any_other_loop_nobody_waits_for_a_turn() -> None:
    asyncio.run(asyncio.wait_for(loops.turn(), 5))
