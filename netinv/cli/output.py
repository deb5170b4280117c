"""Where a command's data goes and in which format: standard output or a file, never half of one."""

import io
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self, TextIO

from netinv.cli.streams import abandon, is_closed, refusal
from netinv.errors import FormatError, UsageError
from netinv.formats import Format, Report, Style, by_name, by_suffix
from netinv.formats.files import replacing
from netinv.model import Device


@dataclass(frozen=True, slots=True)
class Output:
    """What the user asked to have written, and where."""

    format: Format
    path: Path | None = None
    """None is standard output."""
    excel: bool = False
    why: bool = False

    @classmethod
    def choose(
        cls,
        name: str | None = None,
        *,
        as_json: bool = False,
        as_jsonl: bool = False,
        as_csv: bool = False,
        path: str | Path | None = None,
        excel: bool = False,
        why: bool = False,
    ) -> Self:
        """From the options: the format named, else that of the file's suffix, else the table; UsageError if they clash."""
        asked = {"json": as_json, "jsonl": as_jsonl, "csv": as_csv}
        names = sorted({format_name for format_name, is_asked in asked.items() if is_asked} | ({name.lower()} if name else set()))
        if len(names) > 1:
            raise UsageError(f"{' and '.join(names)} are different formats", hint="name one of them")
        file = None if path is None or str(path) == "-" else Path(path)
        try:
            chosen = by_name(names[0]) if names else by_suffix(file) if file else by_name("table")
        except FormatError as error:
            raise UsageError(error.message, hint=error.hint) from error
        if excel and chosen.name != "csv":
            raise UsageError(f"--excel is for CSV, not for {chosen.name}", hint="add --format csv, or leave --excel out")
        return cls(chosen, file, excel, why)

    @property
    def streams(self) -> bool:
        """Devices can be written one by one while they are found."""
        return self.format.streams

    @contextmanager
    def stream(self) -> Iterator["Writer"]:
        """Open the place; a file appears when the block has ended well. Raises FormatError."""
        style = Style(excel=self.excel, why=self.why)
        if self.path:
            with replacing(self.path) as stream:
                yield Writer(self.format, stream, style)
            return
        if is_closed(sys.stdout):
            raise refusal()
        if self.format.is_binary and sys.stdout.isatty():
            raise UsageError(f"{self.format.name} is not for terminals", hint=f"add -o FILE{self.format.suffix}, or redirect it")
        yield Writer(self.format, _prepared(sys.stdout), replace(terminal(sys.stdout), excel=self.excel, why=self.why))


@dataclass(slots=True)
class Writer:
    """Writes reports to an open place, until whoever reads it has read enough."""

    format: Format
    stream: TextIO
    style: Style
    is_read: bool = True
    """False once the reader has gone (`| head`): what is written from then on is dropped, quietly."""

    def write(self, what: Report | Device) -> None:
        """A report, or a device by itself where the format streams; it arrives at once. FormatError if the place is full."""
        report = what if isinstance(what, Report) else Report((what,))
        if not self.is_read:
            return
        try:
            self.format.write(report, self.stream, self.style)
            self.stream.flush()
        except BrokenPipeError:
            self.is_read = False
            abandon(self.stream)
        except OSError as error:
            abandon(self.stream)
            raise refusal(error) from error


def terminal(stream: TextIO, environ: Mapping[str, str] = os.environ) -> Style:
    """What `stream` can show: a width if it is a terminal, and colours.

    NO_COLOR (no-color.org) outranks FORCE_COLOR (force-color.org), which outranks TERM=dumb and the lack of a terminal.
    """
    is_terminal = stream.isatty()
    color = is_terminal and environ.get("TERM") != "dumb"
    if forced := environ.get("FORCE_COLOR"):
        color = forced != "0"
    if environ.get("NO_COLOR"):
        color = False
    return Style(width=shutil.get_terminal_size().columns if is_terminal else None, color=color)


def _prepared(stream: TextIO) -> TextIO:
    """No newline translated, nothing unwritable; UTF-8 as in a file, except to a terminal, which has its own."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace", newline="")
    return stream
