"""The screen of a watch: what happened lately, who is here, and when the next sweep is due."""

import io
import shutil
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from netinv.model import Device
    from netinv.watch.events import Event
    from netinv.watch.ledger import Ledger
    from netinv.watch.watcher import Watcher

RECENT = 100
"""Lines kept of what happened; as many are shown as there is room for."""
_SHARE = 3
"""What happened takes one part of the screen in so many, or less."""
_LOOKS: Final = {"new": "bold green", "back": "green", "gone": "red", "changed": "yellow", "conflict": "bold red", "note": "dim"}


class Screen:
    """What is shown; drawn only when told to."""

    def __init__(self, live: Any) -> None:
        self._live = live
        self._recent: deque[tuple[str, str]] = deque(maxlen=RECENT)
        self._drawn: tuple[object, ...] = ()
        self._table: tuple[tuple[Device, ...] | None, tuple[int, int], list[str]] = (None, (0, 0), [])

    def event(self, event: "Event") -> None:
        """Show what happened."""
        self._recent.append((event.kind, f"{event.at.astimezone():%H:%M:%S} {event.says}"))

    def note(self, line: str) -> None:
        """Show a trouble."""
        self._recent.append(("note", f"{datetime.now().astimezone():%H:%M:%S} {line}"))

    def draw(self, watcher: "Watcher", ledger: "Ledger") -> None:
        """Draw it, if anything is not as it was drawn."""
        from rich.text import Text

        columns, rows = shutil.get_terminal_size()
        status = _status(watcher, ledger)
        state = (status, len(self._recent), self._recent[-1] if self._recent else None, ledger.devices, columns, rows)
        if state == self._drawn:
            return
        if self._drawn and self._drawn[-2:] != (columns, rows):  # what was drawn has been moved, nobody knows whereto
            self._live.console.clear()
        self._drawn = state
        shown = list(self._recent)[-max(3, rows // _SHARE) :]
        room = rows - len(shown) - 4
        table = self._lines_of(ledger.devices, columns, rows)
        if len(table) > room:
            table = [*table[: max(0, room - 1)], f"... and {len(table) - room + 1} more lines; netinv list shows all"]
        text = Text(status, style="bold", no_wrap=True, overflow="ellipsis")
        text.append("\n")
        for kind, line in shown:
            text.append(f"{line if len(line) < columns else line[: columns - 2] + '…'}\n", style=_LOOKS[kind])
        text.append("\n")
        text.append_text(Text.from_ansi("\n".join(table), no_wrap=True))
        self._live.update(text, refresh=True)

    def _lines_of(self, devices: "tuple[Device, ...]", columns: int, rows: int) -> list[str]:
        from netinv.formats import Report, Style, by_name

        known, size, lines = self._table
        if known is not devices or size != (columns, rows):
            stream = io.StringIO()
            here = [d for d in devices if d.presence != "gone"]
            if all(d.is_new for d in here):  # the first sweep: they are new to us, and no news
                here = [replace(d, is_new=False) for d in here]
            by_name("table").write(Report(here), stream, Style(width=columns, color=self._live.console.color_system is not None))
            lines = stream.getvalue().splitlines()
            self._table = devices, (columns, rows), lines
        return lines


@contextmanager
def screen(*, wanted: bool) -> Iterator[Screen | None]:
    """The screen while the block lasts; what it showed last stays. None where nobody would see it."""
    if not wanted:
        yield None
        return
    from rich.console import Console
    from rich.live import Live

    with Live(console=Console(), auto_refresh=False, vertical_overflow="crop") as live:
        yield Screen(live)


def _status(watcher: "Watcher", ledger: "Ledger") -> str:
    devices = ledger.devices
    counts = [(sum(d.presence in kinds for d in devices), word) for kinds, word in _PRESENCES]
    who = ", ".join(f"{number} {word}" for number, word in counts if number) or "nobody known yet"
    where = next((d.network for d in devices if d.network), "")
    if watcher.trouble:
        doing = watcher.trouble
    elif watcher.is_listening:
        doing = "listening; nothing is sent"
    else:
        left = int(watcher.next_sweep)
        doing = f"next sweep in {left // 60}:{left % 60:02}" if left else "asking ..."
    return " · ".join(filter(None, (where, who, doing)))


_PRESENCES = ((("here",), "here"), (("asleep",), "asleep"), (("unasked",), "not asked"), (("gone",), "gone"))
