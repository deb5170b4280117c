"""The process that keeps the privilege to open sockets: it begins a look whenever it is told to, and hears nothing itself.

It reads orders from the one who forked it, and nothing else: not the network, not the inventory. The child it forks for a look
opens the sockets, becomes the user who called, gives up every capability, and only then reads what devices say.
"""

import asyncio
import fcntl
import json
import os
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import aclosing, suppress
from typing import NamedTuple, NoReturn

from netinv.errors import NetinvError
from netinv.isolation import PIPE, decoded, encoded, line_of, merged
from netinv.net.plain import meant, plain
from netinv.net.transcript import Header
from netinv.privileges import become, caller, drop_capabilities, is_root, may_read, nobody, renounce
from netinv.survey import Event
from netinv.watch.looks import Opener, Order

_STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_LONGEST = 8 << 20
"""Bytes of a line; that of the largest order has a MAC for each device."""
_PATIENCE = 5.0
"""Seconds a look may take to end once it is told to."""


class Began(NamedTuple):
    """A look has opened its sockets."""

    header: Header


class Over(NamedTuple):
    """A look has ended."""

    error: NetinvError | None = None
    """Why, if not because its time was over."""


Message = Began | Event | Over
Planner = Callable[[Order], Opener]


class Keeper:
    """That process, as its parent sees it; made before anything else is opened. It ends with `close`, or with its parent."""

    def __init__(self, plan_look: Planner, warm_up: Callable[[], object] = lambda: None) -> None:
        """`plan_look` sees what one look can ask, and opens it; `warm_up` loads what every look needs, once for all."""
        orders, self._orders = os.pipe()
        self._told, told = os.pipe()
        with suppress(AttributeError, OSError):  # as in `isolation`
            fcntl.fcntl(told, fcntl.F_SETPIPE_SZ, PIPE)
        for stream in (sys.stdout, sys.stderr):
            with suppress(AttributeError, OSError, ValueError):
                stream.flush()
        self.pid = os.fork()
        if not self.pid:
            os.close(self._orders)
            os.close(self._told)
            _keep(orders, told, plan_look, warm_up)
        os.close(orders)
        os.close(told)
        self._rest = b""

    @staticmethod
    def keep_alone() -> None:
        """See to it that this process, which is to handle what was heard, has no privilege any more: only the keeper has."""
        # Installed where only root may read, the rest of netinv could not be loaded any more.
        if (user := caller()) and may_read(user, __file__):
            become(user)
        drop_capabilities()
        if is_root():  # by name only from now on; nor shall a command that it runs be more
            renounce()

    def begin(self, order: Order) -> None:
        """Begin a look, once the one before it has ended."""
        self._tell("begin", order.seconds, sorted(order.familiar), order.expected)

    def stop(self) -> None:
        """Let the look end early."""
        self._tell("stop")

    def kill(self) -> None:
        """End a look that does not end."""
        self._tell("kill")

    def read(self, timeout: float) -> Iterator[Message]:
        """What the looks have told since, waiting at most `timeout` seconds for it. NetinvError if the process has ended."""
        ready, _, _ = select.select([self._told], [], [], max(0.0, timeout))
        if not ready:
            return
        data = os.read(self._told, 1 << 16)
        if not data:
            raise NetinvError("the process that opens the network has ended", hint="start netinv watch again")
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > _LONGEST:
            raise NetinvError("a look at the network tells without end", hint="start netinv watch again")
        for line in lines:
            try:
                yield _message(line)
            except (ValueError, TypeError, LookupError):  # who reads what strangers send may have been overcome by it
                yield Over(NetinvError("a look at the network tells nonsense", hint="another follows"))

    def close(self) -> None:
        """End the process, and the look that may be going on."""
        if self.pid:
            os.close(self._orders)
            deadline = time.monotonic() + 2 * _PATIENCE
            while time.monotonic() < deadline and not os.waitpid(self.pid, os.WNOHANG)[0]:
                with suppress(OSError):  # what it still has to say must not keep it
                    select.select([self._told], [], [], 0.01)[0] and os.read(self._told, 1 << 16)
            os.close(self._told)
            self.pid = 0

    def _tell(self, *words: object) -> None:
        try:
            data = line_of(*words)
            while data:
                data = data[os.write(self._orders, data) :]
        except OSError as error:
            raise NetinvError("the process that opens the network has ended", hint="start netinv watch again") from error


def _message(line: bytes) -> Message:
    if line.startswith(b'["began"'):
        return Began(meant(json.loads(line)[1], Header))
    if line.startswith(b'["died"'):
        said = f"a look at the network ended early ({json.loads(line)[1]})"
        return Over(NetinvError(said, hint="what it found until then is not kept; another follows"))
    event = decoded(line)
    return Over(event) if event is None or isinstance(event, NetinvError) else event


def _keep(orders: int, told: int, plan_look: Planner, warm_up: Callable[[], object]) -> NoReturn:
    """The keeper's whole life."""
    try:
        for number in _STOPS:  # it ends when nobody is left to order
            signal.signal(number, signal.SIG_IGN)
        with suppress(Exception):
            warm_up()
        rest, look = b"", 0
        while True:
            ready, _, _ = select.select([orders], [], [], 0.2 if look else None)
            if ready:
                if not (data := os.read(orders, 1 << 16)):
                    break
                *lines, rest = (rest + data).split(b"\n")
                for line in lines:
                    look = _obey(line, look, told, plan_look)
            look = _mourned(look, told)
        if look:
            _end(look)
    except Exception:  # noqa: BLE001 - nothing may unwind into the parent's stack
        traceback.print_exc()
    finally:
        os._exit(0)


def _obey(line: bytes, look: int, told: int, plan_look: Planner) -> int:
    """Do as told; the process of the look that goes on, or 0."""
    match json.loads(line):
        case ["begin", float() | int() as seconds, list() as familiar, list() as expected]:
            if look:
                _end(look)
            child = os.fork()
            if not child:
                there = tuple((str(address), mac and str(mac)) for address, mac in expected)
                _look(plan_look, Order(float(seconds), frozenset(map(str, familiar)), there), told)
            return child
        case ["stop"] if look:
            os.kill(look, signal.SIGTERM)
        case ["kill"] if look:
            os.kill(look, signal.SIGKILL)
    return look


def _mourned(look: int, told: int) -> int:
    """Take notice of a look that has ended; one that could not say so itself is told of."""
    if not look:
        return 0
    ended, status = os.waitpid(look, os.WNOHANG)
    if not ended:
        return look
    if code := os.waitstatus_to_exitcode(status):
        os.write(told, line_of("died", code))
    return 0


def _end(look: int) -> None:
    deadline = time.monotonic() + _PATIENCE
    with suppress(ProcessLookupError):
        os.kill(look, signal.SIGTERM)
    while time.monotonic() < deadline:
        if os.waitpid(look, os.WNOHANG)[0]:
            return
        time.sleep(0.01)
    with suppress(ProcessLookupError):
        os.kill(look, signal.SIGKILL)
    os.waitpid(look, 0)


def _look(plan_look: Planner, order: Order, told: int) -> NoReturn:
    """The whole life of a look."""
    code = 1
    try:
        with os.fdopen(told, "wb", buffering=0) as pipe:
            # Until its loop runs, it has nothing to lose.
            signal.signal(signal.SIGTERM, lambda *_: (pipe.write(line_of("over")), os._exit(0)))
            try:
                open_look = plan_look(order)
                with asyncio.Runner() as runner:
                    runner.run(_tell(open_look, pipe.write))
                pipe.write(line_of("over"))
                code = 0
            except NetinvError as error:
                pipe.write(line_of("error", type(error).__name__, error.message, error.hint))
                code = 0
            except BrokenPipeError:
                code = 0
            except OSError as error:  # the interface went while it was opened
                pipe.write(line_of("error", "InterfaceError", f"the network cannot be opened: {error.strerror or error}", None))
                code = 0
            except BaseException:  # noqa: BLE001 - as above; it is told as any bug would be
                traceback.print_exc()
    finally:
        os._exit(code)


async def _tell(open_look: Opener, write: Callable[[bytes], object]) -> None:
    header, surveys = open_look()
    become(caller() or nobody())
    drop_capabilities()
    loop = asyncio.get_running_loop()

    def stop() -> None:
        for survey in surveys:
            survey.stop()

    loop.add_signal_handler(signal.SIGTERM, stop)
    write(line_of("began", plain(header)))
    async with aclosing(merged(surveys)) as events:
        async for event in events:
            write(encoded(event))
