"""A survey in a process of its own: it opens its sockets, gives up root, and tells its parent what it hears in lines of JSON.

So whatever a device sends is read by a process that owns nothing, and if that process dies, what it told until then is kept.
Called by sudo, the parent goes back to being the caller as well: the inventory and every file written are the caller's.
"""

import asyncio
import contextlib
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, NoReturn

from netinv.errors import NetinvError
from netinv.model import Evidence, Problem, Traffic
from netinv.privileges import become, caller, may_read, nobody
from netinv.survey import Ended, Event, Heard, Progress, Settled, Survey

Opener = Callable[[], list[Survey]]
"""Opens every socket a survey needs; the last thing done with privilege."""


def here(open_surveys: Opener, stop: Callable[[], bool]) -> Iterator[Event]:
    """Run the surveys in this process; `stop` is asked often, and ends them early."""
    with asyncio.Runner() as runner:

        async def begin() -> tuple[list[Survey], asyncio.Queue[Event | None]]:
            surveys = open_surveys()
            return surveys, _merged(surveys)

        surveys, events = runner.run(begin())
        while (event := runner.run(events.get())) is not None:
            yield event
            if stop():
                for survey in surveys:
                    survey.stop()


def apart(open_surveys: Opener, stop: Callable[[], bool]) -> Iterator[Event]:
    """Run the surveys in a child process that gives up root once its sockets are open; `stop` ends them early."""
    reader, writer = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if not child:
        os.close(reader)
        _survey(open_surveys, writer)
    os.close(writer)
    # Installed where only root may read, the rest of netinv could not be loaded any more.
    if (user := caller()) and may_read(user, __file__):
        become(user)
    ended = False
    try:
        with os.fdopen(reader, "rb") as lines:
            for line in lines:
                event = _read(line)
                ended = isinstance(event, NetinvError | Ended)
                if isinstance(event, NetinvError):
                    raise event
                yield event
                if not ended and stop():
                    os.kill(child, signal.SIGTERM)
    finally:
        if not ended:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
    if not ended:
        how = os.waitstatus_to_exitcode(status)
        yield Ended(
            Traffic(),
            (Problem("scan", f"the scanning process ended early ({how})", "what it found until then is kept"),),
            (),
            True,
        )


def _merged(surveys: list[Survey]) -> asyncio.Queue[Event | None]:
    """The events of all surveys in one queue, filled in the background and closed by None; needs a running loop."""
    events: asyncio.Queue[Event | None] = asyncio.Queue()

    async def pump(survey: Survey) -> None:
        async for event in survey.run():
            events.put_nowait(event)

    async def pump_all() -> None:
        await asyncio.gather(*(pump(survey) for survey in surveys))

    pumping = asyncio.ensure_future(pump_all())
    pumping.add_done_callback(lambda _: events.put_nowait(None))
    return events


def _survey(open_surveys: Opener, writer: int) -> NoReturn:
    """The child's whole life."""
    code = 1
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        with os.fdopen(writer, "wb", buffering=0) as pipe:
            try:
                asyncio.run(_tell(open_surveys, pipe.write))
                code = 0
            except NetinvError as error:
                pipe.write(_line("error", type(error).__name__, error.message, error.hint))
                code = 0
    except BrokenPipeError:
        pass  # the parent is gone
    except BaseException:  # noqa: BLE001 - nothing may unwind into the parent's stack; it is printed as any bug would be
        traceback.print_exc()
    finally:
        os._exit(code)


async def _tell(open_surveys: Opener, write: Callable[[bytes], Any]) -> None:
    surveys = open_surveys()
    become(caller() or nobody())

    def stop() -> None:
        for survey in surveys:
            survey.stop()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    events = _merged(surveys)
    while (event := await events.get()) is not None:
        write(_write(event))


def _line(*fields: object) -> bytes:
    return json.dumps(fields).encode() + b"\n"


def _write(event: Event) -> bytes:
    match event:
        case Heard(e):
            return _line("heard", e.address, e.key, e.value, e.probe, e.seen.isoformat())
        case Ended(t, problems, method, is_partial):
            traffic = (t.frames, t.peak_pps, t.mean_pps, t.replies, t.dropped)
            return _line("ended", traffic, [(p.source, p.message, p.hint) for p in problems], method, is_partial)
        case Settled(address):
            return _line("settled", address)
        case Progress(passed, planned):
            return _line("progress", passed, planned)


def _read(line: bytes) -> Event | NetinvError:
    kind, *fields = json.loads(line)
    match kind:
        case "heard":
            address, key, value, probe, seen = fields
            return Heard(Evidence(address, key, value, probe, datetime.fromisoformat(seen)))
        case "ended":
            traffic, problems, method, is_partial = fields
            return Ended(Traffic(*traffic), tuple(Problem(*p) for p in problems), tuple(method), is_partial)
        case "settled":
            return Settled(*fields)
        case "progress":
            return Progress(*fields)
        case _:
            name, message, hint = fields
            known = {error.__name__: error for error in NetinvError.__subclasses__()}
            return known.get(name, NetinvError)(message, hint=hint)
