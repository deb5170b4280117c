"""The systemd unit that watches from boot on, as it fits this installation."""

import shutil
import stat
import sys
from importlib.resources import files
from pathlib import Path


def unit() -> str:
    """The unit's text; it runs the netinv that prints it."""
    program = _program()
    text = files("netinv.watch").joinpath("netinv-watch.service").read_text("utf-8")
    # From a home directory it must at least be possible to run it.
    is_at_home = program.startswith(('"/home/', '"/root/', "/home/", "/root/"))
    return text.replace("@NETINV@", program).replace("@PROTECT_HOME@", "read-only" if is_at_home else "yes")


def barrier() -> Path | None:
    """The directory on the way to this netinv that the unit's user may not enter, as a home directory; None if there is none."""
    folders = Path(sys.executable).absolute().parents
    return next((folder for folder in reversed(folders) if folder.exists() and not folder.stat().st_mode & stat.S_IXOTH), None)


def _program() -> str:
    beside = Path(sys.executable).with_name("netinv")
    found = str(beside) if beside.exists() else shutil.which("netinv")
    words = [str(Path(found).absolute())] if found else [sys.executable, "-m", "netinv"]
    return " ".join(f'"{word}"' if " " in word else word.replace("%", "%%") for word in words)
