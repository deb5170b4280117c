"""The progress bar: on stderr, for a terminal only, with whoever answered last."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from netinv.gathering import Sighting
    from netinv.survey import Progress

SURE = 1.0
"""Seconds before which nothing is said of how long it will take."""

Show = Callable[["Progress | Sighting"], None]


@contextmanager
def progress_bar(*, wanted: bool) -> Iterator[Show | None]:
    """Show who answers, how many of the sweep's questions have had their turn, and how long the rest will take about.

    Gone when the block ends; None where nobody would see it.
    """
    if not wanted or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, SpinnerColumn, TextColumn
    from rich.progress import Progress as Bar

    from netinv.survey import Progress

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(16), TextColumn("{task.fields[left]}"))
    found: list[Sighting] = []
    begin = time.monotonic()
    # Drawn when told to, not by a thread of its own: a process with threads must not fork.
    with Bar(*columns, console=Console(stderr=True), transient=True, auto_refresh=False) as bar:
        task = bar.add_task("asking", total=None, left="")
        what = "asking"

        def show(event: "Progress | Sighting") -> None:
            nonlocal what
            if isinstance(event, Progress):
                what = _doing(event)
                is_asking = event.passed < event.planned
                left = _left(event, time.monotonic() - begin) if is_asking else ""
                bar.update(task, completed=event.passed, total=event.planned if is_asking else None, left=left)
            else:
                found.append(event)
            if isinstance(event, Progress) or len(found) == 1:
                bar.update(task, description=_described(what, found), refresh=True)

        yield show


def _left(progress: "Progress", elapsed: float) -> str:
    """How long the asking will go on at the rate so far; what follows it takes as long as the slowest device."""
    if not progress.passed or elapsed < SURE:
        return ""
    return f"{elapsed * (progress.planned - progress.passed) / progress.passed:.0f} s left"


def _doing(progress: "Progress") -> str:
    if progress.passed < progress.planned:
        return "asking"
    return f"listening for {progress.listening:.0f} s more" if progress.listening else "identifying"


def _described(what: str, found: "list[Sighting]") -> str:
    if not found:
        return what
    from netinv.classification.vendors import vendor
    from netinv.model import MAC

    last = found[-1]
    maker = vendor(MAC(last.mac)) if last.mac else None
    return f"{what}, {len(found):,} found: {last.address} {maker or ''}".strip()[:52]
