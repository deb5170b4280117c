"""A network of this process's own: no interface leads out of it, so nothing that is sent in it can reach anybody.

It needs Linux, and either root or leave to make user namespaces; nothing on the system is changed, and the namespace ends
with its last process.
"""

import errno
import os
import socket
import sys
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from netinv.errors import LabError
from netinv.lab import system

RESOLVER = "10.77.0.1"
_STUBS = frozenset({"lo", "sit0", "tunl0", "gre0", "gretap0", "erspan0", "ip_vti0", "ip6_vti0", "ip6tnl0", "ip6gre0"})
"""Loopback, and what the kernel's tunnel modules put into every new namespace; none of them leads anywhere."""
_NAME_SERVICES = ("/run/systemd/resolve", "/run/nscd", "/var/run/nscd", "/run/avahi-daemon")
"""Where the C library may ask for names by a socket in the file system, which no network namespace stops."""
_SYS_ADMIN, _NET_ADMIN = 1 << 21, 1 << 12  # linux/capability.h

_QUIET = system.NOSUID | system.NODEV | system.NOEXEC
_NETWORK = Path("/proc/self/ns/net")

_resolv_conf: int | None = None
"""The namespace's own /etc/resolv.conf, open for writing; None while this process is still outside."""


def enter() -> None:
    """Move this process, once and for good, into user (unless root), mount and network namespaces of its own.

    LabError where the system forbids it; the process is then as it was.
    """
    global _resolv_conf
    if _resolv_conf is not None:
        return
    if sys.platform != "linux":
        raise LabError("the virtual LAN needs Linux", hint=_IN_MEMORY)
    if len(list(Path("/proc/self/task").iterdir())) > 1 and not (_is_capable() and _leads_nowhere()):
        raise LabError("only a process with a single thread can enter the virtual LAN")
    _rehearse()
    try:
        _resolv_conf = _enter()
    except OSError as error:
        raise explain(error) from error


def renew() -> None:
    """Leave the network for a new one, as empty as the first: nothing the kernel still has to say to the old one gets into it."""
    if _resolv_conf is None:
        raise LabError(_OUTSIDE)
    system.unshare(system.NEWNET)
    with suppress(OSError):
        system.detach("/sys")
    _furnish()


def verify(ours: Iterable[str] = ()) -> None:
    """LabError unless this process is in its namespace, and sees no interface but loopback and `ours`."""
    if _resolv_conf is None:
        raise LabError(_OUTSIDE)
    if strangers := _interfaces() - set(ours):
        raise LabError(f"the namespace is not isolated: it has {', '.join(sorted(strangers))}")


def use_resolvers(addresses: Iterable[str]) -> None:
    """Ask these for names, inside; LabError outside."""
    if _resolv_conf is None:
        raise LabError(_OUTSIDE)
    os.ftruncate(_resolv_conf, 0)
    os.pwrite(_resolv_conf, "".join(f"nameserver {a}\n" for a in addresses).encode(), 0)


def explain(error: OSError, *, root: Path = Path("/")) -> LabError:
    """Why the system refused, and what to do; `root` is where it is looked up."""

    def setting(name: str) -> str:
        with suppress(OSError):
            return (root / "proc/sys" / name).read_text().strip()
        return ""

    what = f"{error.filename}: {error.strerror}" if error.filename else str(error)
    if error.errno == errno.ENOSPC or setting("user/max_user_namespaces") == "0":
        cause = "this system allows no (more) user namespaces"
        fix = "run `sudo netinv demo`, or allow them with `sudo sysctl user.max_user_namespaces=15000`"
    elif (root / ".dockerenv").exists() or (root / "run/.containerenv").exists():
        cause = "this container may not make network namespaces"
        fix = "start it with `docker run --cap-add SYS_ADMIN --cap-add NET_ADMIN --security-opt apparmor=unconfined ...`"
    elif setting("kernel/unprivileged_userns_clone") == "0":
        cause = "this system keeps user namespaces from ordinary users"
        fix = "run `sudo netinv demo`, or allow them with `sudo sysctl kernel.unprivileged_userns_clone=1`"
    elif setting("kernel/apparmor_restrict_unprivileged_userns") == "1":
        cause = "AppArmor keeps user namespaces from ordinary users"
        fix = "run `sudo netinv demo`, or allow them with `sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0`"
    else:
        cause = "this system forbids network namespaces"
        fix = "run `sudo netinv demo`; a seccomp filter or a container may be in the way"
    return LabError(f"the virtual LAN cannot be set up: {cause} ({what})", hint=f"{fix}; or {_IN_MEMORY}")


_OUTSIDE = "this process is not in a namespace of its own"
_IN_MEMORY = "`netinv demo --in-memory` shows the same devices without a network"


def _rehearse() -> None:
    """Let a child try first: a step forbidden half way would leave this process neither inside nor outside."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        try:
            _enter()
        except OSError as error:
            os.write(writer, f"{error.errno} {error.filename or ''}".encode())
        except LabError as error:
            os.write(writer, f"0 {error.message}".encode())
        finally:
            os._exit(0)
    os.close(writer)
    with open(reader, encoding="utf-8") as pipe:  # noqa: PTH123 - a descriptor, not a path
        number, _, what = pipe.read().partition(" ")
    os.waitpid(child, 0)
    if number == "0":
        raise LabError(what)
    if number:
        raise explain(OSError(int(number), os.strerror(int(number)), what or None))


def _enter() -> int:
    """The steps themselves; a descriptor of the new resolv.conf."""
    before = _NETWORK.stat().st_ino
    if _is_capable():
        system.unshare(system.NEWNET | system.NEWNS)
    else:
        system.new_user_namespace(system.NEWNET | system.NEWNS)
    if _NETWORK.stat().st_ino == before or not _leads_nowhere():
        raise LabError("the new network namespace is not isolated")
    system.mount("none", "/", None, system.RECURSIVE | system.PRIVATE)
    for directory in filter(os.path.isdir, _NAME_SERVICES):
        system.mount("tmpfs", directory, "tmpfs", _QUIET)
    resolv_conf = _own_resolv_conf()
    _furnish()
    return resolv_conf


def _furnish() -> None:
    """What a new network namespace lacks."""
    system.bring_up("lo")
    with suppress(OSError):  # some containers forbid it; then /sys/class/net shows interfaces that are not here
        system.mount("sysfs", "/sys", "sysfs", _QUIET)
    for groups in ("0 2147483647", "0 0"):  # ping sockets for everybody, or for all the groups a user namespace has
        with suppress(OSError):
            system.write("/proc/sys/net/ipv4/ping_group_range", groups)
            break


def _own_resolv_conf() -> int:
    """Lay a file of our own over /etc/resolv.conf, in this mount namespace only; the file system it is on has no other place."""
    directory = tempfile.mkdtemp(prefix="netinv-lab-")
    system.mount("tmpfs", directory, "tmpfs", _QUIET)
    try:
        own = Path(directory, "resolv.conf")
        own.write_text(f"nameserver {RESOLVER}\n")
        own.chmod(0o644)
        target = Path("/etc/resolv.conf").resolve()
        if str(target.parent) in _NAME_SERVICES:
            target.touch()  # in the empty directory we laid there
        if target.exists():
            system.mount(str(own), str(target), None, system.BIND)
        return os.open(own, os.O_RDWR)
    finally:
        system.detach(directory)
        Path(directory).rmdir()


def _is_capable() -> bool:
    """Whether we may make network and mount namespaces as we are."""
    needed = _SYS_ADMIN | _NET_ADMIN
    status = Path("/proc/self/status").read_text()
    return int(status.split("CapEff:")[1].split()[0], 16) & needed == needed


def _leads_nowhere() -> bool:
    return not _interfaces()


def _interfaces() -> set[str]:
    """What this process sees, besides loopback and the kernel's stubs."""
    return {name for _, name in socket.if_nameindex()} - _STUBS
