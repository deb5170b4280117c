"""Running the user's command for each event: its words as they are and never a shell, few at a time, none for ever."""

import os
import signal
import subprocess
import tempfile
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from netinv.formats.json import encode
from netinv.text import clean
from netinv.watch.events import Event, document
from netinv.watch.outlets import Say

AT_ONCE = 4
"""Commands that run at the same time."""
SECONDS = 60.0
"""How long one may run."""
WAITING = 256
"""Events that wait for their turn; then the oldest is dropped."""
_GRACE = 5.0
_RUNTIME = Path("/run/user")
_LINE = 400
"""Characters of what it prints that are said, where we draw."""
SHOWN = 65_536
"""Bytes of what one run prints that are passed on where we do not; the rest is read, and dropped."""
_SECRETS = ("NETINV_WEBHOOK", "NETINV_MQTT", "NETINV_NOTIFY", "NETINV_COMMUNITY")
"""What the environment holds for netinv alone."""


_READS = 16
"""Pipes full of what one run prints that are read at a time: one that prints without end would keep us from everything else."""


@dataclass(slots=True)
class _Running:
    process: subprocess.Popen[bytes]
    until: float
    end: bytes = b""
    """Of what it printed."""
    room: int = SHOWN
    """Bytes that may be passed on yet."""


class Commands:
    """An outlet that runs a command: the event is JSON on its standard input, and NETINV_EVENT_* in its environment.

    `{event}` and `{says}` in its words stand for the kind of event and for the line that tells of it. What it prints goes to our
    standard error, up to `SHOWN` bytes; or, where that is `drawn_on`, the last line of it is said.
    """

    def __init__(
        self, words: Sequence[str], say: Say, *, drawn_on: bool = False, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._words = tuple(words)
        self._say = say
        self._is_drawn_on = drawn_on
        self._clock = clock
        self._waiting: deque[Event] = deque()
        self._running: list[_Running] = []

    def offer(self, event: Event) -> None:
        if len(self._waiting) >= WAITING:
            self._say(f"{self._words[0]} is too slow: not run for '{self._waiting.popleft().says}'")
        self._waiting.append(event)
        self.poll()

    def poll(self) -> None:
        self._reap()
        while self._waiting and len(self._running) < AT_ONCE:
            self._start(self._waiting.popleft())

    def close(self) -> None:
        deadline = self._clock() + _GRACE
        while (self._waiting or self._running) and self._clock() < deadline:
            self.poll()
            time.sleep(0.02)
        if left := len(self._waiting) + len(self._running):
            self._say(f"{self._words[0]}: {left} of its runs did not come to their end")
        for one in self._running:
            _kill(one.process)

    def _start(self, event: Event) -> None:
        words = [word.replace("{event}", event.kind).replace("{says}", event.says) for word in self._words]
        with tempfile.TemporaryFile() as told:  # a file, so that nobody waits for a command that does not read
            told.write(encode(document(event)).encode() + b"\n")
            told.seek(0)
            try:
                process = subprocess.Popen(  # noqa: S603 - it is what the user wants
                    words,
                    stdin=told,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    env={**_environment(), **variables(event)},
                    start_new_session=True,
                )
            except (OSError, ValueError) as error:
                why = error.strerror if isinstance(error, OSError) else str(error)
                self._say(f"{self._words[0]} cannot be run: {why}")
                return
        if process.stdout:
            os.set_blocking(process.stdout.fileno(), False)
        self._running.append(_Running(process, self._clock() + SECONDS))

    def _reap(self) -> None:
        now, left = self._clock(), []
        for one in self._running:
            code = one.process.poll()
            self._take_in(one)
            if code is None and now < one.until:
                left.append(one)
            elif code is None:
                _kill(one.process)
                self._say(f"{self._words[0]} ran for more than {SECONDS:.0f} s and was ended")
            else:
                if code:
                    self._say(f"{self._words[0]} failed ({code})")
                if self._is_drawn_on and (lines := [s for s in one.end.decode("utf-8", "replace").split("\n") if s.strip()]):
                    self._say(f"{self._words[0]}: {clean(lines[-1], _LINE)}")
                _close(one.process)
        self._running = left

    def _take_in(self, one: _Running) -> None:
        """Take some of what it has printed by now, so that it need not wait for us."""
        for _ in range(_READS):
            if not (data := one.process.stdout.read(1 << 16) if one.process.stdout else None):
                return
            one.end = (one.end + data)[-_LINE:]
            if not self._is_drawn_on and one.room:
                with suppress(OSError):  # nobody may listen there
                    os.write(2, data[: one.room])
                one.room = max(0, one.room - len(data))
                if not one.room:
                    self._say(f"{self._words[0]} prints more than {SHOWN // 1024} KiB: the rest is not shown")


def variables(event: Event) -> dict[str, str]:
    """The event as environment variables; those that would be empty are, so that a script need not ask whether they are set."""
    told: dict[str, str | None] = {
        "KIND": event.kind,
        "SAYS": event.says,
        "AT": event.at.isoformat(),
        "WHY": "; ".join(event.why),
        **dict.fromkeys(("ID", "IP", "MAC", "NAME", "VENDOR", "CATEGORY", "DEVICE_KIND", "NETWORK")),
    }
    if device := event.device:
        told |= {"ID": device.id, "IP": device.ip, "MAC": device.mac, "NAME": device.name, "VENDOR": device.vendor}
        told |= {"CATEGORY": device.verdict.category, "DEVICE_KIND": device.verdict.kind, "NETWORK": device.network}
    return {f"NETINV_EVENT_{name}": (value or "").replace("\0", "") for name, value in told.items()}


def _environment() -> dict[str, str]:
    """Ours but for what is secret; by the runtime directory a command finds the desktop of who called sudo (pam_systemd(8))."""
    found = {name: value for name, value in os.environ.items() if name not in _SECRETS}
    runtime = _RUNTIME / str(os.getuid())
    return {"XDG_RUNTIME_DIR": str(runtime), **found} if runtime.is_dir() else found


def _close(process: subprocess.Popen[bytes]) -> None:
    if process.stdout:
        process.stdout.close()


def _kill(process: subprocess.Popen[bytes]) -> None:
    with suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)
    with suppress(subprocess.TimeoutExpired):
        process.wait(1.0)
    _close(process)
