"""Running a command in the virtual LAN: as root, or as an ordinary user, or with still more forbidden."""

import os
import subprocess
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from netinv.lab import link, system
from netinv.lab.seccomp import NoPing

USER = 1000
"""Who an ordinary user is, by number."""
TIMEOUT = 60.0
"""Seconds a command may run, unless told otherwise."""
_NOBODY = 65534


def popen(command: Sequence[str | Path], *, privileged: bool = True, ping: bool = True, **options: Any) -> subprocess.Popen[Any]:
    """Start a command that ends with this process; `options` are those of subprocess.Popen.

    `privileged=False`: as an ordinary user. `ping=False`: without sockets for ICMP.
    """
    nests = not privileged and _can_nest()
    if not privileged and not nests and os.geteuid() == 0:
        options |= {"user": _NOBODY, "group": _NOBODY, "extra_groups": []}
    prepare = _prepare(nests=nests, seccomp=None if ping else NoPing())
    return subprocess.Popen(command, preexec_fn=prepare, **options)  # noqa: S603 - it is what we are for


def run(
    command: Sequence[str | Path],
    *,
    privileged: bool = True,
    ping: bool = True,
    udp: bool = True,
    timeout: float = TIMEOUT,
    **options: Any,
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end and keep what it says, as text; the parameters are those of `popen`.

    `udp=False`: while it runs, nobody in this namespace may send a datagram. Raises subprocess.TimeoutExpired.
    """
    streams = dict.fromkeys(("stdout", "stderr"), subprocess.PIPE)
    options = {"stdin": subprocess.DEVNULL, "encoding": "utf-8", **streams, **options}
    with (
        nullcontext() if udp else link.without_udp(),
        popen(command, privileged=privileged, ping=ping, **options) as process,
    ):
        try:
            out, err = process.communicate(timeout=timeout)
        except BaseException:
            process.kill()
            raise
    return subprocess.CompletedProcess(command, process.returncode, out, err)


def _prepare(*, nests: bool, seccomp: NoPing | None) -> Callable[[], None]:
    """What the child does before it becomes the command."""

    def prepare() -> None:
        if nests:
            system.new_user_namespace(be=USER)
        system.die_with_parent()
        if seccomp:
            seccomp.apply()

    return prepare


def _can_nest() -> bool:
    """Whether a user namespace can be made in ours.

    Its user has no power over our network, whoever he is there, but may still read all we may read: the checkout, the Python.
    """
    child = os.fork()
    if not child:
        try:
            system.new_user_namespace(be=USER)
        except OSError:
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0
