"""Writing a file whole or not at all, as the user who called."""

import contextlib
import io
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from netinv.errors import FormatError
from netinv.privileges import as_caller

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


@contextmanager
def replacing(path: str | PathLike[str]) -> Iterator[TextIO]:
    """A stream that becomes the file `path` when the block ends well; until then, and otherwise, `path` stays what it was.

    It opens at once, so that a place that cannot be written is known before the work. UTF-8, newlines as written. What is no
    ordinary file (a pipe, /dev/null) is written directly. Called by sudo, the file is the caller's. Raises FormatError.
    """
    with _explained(path), as_caller():
        descriptor, temporary = _open(path)
    try:
        buffer = io.BufferedWriter(_File(descriptor, path))
        with io.TextIOWrapper(buffer, encoding="utf-8", errors="replace", newline="") as stream:
            yield stream
            stream.flush()
            if temporary:
                with _explained(path):
                    os.fsync(descriptor)
        if temporary:
            with _explained(path), as_caller():
                temporary.replace(os.path.realpath(path))
    finally:
        if temporary:
            with contextlib.suppress(OSError), as_caller():
                temporary.unlink()


def _open(path: str | PathLike[str]) -> tuple[int, Path | None]:
    """A descriptor to write to, and the temporary file it belongs to; none where `path` itself is written."""
    try:
        mode = Path(path).stat().st_mode
    except FileNotFoundError:
        mode = None
    if mode is not None and not stat.S_ISREG(mode):
        return os.open(path, os.O_WRONLY), None
    # Beside the file itself, not beside a link to it: a rename is a single step only within one file system.
    temporary = Path(os.path.realpath(path)).with_name(f".netinv-{secrets.token_hex(6)}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    if mode is not None:
        os.fchmod(descriptor, stat.S_IMODE(mode))
    return descriptor, temporary


class _File(io.FileIO):
    """A file whose own failures are told apart from those of the work that fills it."""

    def __init__(self, descriptor: int, path: str | PathLike[str]) -> None:
        super().__init__(descriptor, "w")
        self._path = path

    def write(self, data: "ReadableBuffer", /) -> int:
        with _explained(self._path):
            return super().write(data)


_HINTS: dict[type[OSError], str] = {
    FileNotFoundError: "create its directory first",
    NotADirectoryError: "part of the path is a file, not a directory",
    IsADirectoryError: "name a file inside it",
    PermissionError: "choose a place you may write to; called by sudo, netinv writes files as you, not as root",
}


@contextmanager
def _explained(path: str | PathLike[str]) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:  # whoever reads the other end has read enough: no failure
        raise
    except OSError as error:
        hint = _HINTS.get(type(error), "what was there before is unchanged")
        raise FormatError(f"cannot write {os.fspath(path)!r}: {error.strerror}", hint=hint) from error
