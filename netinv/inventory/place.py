"""Where the inventory lies, whose it is, and how its file is made: private from its first byte."""

import os
import pwd
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from netinv.errors import StoreError


def default_path(environ: Mapping[str, str] = os.environ, uid: int | None = None) -> Path:
    """`netinv/inventory.db` in the XDG data directory; under sudo, in that of the user who called it.

    `uid` is whom the process acts as. StoreError where that user has no home.
    """
    data = environ.get("XDG_DATA_HOME", "")
    # XDG Base Directory Specification: a relative path is to be ignored
    base = Path(data) if data.startswith("/") else _home(environ, uid) / ".local" / "share"
    return base / "netinv" / "inventory.db"


def make_private(path: Path, environ: Mapping[str, str] = os.environ, uid: int | None = None) -> None:
    """Make the file at `path`, empty and 0600, if there is none, and each missing directory above it 0700.

    Root called by sudo gives them to the caller. What is there already keeps its owner and its mode. OSError where it cannot be.
    """
    if path.exists():
        return
    owner = caller(environ, uid) if _acting(uid) == 0 else None
    for directory in reversed([d for d in path.parents if not d.exists()]):
        directory.mkdir(mode=0o700, exist_ok=True)
        _give(directory, owner)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        _give(path, owner)


def caller(environ: Mapping[str, str] = os.environ, uid: int | None = None) -> pwd.struct_passwd | None:
    """The user who called sudo, while the process acts as root for them or has become them again; None otherwise."""
    called = environ.get("SUDO_UID", "")
    # `sudo -u bob` is bob's business; `sudo -i` keeps SUDO_UID, and HOME is then root's
    if not called.isdecimal() or _acting(uid) not in (0, int(called)):
        return None
    try:
        return pwd.getpwuid(int(called))
    except (KeyError, OverflowError):
        return None


def _home(environ: Mapping[str, str], uid: int | None) -> Path:
    if user := caller(environ, uid):
        return Path(user.pw_dir)
    if (home := environ.get("HOME", "")).startswith("/"):
        return Path(home)
    try:
        return Path(pwd.getpwuid(_acting(uid)).pw_dir)
    except KeyError as error:
        raise StoreError(
            "this user has no home directory to keep the inventory in", hint="name a file with --store, or scan with --no-save"
        ) from error


def _acting(uid: int | None) -> int:
    return os.geteuid() if uid is None else uid


def _give(path: Path, owner: pwd.struct_passwd | None) -> None:
    # A user namespace may know no such user, and a file system no users at all: what was made is ours then, and as private.
    with suppress(OSError):
        if owner:
            os.chown(path, owner.pw_uid, owner.pw_gid, follow_symlinks=False)
