"""Root is needed to open sockets and for nothing else: who called for it, who to become instead, and becoming it."""

import os
import pwd
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from netinv.errors import NetinvError, PrivilegeError


class User(NamedTuple):
    """Whom to become."""

    uid: int
    gid: int
    home: str


def is_root() -> bool:
    """Whether this process acts as root, if only in a user namespace."""
    return os.geteuid() == 0


def caller(environ: Mapping[str, str] = os.environ, uid: int | None = None) -> User | None:
    """The user who called sudo, while the process acts as root for them or has become them again; None otherwise.

    `uid` is whom the process acts as.
    """
    try:
        entry = pwd.getpwuid(int(environ["SUDO_UID"]))
    except (KeyError, ValueError, OverflowError):
        return None
    # `sudo -u bob` is bob's business; and root who calls sudo is nobody else before than after
    if not entry.pw_uid or _acting(uid) not in (0, entry.pw_uid):
        return None
    return User(entry.pw_uid, entry.pw_gid, entry.pw_dir)


@contextmanager
def as_caller() -> Iterator[None]:
    """Act as the user who called sudo, and then as root again: what is opened in between is theirs."""
    user = caller() if is_root() else None
    if user is None:
        yield
        return
    try:
        os.setegid(user.gid)
        os.seteuid(user.uid)
    except OSError:  # a user namespace that maps root alone: there is no caller in it
        os.setegid(0)
        yield
        return
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


def data_home(environ: Mapping[str, str] = os.environ, uid: int | None = None) -> Path:
    """The XDG data directory of the user, under sudo that of the caller; `uid` as in `caller`.

    NetinvError where that user has no home.
    """
    return _xdg("XDG_DATA_HOME", (".local", "share"), environ, uid)


def config_home(environ: Mapping[str, str] = os.environ, uid: int | None = None) -> Path:
    """The XDG configuration directory, as `data_home`."""
    return _xdg("XDG_CONFIG_HOME", (".config",), environ, uid)


def home(environ: Mapping[str, str] = os.environ, uid: int | None = None) -> Path:
    """The home directory of the user, as `data_home`."""
    # `sudo -i` keeps SUDO_UID, and HOME is then root's
    if user := caller(environ, uid):
        return Path(user.home)
    if (named := environ.get("HOME", "")).startswith("/"):
        return Path(named)
    try:
        return Path(pwd.getpwuid(_acting(uid)).pw_dir)
    except KeyError as error:
        raise NetinvError("this user has no home directory", hint="set HOME") from error


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
    """Give up root for good, if this is root; PrivilegeError where the system does not let it.

    False, and nothing is changed, in a user namespace that does not know `user`: its root is an ordinary user outside.
    """
    if not is_root():
        return True
    if not (_is_mapped("uid", user.uid) and _is_mapped("gid", user.gid)):
        return False
    try:
        if _may_set_groups():
            os.setgroups([])
        # The real one with the effective one, so that the saved one goes too: setreuid(2), and macOS has no setresuid
        os.setregid(user.gid, user.gid)
        os.setreuid(user.uid, user.uid)
    except OSError as error:
        raise PrivilegeError(
            f"root cannot be given up: {error.strerror}",
            hint="allow it CAP_SETUID and CAP_SETGID, or run netinv as an ordinary user",
        ) from error
    return True


def drop_capabilities() -> None:
    """Give up, for good, what file or ambient capabilities granted beyond an ordinary user: capabilities(7), capset(2)."""
    try:
        status = (_PROC / "status").read_text("ascii", "replace")
    except OSError:  # no Linux, no capabilities
        return
    if not any(int(line.split()[1], 16) for line in status.splitlines() if line.startswith(("CapEff:", "CapPrm:"))):
        return
    import ctypes  # 10 ms, and needed in this case only

    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # _LINUX_CAPABILITY_VERSION_3; this process
    nothing = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable; twice 32 bits
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.capset(header, nothing):
        raise PrivilegeError(
            f"capabilities cannot be given up: {os.strerror(ctypes.get_errno())}", hint="run netinv without them"
        )


def renounce() -> None:
    """See to it that no program this process runs gets more privilege than it has: PR_SET_NO_NEW_PRIVS, prctl(2); Linux only."""
    if not _PROC.exists():
        return
    import ctypes  # as above

    one, zero = ctypes.c_ulong(1), ctypes.c_ulong(0)
    ctypes.CDLL(None, use_errno=True).prctl(38, one, zero, zero, zero)  # linux/prctl.h


_PROC = Path("/proc/self")


def _is_mapped(kind: str, wanted: int) -> bool:
    """Whether a user or group id exists in our user namespace: user_namespaces(7); everywhere but on Linux it does."""
    try:
        lines = (_PROC / f"{kind}_map").read_text("ascii").splitlines()
    except OSError:
        return True
    ranges = (tuple(map(int, line.split())) for line in lines)
    return any(first <= wanted < first + count for first, _, count in ranges)


def _may_set_groups() -> bool:
    """Whether our user namespace has groups to give up: one made without privilege has not."""
    try:
        return (_PROC / "setgroups").read_text("ascii").strip() != "deny"
    except OSError:
        return True


def _xdg(variable: str, otherwise: tuple[str, ...], environ: Mapping[str, str], uid: int | None) -> Path:
    # XDG Base Directory Specification: a relative path is to be ignored
    if (named := environ.get(variable, "")).startswith("/"):
        return Path(named)
    try:
        return home(environ, uid).joinpath(*otherwise)
    except NetinvError as error:
        raise NetinvError(error.message, hint=f"set {variable}") from error


def _acting(uid: int | None) -> int:
    return os.geteuid() if uid is None else uid
