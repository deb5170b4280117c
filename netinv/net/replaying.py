"""Replaying: a network that gives the answers of a transcript, each at its moment, and has no way to the outside."""

import asyncio
import builtins
import json
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any, Final, cast

from netinv.model import Interface, Traffic
from netinv.net.loops import ReplayLoop
from netinv.net.network import Network
from netinv.net.plain import meant
from netinv.net.resemblance import Resemblance, adapted, is_bytes, resemblance
from netinv.net.system import System
from netinv.net.transcript import Failure, Transcript
from netinv.net.verbs import Verb, states, verbs

PATIENCE: Final = 5.0
"""Seconds, of the transcript, that a scan may go on after it ended; then it is cut."""
_TUNING: Final = frozenset({"limit", "rounds"})
"""Arguments that do not make it another question."""
_COMPARED: Final = 256
"""Questions looked at for one that was asked in nearly these words."""


class Replay:
    """One transcript being played."""

    def __init__(self, transcript: Transcript) -> None:
        self.transcript = transcript
        self._loop: ReplayLoop | None = None
        self._now = 0.0
        asked = _questions(transcript)
        self.networks: tuple[Network, ...] = tuple(
            cast(Network, _Door(self, door.interface, [q for q in asked if q.door == number], _said(transcript, number)))
            for number, door in enumerate(transcript.header.doors)
        )
        """Its doors."""

    @property
    def seconds(self) -> float:
        """How long there may be something to hear."""
        return self.transcript.end + 1.0

    @property
    def is_cut(self) -> bool:
        """Whether the scan did not come to its own end."""
        over = self.transcript.over
        return over is None or over.is_partial

    def loop(self) -> ReplayLoop:
        """The event loop to play it in, for `asyncio.Runner`."""
        self._loop = ReplayLoop()
        return self._loop

    def now(self) -> datetime:
        """When the last thing passed a door."""
        return self.transcript.header.start + timedelta(seconds=self._now)

    def is_over(self) -> bool:
        """Whether the scan has to be stopped: where it was stopped then, or where the transcript has long ended."""
        return self.time > self.transcript.end + (0.2 if self.is_cut else PATIENCE)

    async def wait_until(self, moment: float) -> None:
        """Wait for a moment of the transcript; what happened then is what happens now."""
        if (left := moment - self.time) > 0:
            await asyncio.sleep(left)
        self._now = max(self._now, moment)

    @property
    def time(self) -> float:
        """Seconds of the transcript that have passed."""
        return self._loop.time() if self._loop else 0.0


@dataclass(slots=True)
class _Question:
    """A question that was asked then, and what came of it."""

    door: int
    verb: Verb
    asked: Mapping[str, Any]
    answers: list[tuple[float, Any]] = field(default_factory=list)
    failure: tuple[float, Any] | None = None
    end: float | None = None
    is_used: bool = False


def _questions(transcript: Transcript) -> Sequence[_Question]:
    found: dict[int, _Question] = {}
    for line in transcript.lines:
        if "ask" in line and (verb := verbs().get(line["verb"])):
            found[line["ask"]] = _Question(line["door"], verb, line["with"])
        elif question := found.get(line.get("of", -1)):
            if "got" in line:
                question.answers.append((line["t"], line["got"]))
            elif "failed" in line:
                question.failure = line["t"], line["failed"]
            else:
                question.end = line["t"]
    return tuple(found.values())


def _said(transcript: Transcript, door: int) -> Mapping[str, Sequence[tuple[float, Any]]]:
    """What a door said of itself, and from when on."""
    found: dict[str, list[tuple[float, Any]]] = {}
    for line in transcript.lines:
        if "is" in line and line["door"] == door:
            for name, value in line["is"].items():
                if name in states():
                    found.setdefault(name, []).append((line["t"], meant(value, states()[name])))
    return found


class _Door:
    """One network of a transcript. It has what `Network` has, whatever that is: see `verbs`."""

    progress = (0, 0)

    def __init__(
        self, replay: Replay, interface: Interface, asked: Sequence[_Question], said: Mapping[str, Sequence[tuple[float, Any]]]
    ) -> None:
        self.interface = interface
        self._replay = replay
        self._said = said
        self._alike: dict[str, list[_Question]] = {}
        self._same: dict[str, list[_Question]] = {}
        for question in asked:
            name = question.verb.name
            self._alike.setdefault(_subject(name, question.asked), []).append(question)
            self._same.setdefault(_wording(name, question.asked), []).append(question)

    def __getattr__(self, name: str) -> Any:
        if verb := verbs().get(name):
            return self._replayed(verb)
        if name not in states():
            raise AttributeError(name)
        so_far = [value for moment, value in self._said.get(name, ()) if moment <= self._replay.time + 1e-7]
        return so_far[-1] if so_far else _NOTHING.get(name, ())

    def close(self) -> None:
        """Nothing is open."""

    def _replayed(self, verb: Verb) -> Callable[..., Any]:
        async def answered(*args: Any, **kwargs: Any) -> Any:
            silence = b"" if verb.answers is bytes else None  # a question that was not asked then, or whose answer is gone
            async with aclosing(self._answers(verb, verb.asked(*args, **kwargs))) as answers:
                return await anext(answers, silence)

        def yielded(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, None]:
            return self._answers(verb, verb.asked(*args, **kwargs))

        return yielded if verb.yields else answered

    async def _answers(self, verb: Verb, asked: Mapping[str, Any]) -> AsyncGenerator[Any, None]:
        """What was answered then, each at its moment; nothing at all to what was not asked then."""
        found = self._find(verb, asked)
        if found is None:
            return
        question, difference = found
        question.is_used = True
        for moment, told in question.answers:
            if not _is_of_asked(told, asked):
                continue
            await self._replay.wait_until(moment)
            yield meant(adapted(told, difference), verb.answers)
        if question.failure:
            await self._replay.wait_until(question.failure[0])
            raise _error(meant(question.failure[1], Failure))
        if question.end is None:  # its answer never came
            await asyncio.Event().wait()
        else:
            await self._replay.wait_until(question.end)

    def _find(self, verb: Verb, asked: Mapping[str, Any]) -> tuple[_Question, Resemblance] | None:
        """The question that was asked then in these words, or in nearly these: many bear a random identifier."""
        near = [q for q in self._same.get(_wording(verb.name, asked), ()) if not q.is_used]
        near = near or [q for q in self._alike.get(_subject(verb.name, asked), ()) if not q.is_used][:_COMPARED]
        ranked = [(resemblance(q.asked, asked), n) for n, q in enumerate(near)]
        if not ranked:
            return None
        best, number = min(ranked)
        return near[number], best


_NOTHING: Final[Mapping[str, Any]] = {
    "is_alive": True,
    "refused": False,
    "abilities": frozenset(),
    "remembered": {},
    "system": System("", ""),
    "traffic": Traffic(),
}
"""What a door says that has said nothing; all else is an empty tuple."""


def _is_of_asked(told: Any, asked: Mapping[str, Any]) -> bool:
    """Whether it comes from one of those who were asked by name, as the door sees to; anybody may answer who hears a group."""
    named = asked.get("targets")
    if not isinstance(named, list) or not isinstance(told, dict) or told.get("address") in named:
        return True
    return any(ip_address(each).is_multicast for each in named)


def _subject(verb: str, asked: Mapping[str, Any]) -> str:
    """What is asked of whom, but for the words."""
    scalars = {n: v for n, v in asked.items() if n not in _TUNING and isinstance(v, str | int) and not isinstance(v, bool)}
    return json.dumps([verb, scalars], sort_keys=True)


def _wording(verb: str, asked: Mapping[str, Any]) -> str:
    """The same with the words, but for the two bytes that most messages have for an identifier (as RFC 1035, 4.1.1)."""
    said = {n: _without_id(v) if is_bytes(v) else v for n, v in asked.items() if n not in _TUNING}
    return json.dumps([verb, said], sort_keys=True)


def _without_id(told: Any) -> str:
    payload: bytes = meant(told, bytes)
    return payload[2:].hex()


def _error(failure: Failure) -> Exception:
    """The error raised then, as far as there is one of this name."""
    if failure.errno is not None:
        return OSError(failure.errno, failure.says)
    known = getattr(builtins, failure.error, None)
    if isinstance(known, type) and issubclass(known, Exception):
        try:
            if str(error := known(failure.says)) == failure.says:
                return error
        except TypeError:  # one that is made of more than a message
            pass
    made: type[Exception] = type(failure.error, (Exception,), {})
    return made(failure.says)
