"""The configuration file: where it is, and reading and writing it with no more rights than those of whoever it belongs to."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from netinv.errors import NetinvError, UsageError
from netinv.privileges import as_caller, caller, config_home, is_root
from netinv.text import clean

ENVIRONMENT = "NETINV_CONFIG"
"""Names another file, in full; /dev/null stands for none."""
LIMIT = 65_536
"""Bytes of a file that are worth reading."""


def place(environ: Mapping[str, str] = os.environ) -> Path | None:
    """Where the file is, or would be; None where there is to be none. UsageError where NETINV_CONFIG names no place."""
    named = environ.get(ENVIRONMENT, "")
    if named == os.devnull:
        return None
    if named and not named.startswith("/"):
        hint = f"write it in full, or {os.devnull} for no file"
        raise UsageError(f"{ENVIRONMENT} is no absolute path: {clean(named, 80)}", hint=hint)
    try:
        return Path(named) if named else config_home(environ) / "netinv" / "config.toml"
    except NetinvError:  # nobody's home
        return None


def write(path: Path, text: str) -> None:
    """Make the file, as the caller and for them alone; UsageError where there is one already, or none can be."""
    try:
        with as_caller():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
                stream.write(text)
    except FileExistsError as error:
        raise UsageError(f"there is a {clean(str(path))} already", hint="netinv config show tells what it sets") from error
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise UsageError(f"{clean(str(path))} cannot be written: {why}", hint=f"name another place in {ENVIRONMENT}") from error


def content(path: Path, *, must_exist: bool) -> str | None:
    """The text of the file; None where there is none. UsageError where it cannot, or must not, be read."""
    try:
        with as_caller():
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)  # a FIFO would be waited for
    except (FileNotFoundError, NotADirectoryError) as error:
        if must_exist:
            raise unread(path, "there is no such file", f"see {ENVIRONMENT}") from error
        return None
    except OSError as error:
        raise unread(path, (error.strerror or str(error)).lower(), "may you read it?") from error
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        os.close(descriptor)
        what = "a directory" if stat.S_ISDIR(found.st_mode) else "no file"
        raise unread(path, f"it is {what}", f"move it away, or name a file in {ENVIRONMENT}")
    with os.fdopen(descriptor, "rb") as stream:
        if is_root():
            _trust(path, found)
        try:
            read = stream.read(LIMIT + 1)
        except OSError as error:
            raise unread(path, (error.strerror or str(error)).lower(), "may you read it?") from error
    if len(read) > LIMIT:
        raise unread(path, f"it is larger than {LIMIT // 1024} KiB", "leave out what is no setting")
    try:
        return read.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = read[: error.start].count(b"\n") + 1
        raise unread(path, f"line {line} is not UTF-8", "save it as UTF-8") from error


def _trust(path: Path, found: os.stat_result) -> None:
    """Root does what is written by root or by who called sudo, and by nobody else."""
    user = caller()
    if found.st_uid not in (0, *((user.uid,) if user else ())):
        raise unread(path, "it belongs to another user, and netinv runs as root", f"chown it, or set {ENVIRONMENT}={os.devnull}")
    if found.st_mode & 0o022:
        raise unread(path, "others may write to it, and netinv runs as root", f"chmod go-w {clean(str(path))}")


def unread(path: Path, why: str, hint: str) -> UsageError:
    """That it is not read, why, and what to do."""
    return UsageError(f"the configuration {clean(str(path))} is not read: {why}", hint=hint)
