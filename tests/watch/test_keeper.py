"""The process that keeps the privilege: it does as it is told, tells how a look ended, and leaves nobody behind."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncGenerator, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from netinv.errors import InterfaceError, NetinvError
from netinv.model import Evidence
from netinv.net.targets import parse_targets
from netinv.net.transcript import Door, Header
from netinv.survey import Event, Heard, Settled, Survey
from netinv.watch.keeper import Began, Keeper, Message, Over
from netinv.watch.looks import Opener, Order
from tests.inventory.scans import HOME, START


class Mad(datetime):
    """A moment no calendar knows."""

    def __new__(cls) -> "Mad":
        return super().__new__(cls, 1, 1, 1)

    def isoformat(self, sep: str = "T", timespec: str = "auto") -> str:
        return "]nonsense["


class Look(Survey):
    """A look that tells how it was ordered, and then goes on until it is stopped.

    13 seconds are bad luck for it, 14 worse, 15 make it mad, and 16 are too many to begin with.
    """

    def __init__(self, order: Order) -> None:
        self._order = order
        self._ended = asyncio.Event()

    def stop(self) -> None:
        self._ended.set()

    async def run(self) -> AsyncGenerator[Event, None]:
        if self._order.seconds == 13:
            raise InterfaceError("eth0 is gone")
        if self._order.seconds == 14:
            os.kill(os.getpid(), signal.SIGKILL)
        if self._order.seconds == 15:
            yield Heard(Evidence("10.0.0.1", "mac", "x", "arp", Mad()))
        yield Settled(" ".join(sorted(self._order.familiar)))
        await self._ended.wait()


def plan(order: Order) -> Opener:
    if order.seconds == 16:
        time.sleep(60)  # for whatever reason
    targets = parse_targets(["10.0.0.0/24"])
    header = Header("scan-1", START.isoformat(), targets.text, len(targets), (Door(HOME, targets),), ("arp",))
    return lambda: (header, [Look(order)])


@pytest.fixture
def keeper() -> Iterator[Keeper]:
    made = Keeper(plan)
    yield made
    made.close()


def told(keeper: Keeper, number: int) -> list[Message]:
    found: list[Message] = []
    deadline = time.monotonic() + 10
    while len(found) < number:
        assert time.monotonic() < deadline, found
        found += keeper.read(0.1)
    return found


def test_a_look_begins_as_ordered_and_ends_when_it_is_told_to(keeper: Keeper) -> None:
    many = frozenset(f"02:00:00:00:{n // 256:02x}:{n % 256:02x}" for n in range(5000))
    keeper.begin(Order(60.0, many))
    began, settled = told(keeper, 2)
    assert isinstance(began, Began)
    assert began.header.doors[0].interface == HOME
    assert settled == Settled(" ".join(sorted(many)))
    keeper.stop()
    assert told(keeper, 1) == [Over()]


def test_one_look_follows_another(keeper: Keeper) -> None:
    for n in range(3):
        keeper.begin(Order(60.0, frozenset({str(n)})))
        assert told(keeper, 2)[1] == Settled(str(n))
        keeper.stop()
        assert told(keeper, 1) == [Over()]


def test_why_a_look_failed_is_told_as_it_was_raised(keeper: Keeper) -> None:
    keeper.begin(Order(13.0))
    _, over = told(keeper, 2)
    assert isinstance(over, Over)
    assert isinstance(over.error, InterfaceError)
    assert over.error.message == "eth0 is gone"


def test_a_look_that_dies_without_a_word_is_told_of_and_another_can_begin(keeper: Keeper) -> None:
    keeper.begin(Order(14.0))
    _, over = told(keeper, 2)
    assert isinstance(over, Over)
    assert over.error
    assert "-9" in over.error.message
    keeper.begin(Order(60.0))
    assert isinstance(told(keeper, 2)[0], Began)


def test_nonsense_is_no_end_of_the_watch(keeper: Keeper) -> None:
    keeper.begin(Order(15.0))
    _, nonsense, settled = told(keeper, 3)
    assert isinstance(nonsense, Over)
    assert nonsense.error
    assert isinstance(settled, Settled)


def test_nobody_is_left_when_it_is_closed_and_nobody_can_give_orders_then() -> None:
    keeper = Keeper(plan)
    keeper.begin(Order(60.0))
    told(keeper, 2)
    pid = keeper.pid
    (look,) = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    keeper.close()
    assert not Path(f"/proc/{pid}").exists()
    assert not Path(f"/proc/{look}").exists()


def test_the_end_of_the_process_is_an_error_and_no_silence(keeper: Keeper) -> None:
    os.kill(keeper.pid, signal.SIGKILL)
    with pytest.raises(NetinvError, match="has ended"):
        told(keeper, 1)


def test_one_that_has_not_begun_yet_ends_at_once(keeper: Keeper) -> None:
    keeper.begin(Order(16.0))
    time.sleep(0.3)
    begin = time.monotonic()
    keeper.stop()
    assert told(keeper, 1) == [Over()]
    assert time.monotonic() - begin < 3
