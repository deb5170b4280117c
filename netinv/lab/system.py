"""The Linux system calls the lab is made of, that the standard library does not offer (or not yet in Python 3.11)."""

import ctypes
import fcntl
import os
import signal
import socket
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# linux/sched.h, linux/mount.h, linux/prctl.h, linux/if.h, linux/sockios.h
NEWNS, NEWUSER, NEWNET = 0x00020000, 0x10000000, 0x40000000
BIND, RECURSIVE, PRIVATE, NOSUID, NODEV, NOEXEC = 0x1000, 0x4000, 1 << 18, 2, 4, 8
_MNT_DETACH = 2
_PR_SET_PDEATHSIG, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 22, 38
_SECCOMP_MODE_FILTER = 2
_IFF_UP, _IFF_NOARP = 0x1, 0x80
_SIOCGIFFLAGS, _SIOCSIFFLAGS = 0x8913, 0x8914

_libc = ctypes.CDLL(None, use_errno=True)


def unshare(flags: int) -> None:
    """Leave the namespaces that `flags` name for new ones; OSError if the system forbids it."""
    _call("unshare", flags)


@contextmanager
def network_of(pid: int) -> Iterator[None]:
    """Be in the network namespace of another process for a moment: sockets opened there stay there (setns(2))."""
    with open("/proc/self/ns/net", "rb") as home, open(f"/proc/{pid}/ns/net", "rb") as there:  # noqa: PTH123 - descriptors
        _call("setns", there.fileno(), NEWNET)
        try:
            yield
        finally:
            _call("setns", home.fileno(), NEWNET)


def mount(source: str, target: str, kind: str | None, flags: int = 0) -> None:
    """Attach a file system, or a path, at `target`, as the system call of that name does; OSError if the system forbids it."""
    _call("mount", source.encode(), target.encode(), kind.encode() if kind else None, ctypes.c_ulong(flags), None)


def detach(target: str) -> None:
    """Take what is mounted at `target` out of sight; it lives on where it is still in use."""
    _call("umount2", target.encode(), _MNT_DETACH)


def new_user_namespace(flags: int = 0, *, be: int = 0) -> None:
    """Enter a user namespace in which we are user and group `be`, and outside remain who we were (user_namespaces(7)).

    `flags` are other namespaces to make with it, which then belong to it.
    """
    user, group = os.geteuid(), os.getegid()
    unshare(NEWUSER | flags)
    write("/proc/self/setgroups", "deny")
    write("/proc/self/uid_map", f"{be} {user} 1")
    write("/proc/self/gid_map", f"{be} {group} 1")


def die_with_parent() -> None:
    """Be killed when the process that forked us ends, however it ends."""
    if sys.platform == "linux":  # elsewhere it is the terminal that ends what is left
        _call("prctl", _PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGKILL))


def filter_calls(program: ctypes.Structure) -> None:
    """Install a filter of system calls (struct sock_fprog), for this process and all it starts."""
    one, zero = ctypes.c_ulong(1), ctypes.c_ulong(0)
    _call("prctl", _PR_SET_NO_NEW_PRIVS, one, zero, zero, zero)
    _call("prctl", _PR_SET_SECCOMP, ctypes.c_ulong(_SECCOMP_MODE_FILTER), ctypes.byref(program))


def bring_up(interface: str, *, answers: bool = True) -> None:
    """Set an interface up; one that does not answer does no ARP of its own."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sH14x", interface.encode(), 0)
        _, flags = struct.unpack_from("16sH", fcntl.ioctl(any_socket, _SIOCGIFFLAGS, request))
        flags |= _IFF_UP | (0 if answers else _IFF_NOARP)
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sH14x", interface.encode(), flags))


def write(path: str | Path, text: str) -> None:
    """Change a kernel setting, in the one system call that each demands."""
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)


def _call(name: str, *arguments: object) -> None:
    if getattr(_libc, name)(*arguments):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), name)
