"""Root is needed to open sockets and for nothing else: who to become instead, and becoming it."""

import contextlib
import os
import pwd
from typing import NamedTuple


class User(NamedTuple):
    """Whom to become."""

    uid: int
    gid: int
    home: str


def is_root() -> bool:
    """Whether this process acts as root, if only in a user namespace."""
    return os.geteuid() == 0


def caller() -> User | None:
    """The user who called sudo; None where nobody did."""
    if not is_root():
        return None
    try:
        entry = pwd.getpwuid(int(os.environ["SUDO_UID"]))
    except (KeyError, ValueError):
        return None
    return User(entry.pw_uid, entry.pw_gid, entry.pw_dir) if entry.pw_uid else None


def nobody() -> User:
    """The user that owns nothing."""
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        return User(65534, 65534, "/nonexistent")
    return User(entry.pw_uid, entry.pw_gid, entry.pw_dir)


def may_read(user: User, path: str) -> bool:
    """Whether `user` could read the file at `path`; asked as root."""
    uid, gid = os.geteuid(), os.getegid()
    try:
        os.setegid(user.gid)
        os.seteuid(user.uid)
        return os.access(path, os.R_OK, effective_ids=os.access in os.supports_effective_ids)
    except OSError:
        return False
    finally:
        os.seteuid(uid)
        os.setegid(gid)


def become(user: User) -> bool:
    """Give up root for good, if this is root; False where `user` is not known (a user namespace that maps root alone)."""
    if not is_root():
        return True
    with contextlib.suppress(PermissionError):  # a user namespace made without privilege has no groups to give up
        os.setgroups([])
    try:
        os.setresgid(user.gid, user.gid, user.gid)
        os.setresuid(user.uid, user.uid, user.uid)
    except OSError:
        return False
    return True
