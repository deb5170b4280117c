"""A survey in a process of its own: it opens its sockets, gives up root, and tells its parent what it hears in lines of JSON.

So whatever a device sends is read by a process that owns nothing, and if that process dies, what it told until then is kept.
Called by sudo, the parent goes back to being the caller as well: the inventory and every file written are the caller's.
"""

import asyncio
import contextlib
import fcntl
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing
from datetime import datetime
from typing import Any, NoReturn

from netinv.errors import NetinvError
from netinv.model import MAC, Evidence, Notice, Problem, Traffic
from netinv.net.loops import RecordingLoop
from netinv.net.recording import Recorder
from netinv.privileges import become, caller, drop_capabilities, may_read, nobody
from netinv.survey import Ended, Event, Heard, Noticed, Progress, Settled, Survey

_STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


PIPE = 1 << 20
"""Bytes between the two processes."""

Opener = Callable[[], list[Survey]]
"""Opens every socket a survey needs; the last thing done with privilege."""


def is_inside_a_loop() -> bool:
    """Whether an event loop is running in this thread, so that no other can."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def here(
    open_surveys: Opener, stop: Callable[[], bool], loop: Callable[[], asyncio.AbstractEventLoop] | None = None
) -> Iterator[Event]:
    """Run the surveys in this process; `stop` is asked often, and ends them early. `loop` makes another event loop than usual."""
    with asyncio.Runner(loop_factory=loop) as runner:

        async def begin() -> tuple[list[Survey], AsyncGenerator[Event, None]]:
            surveys = open_surveys()
            return surveys, merged(surveys)

        surveys, events = runner.run(begin())
        try:
            while (event := runner.run(_next(events))) is not None:
                yield event
                if stop():
                    for survey in surveys:
                        survey.stop()
        finally:
            runner.run(events.aclose())


def apart(
    open_surveys: Opener,
    stop: Callable[[], bool],
    meanwhile: Callable[[], object] = lambda: None,
    recorder: Recorder | None = None,
) -> Iterator[Event]:
    """Run the surveys in a child process that gives up root once its sockets are open; `stop` ends them early.

    `meanwhile` is what this process has to do before it reads the first event. What the child records, `recorder` writes here.
    """
    reader, writer = os.pipe()
    with contextlib.suppress(AttributeError, OSError):  # Linux: room for all that is told while the parent is busy
        fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, PIPE)
    for stream in (sys.stdout, sys.stderr):  # what is in their buffers must not be written twice
        with contextlib.suppress(AttributeError, OSError, ValueError):
            stream.flush()
    child = os.fork()
    if not child:
        os.close(reader)
        _survey(open_surveys, writer, recorder)
    os.close(writer)
    is_over = was_stopped = False
    patience = 0.0
    try:
        with os.fdopen(reader, "rb") as lines:
            # Installed where only root may read, the rest of netinv could not be loaded any more.
            if (user := caller()) and may_read(user, __file__):
                become(user)
            meanwhile()
            for line in lines:
                if recorder and line.startswith(_PASSED):
                    recorder.take(json.loads(line)[1])
                    continue
                event = decoded(line)
                is_over = event is None or isinstance(event, NetinvError)
                if isinstance(event, NetinvError):
                    raise event
                if event is not None:
                    yield event
                if stop() and not was_stopped:
                    was_stopped = True
                    os.kill(child, signal.SIGTERM)
        patience = 1.0  # for it to say what it died of
    finally:
        status = _reap(child, patience if not is_over else 10.0)
    if not is_over:
        said = f"the scanning process ended early ({os.waitstatus_to_exitcode(status)})"
        yield Ended(Traffic(), (Problem("scan", said, "what it found until then is kept"),), (), True)


def _reap(child: int, patience: float) -> int:
    """Wait for a child to end, at most `patience` seconds, then make it."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status
        time.sleep(0.005)
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1]


async def _next(events: AsyncGenerator[Event, None]) -> Event | None:
    return await anext(events, None)


async def merged(surveys: Sequence[Survey]) -> AsyncGenerator[Event, None]:
    """The events of all surveys as they come; raises what any of them died of."""
    events: asyncio.Queue[Event | None] = asyncio.Queue()

    async def pump(survey: Survey) -> None:
        async with aclosing(survey.run()) as told:
            async for event in told:
                events.put_nowait(event)

    pumps = asyncio.gather(*(pump(survey) for survey in surveys))
    pumps.add_done_callback(lambda _: events.put_nowait(None))
    try:
        while (event := await events.get()) is not None:
            yield event
        await pumps
    finally:
        pumps.cancel()
        await asyncio.gather(pumps, return_exceptions=True)


def _survey(open_surveys: Opener, writer: int, recorder: Recorder | None) -> NoReturn:
    """The child's whole life."""
    code = 1
    try:
        for number in _STOPS:
            signal.signal(number, signal.SIG_IGN)
        with os.fdopen(writer, "wb", buffering=0) as pipe:
            try:
                if recorder:
                    recorder.write = lambda line: pipe.write(line_of("passed", line))
                with asyncio.Runner(loop_factory=RecordingLoop if recorder else None) as runner:
                    runner.run(_tell(open_surveys, pipe.write))
                pipe.write(line_of("over"))
                code = 0
            except NetinvError as error:
                pipe.write(line_of("error", type(error).__name__, error.message, error.hint))
                code = 0
            except BrokenPipeError:
                pass  # the parent is gone
            except BaseException:  # noqa: BLE001 - nothing may unwind into the parent's stack; it is told as any bug would be
                traceback.print_exc()
    finally:
        os._exit(code)


async def _tell(open_surveys: Opener, write: Callable[[bytes], Any]) -> None:
    surveys = open_surveys()
    become(caller() or nobody())
    drop_capabilities()

    def stop() -> None:
        for survey in surveys:
            survey.stop()

    loop = asyncio.get_running_loop()
    for number in _STOPS:
        loop.add_signal_handler(number, stop)
    try:
        async with aclosing(merged(surveys)) as events:
            async for event in events:
                write(encoded(event))
    finally:
        for number in _STOPS:  # what comes now comes too late
            loop.remove_signal_handler(number)
            signal.signal(number, signal.SIG_IGN)


def line_of(*fields: object) -> bytes:
    """A line between the two processes: a word, and what belongs to it."""
    return json.dumps(fields).encode() + b"\n"


_PASSED = b'["passed", '


def encoded(event: Event) -> bytes:
    """An event as a line."""
    match event:
        case Heard(e):
            return line_of("heard", e.address, e.key, e.value, e.probe, e.seen.isoformat())
        case Noticed(notice, probe, seen):
            return line_of("noticed", *notice, probe, seen.isoformat())
        case Ended(t, problems, method, is_partial):
            traffic = (t.frames, t.peak_pps, t.mean_pps, t.replies, t.dropped)
            return line_of("ended", traffic, [(p.source, p.message, p.hint) for p in problems], method, is_partial)
        case Settled(address):
            return line_of("settled", address)
        case Progress(passed, planned, listening):
            return line_of("progress", passed, planned, listening)


def decoded(line: bytes) -> Event | NetinvError | None:
    """What a line says: an event, what ended the surveys, or None for their good end."""
    kind, *fields = json.loads(line)
    match kind:
        case "heard":
            address, key, value, probe, seen = fields
            return Heard(Evidence(address, key, value, probe, datetime.fromisoformat(seen)))
        case "noticed":
            kind, address, mac, value, probe, seen = fields
            return Noticed(Notice(kind, address, mac and MAC(mac), value), probe, datetime.fromisoformat(seen))
        case "ended":
            traffic, problems, method, is_partial = fields
            return Ended(Traffic(*traffic), tuple(Problem(*p) for p in problems), tuple(method), is_partial)
        case "settled":
            return Settled(*fields)
        case "progress":
            return Progress(*fields)
        case "over":
            return None
        case _:
            name, message, hint = fields
            known = {error.__name__: error for error in NetinvError.__subclasses__()}
            return known.get(name, NetinvError)(message, hint=hint)
