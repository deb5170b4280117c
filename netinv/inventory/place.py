"""Where the inventory lies, whose it is, and how its file is made: private from its first byte."""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from netinv.errors import NetinvError, StoreError
from netinv.privileges import User, caller, data_home


def default_path(environ: Mapping[str, str] = os.environ, uid: int | None = None) -> Path:
    """`netinv/inventory.db` in `data_home`; StoreError where there is none."""
    try:
        return data_home(environ, uid) / "netinv" / "inventory.db"
    except NetinvError as error:
        raise StoreError("this user has no home directory to keep the inventory in", hint="name a file with --store") from error


def make_private(path: Path, environ: Mapping[str, str] = os.environ, uid: int | None = None) -> None:
    """Make the file at `path`, empty and 0600, if there is none, and each missing directory above it 0700.

    Root called by sudo gives them to the caller. What is there already keeps its owner and its mode. OSError where it cannot be.
    """
    if path.exists():
        return
    owner = caller(environ, uid)
    for directory in reversed([d for d in path.parents if not d.exists()]):
        directory.mkdir(mode=0o700, exist_ok=True)
        _give(directory, owner)
        settle(directory.parent)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        _give(path, owner)


def settle(directory: Path) -> None:
    """Have what was made or renamed in a directory outlast a power cut, where its file system knows how to (fsync(2))."""
    with suppress(OSError):
        descriptor = os.open(directory, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _give(path: Path, owner: User | None) -> None:
    # A user namespace may know no such user, and a file system no users at all: what was made is ours then, and as private.
    with suppress(OSError):
        if owner:
            os.chown(path, owner.uid, owner.gid, follow_symlinks=False)
