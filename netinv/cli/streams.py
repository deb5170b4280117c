"""The standard streams as a program may find them: closed, full, or read by somebody who leaves early."""

import errno
import io
import os
import sys
from contextlib import suppress
from fcntl import F_GETFL, fcntl
from typing import TYPE_CHECKING, TextIO

from netinv.errors import FormatError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


def secure() -> None:
    """Make every standard stream usable; what standard output cannot take is a FormatError from now on.

    For a whole program, once, before it opens anything else: what is opened where a closed stream was would be written to.
    """
    for descriptor, stream in enumerate((sys.stdin, sys.stdout, sys.stderr)):
        if stream is None:  # standard output gets what cannot be written to: what is lost shall be known
            nowhere = os.open(os.devnull, os.O_WRONLY if descriptor == 2 else os.O_RDONLY)
            if nowhere != descriptor:
                os.dup2(nowhere, descriptor)
                os.close(nowhere)
    sys.stdout = _as_text(_Output(1, "w", closefd=False), like=sys.stdout)
    sys.stderr = _as_text(_Notes(2, "w", closefd=False), like=sys.stderr)


def is_closed(stream: TextIO | None) -> bool:
    """Nothing can be written to `stream`, as is known before anything is."""
    if stream is None:
        return True
    with suppress(OSError, ValueError):  # what is no file is open
        return fcntl(stream.fileno(), F_GETFL) & os.O_ACCMODE == os.O_RDONLY
    return False


def refusal(error: OSError | None = None) -> FormatError:
    """Why the output cannot be written; without an error, because it is closed."""
    if error is None or error.errno == errno.EBADF:
        return FormatError(
            "cannot write the output: standard output is closed", hint="let it lead somewhere, as to a file: > FILE"
        )
    return FormatError(f"cannot write the output: {error.strerror}", hint="make room there, or write somewhere else")


def finish(stream: TextIO | None) -> None:
    """Write what is left, or else let it go nowhere: Python would try once more when it exits, and complain."""
    if stream is None:
        return
    try:
        stream.flush()
    except (OSError, FormatError):
        abandon(stream)


def say(line: str) -> None:
    """A line on standard error, if anybody listens there."""
    with suppress(OSError, AttributeError):
        print(line, file=sys.stderr, flush=True)


def abandon(stream: TextIO) -> None:
    """Let what is left in the buffer, and all that follows, go nowhere."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


class _Output(io.FileIO):
    """Standard output, whose failures are told from those of the work that fills it."""

    def write(self, data: "ReadableBuffer", /) -> int:
        try:
            return super().write(data)
        except BrokenPipeError:  # whoever reads has read enough: no failure
            raise
        except OSError as error:
            raise refusal(error) from error


class _Notes(io.FileIO):
    """Standard error, on which nothing depends."""

    def write(self, data: "ReadableBuffer", /) -> int:
        with suppress(OSError):
            return super().write(data)
        return memoryview(data).nbytes


def _as_text(raw: io.FileIO, like: TextIO | None) -> io.TextIOWrapper:
    """`raw` as text, encoded as Python chose to for the stream it replaces."""
    encoding, errors = (like.encoding, like.errors) if like else ("utf-8", "replace")
    return io.TextIOWrapper(
        io.BufferedWriter(raw), encoding=encoding, errors=errors, line_buffering=raw.fileno() == 2 or raw.isatty()
    )
