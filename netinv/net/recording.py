"""Recording: a network that is like another one, and tells of everything that passes through it."""

import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from datetime import datetime, timedelta
from typing import Any, cast

from netinv.net import loops
from netinv.net.network import Network
from netinv.net.plain import plain
from netinv.net.transcript import SCHEMA, Failure, Header, Line, Over
from netinv.net.verbs import Verb, states, verbs

SNAPSHOT = 1.0
"""Seconds after which the doors tell of themselves again: what a scan that is killed had done until then."""
_STEP = 1e-6


class Recorder:
    """Gives every thing that passes a door of one scan its moment, and tells `write` of it."""

    def __init__(
        self, started: datetime, write: Callable[[Line], object], header: Header, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """The `header` is written at once."""
        self.write = write
        self.write({"schema": SCHEMA, **plain(header)})
        self._started = started
        self._clock = clock
        self._began = clock()
        self._now = 0.0
        self._questions = 0
        self._doors = 0

    @property
    def time(self) -> float:
        """Seconds from the start until the last thing passed a door."""
        return self._now

    def now(self) -> datetime:
        """When the last thing passed a door. So what follows from it is dated by when it came, in a replay as well."""
        return self._started + timedelta(seconds=self._now)

    def step(self) -> float:
        """The moment of the thing that passes now; each has one of its own."""
        elapsed = round(self._clock() - self._began, 6)
        self._now = elapsed if elapsed > self._now else round(self._now + _STEP, 6)
        return self._now

    def take(self, line: Line) -> None:
        """Write a line that a recorder of the same scan in another process has told of."""
        self._now = max(self._now, float(line["t"]))
        self.write(line)

    def finish(self, finished: datetime, *, is_partial: bool) -> None:
        """Write how it ended; last of all."""
        self.write({"t": self.step(), "over": plain(Over(finished.isoformat(), is_partial))})

    def wrap(self, network: Network) -> Network:
        """The same network; what passes through it is recorded."""
        self._doors += 1
        return cast(Network, _Door(network, self, self._doors - 1))

    def ask(self, door: int, verb: Verb, args: tuple[Any, ...], kwargs: dict[str, Any]) -> int:
        """Note a question; its number."""
        number = self._questions
        self._questions += 1
        self.write({"t": self._now, "ask": number, "door": door, "verb": verb.name, "with": verb.asked(*args, **kwargs)})
        return number


class _Door:
    """One network. It has what `Network` has, whatever that is: see `verbs`."""

    def __init__(self, network: Network, recorder: Recorder, number: int) -> None:
        self._network = network
        self._recorder = recorder
        self._number = number
        self._told: dict[str, Any] = {}
        self._next = 0.0
        self._tell_of_itself()

    def __getattr__(self, name: str) -> Any:
        if verb := verbs().get(name):
            return self._recorded(verb)
        value = getattr(self._network, name)
        if name in states():
            self._tell({name: value})
        return value

    def close(self) -> None:
        self._tell_of_itself()
        self._network.close()

    def _recorded(self, verb: Verb) -> Callable[..., Any]:
        recorder = self._recorder
        inner = getattr(self._network, verb.name)

        async def answered(*args: Any, **kwargs: Any) -> Any:
            number = recorder.ask(self._number, verb, args, kwargs)
            try:
                answer = await inner(*args, **kwargs)
            except Exception as error:
                await self._let_in(number, failed=_failure(error))
                raise
            await self._let_in(number, got=plain(answer))
            return answer

        async def yielded(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, None]:
            number = recorder.ask(self._number, verb, args, kwargs)
            try:
                async with aclosing(inner(*args, **kwargs)) as answers:
                    async for answer in answers:
                        await self._let_in(number, got=plain(answer))
                        yield answer
            except Exception as error:
                await self._let_in(number, failed=_failure(error))
                raise
            await self._let_in(number, end=True)

        return yielded if verb.yields else answered

    async def _let_in(self, number: int, **what: Any) -> None:
        await loops.turn()
        now = self._recorder.step()
        self._recorder.write({"t": now, "of": number, **what})
        if now >= self._next:
            self._next = now + SNAPSHOT
            self._tell_of_itself()

    def _tell_of_itself(self) -> None:
        self._tell({name: getattr(self._network, name) for name in states()})

    def _tell(self, states: dict[str, Any]) -> None:
        """What the door says of itself, as far as it did not say so before."""
        news = {name: value for name, value in states.items() if name not in self._told or self._told[name] != value}
        if news:
            self._told |= news
            self._recorder.write({"t": self._recorder.time, "door": self._number, "is": {n: plain(v) for n, v in news.items()}})


def _failure(error: Exception) -> Line:
    errno = error.errno if isinstance(error, OSError) else None
    said = error.strerror if isinstance(error, OSError) and errno is not None else str(error)
    told: Line = plain(Failure(type(error).__name__, said or "", errno))
    return told
