"""The progress bar: on stderr, for a terminal only."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from netinv.survey import Progress


@contextmanager
def progress_bar(*, wanted: bool) -> Iterator[Callable[["Progress", int], None]]:
    """Show how many of the sweep's questions have had their turn, and how many devices are known; gone when the block ends."""
    if not wanted or not sys.stderr.isatty():
        yield lambda progress, found: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    words = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"))
    columns = (SpinnerColumn(), *words, TimeElapsedColumn())
    # Drawn when told to, not by a thread of its own: a process with threads must not fork.
    with Bar(*columns, console=Console(stderr=True), transient=True, auto_refresh=False) as bar:
        task = bar.add_task("asking", total=None)

        def show(progress: "Progress", found: int) -> None:
            what = "asking" if progress.passed < progress.planned else "listening"
            bar.update(
                task,
                completed=progress.passed,
                total=progress.planned or None,
                description=f"{what}, {found} {'device' if found == 1 else 'devices'} so far",
                refresh=True,
            )

        yield show
