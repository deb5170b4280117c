"""A medium for tests of sweeps: hosts answer as they are told, and the link loses what it is told to lose."""

import asyncio
import socket
from collections.abc import Callable, Iterable
from ipaddress import IPv4Address

from netinv.model import MAC
from netinv.net.medium import Heard

A, B = MAC.parse("00:1b:a9:00:00:01"), MAC.parse("00:1b:a9:00:00:02")


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

    def ask(self, number: int, attempt: int) -> None:
        if self.failures:
            raise self.failures.pop(0)
        loop = asyncio.get_running_loop()
        self.asked.append((loop.time(), str(IPv4Address(number)), attempt))
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
