"""A medium for tests of sweeps: hosts answer as they are told, and the link loses what it is told to lose."""

import asyncio
import selectors
import socket
from collections.abc import Callable, Coroutine, Iterable
from ipaddress import IPv4Address
from typing import Any, TypeVar

from netinv.model import MAC
from netinv.net.medium import Heard

A, B = MAC.parse("00:1b:a9:00:00:01"), MAC.parse("00:1b:a9:00:00:02")

_T = TypeVar("_T")


class _Leaps(selectors.DefaultSelector):
    """What has been said is heard at once; where nobody speaks, the clock leaps to when something is due."""

    TURN = 1e-6
    """Seconds a turn of the loop takes: who waits for less than a float can tell would wait for ever."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> Any:
        heard = super().select(None if timeout is None else 0)
        self.now += self.TURN if heard or not timeout else max(timeout, self.TURN)
        return heard


class _LeapingLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._leaps = _Leaps()
        super().__init__(self._leaps)

    def time(self) -> float:
        return self._leaps.now


def now() -> float:
    """By the clock of the running loop, for a `Pace` as well."""
    return asyncio.get_running_loop().time()


def run(work: Coroutine[Any, Any, _T]) -> _T:
    """As asyncio.run, but what does not wait takes no time: neither this machine nor its mood has a part in it."""
    with asyncio.Runner(loop_factory=_LeapingLoop) as runner:
        return runner.run(work)


def alike(addresses: Iterable[str], delay: float = 0.0) -> dict[str, tuple[list[MAC], int, float]]:
    """Hosts that answer every question, each with a MAC of its own."""
    return {a: ([MAC.parse(b"\x00\x1b" + IPv4Address(a).packed)], 1, delay) for a in addresses}


class FakeMedium:
    """Answers each question to `hosts` as often as they say, from the attempt they say, after the delay they say."""

    rounds: int | None = None
    repeats = 0
    most: float | None = None
    share = 0.85
    lasting_share = 0.85
    trailing = 0
    patience = 0.0
    grace = 0.05
    block: int | None = None

    def __init__(
        self, hosts: dict[str, tuple[list[MAC], int, float]], *, loses: Callable[[float], bool] = lambda now: False
    ) -> None:
        self.hosts = {int(IPv4Address(a)): h for a, h in hosts.items()}
        self.asked: list[tuple[float, str, int]] = []
        self.alone: list[tuple[str, MAC]] = []
        """Questions to one MAC alone."""
        self.failures: list[OSError] = []
        self._loses = loses
        """Whether what is asked at this moment gets lost."""
        self._answers: list[Heard] = []
        self._here, self._there = socket.socketpair()
        self._here.setblocking(False)

    def fileno(self) -> int:
        return self._here.fileno()

    def cost(self, number: int, attempt: int) -> int:
        return 1

    def ask(self, number: int, attempt: int, mac: MAC | None = None) -> None:
        if self.failures:
            raise self.failures.pop(0)
        loop = asyncio.get_running_loop()
        self.asked.append((loop.time(), str(IPv4Address(number)), attempt))
        self.alone += [(str(IPv4Address(number)), mac)] if mac else []
        macs, wakes_at, delay = self.hosts.get(number, ([], 0, 0.0))
        if attempt >= wakes_at and not self._loses(loop.time()):
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

    def waited(self) -> float:
        return 0.0

    def dropped(self) -> int:
        return 0

    def close(self) -> None:
        self._here.close()
        self._there.close()
