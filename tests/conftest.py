"""The suite's own network: before anything else, this process leaves the real one for a namespace that leads nowhere."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, fields
from getpass import getuser
from pathlib import Path
from subprocess import CompletedProcess, Popen
from typing import Any

import pytest

from netinv import lab
from netinv.errors import LabError
from netinv.lab import namespace, ordinary

pytest_plugins = ["tests.workers"]
REQUIRED = os.environ.get("CI") == "true" or os.environ.get("NETINV_REQUIRE_LAB") == "1"
"""Where namespaces are forbidden, lab tests fail instead of being skipped."""
_FIXTURES = frozenset({"lan", "crowd", "netinv"})
_SPEAKS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo", "socket.gethostbyname"})
_missing: str | None = None
"""Why there is no lab; None where there is one."""


def _refuse_the_real_network(event: str, arguments: tuple[Any, ...]) -> None:
    """An audit hook: without a namespace, nothing in this process may speak to anybody but itself."""
    if event not in _SPEAKS:
        return
    where = arguments[0] if event.startswith("socket.get") else arguments[1]
    host = where[0] if isinstance(where, tuple) else where
    if isinstance(host, str) and not host.startswith("127.") and host not in ("", "localhost", "::1") and host[:1] not in "/\0@":
        raise RuntimeError(f"the test suite may not speak to the real network ({event} {where!r})")


# In a user namespace we are root, whose directory for temporary files may be another's: pytest names it after LOGNAME.
os.environ.setdefault("LOGNAME", getuser())
os.environ["XDG_CONFIG_HOME"] = "/nonexistent"  # rules of whoever runs the tests are not tested
# What the user has set is not for the suite.
os.environ["NETINV_CONFIG"] = os.devnull
try:
    namespace.enter()
except LabError as error:
    _missing = f"{error.message}; {error.hint}" if error.hint else error.message
    sys.addaudithook(_refuse_the_real_network)


def pytest_configure() -> None:
    if _missing is None:
        try:
            namespace.verify()
        except LabError as error:
            pytest.exit(f"refusing to run: {error.message}", returncode=1)


def pytest_report_header() -> str:
    return f"lab: none, its tests {'fail' if REQUIRED else 'are skipped'}: {_missing}" if _missing else "lab: its own namespace"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if _FIXTURES.intersection(getattr(item, "fixturenames", ())):
            item.add_marker("lab")


def pytest_runtest_setup(item: pytest.Item) -> None:
    if _missing and item.get_closest_marker("lab"):
        if REQUIRED:
            pytest.fail(f"no lab: {_missing}", pytrace=False)
        pytest.skip(f"no lab: {_missing}")


@pytest.fixture
def lan() -> Iterator[lab.Lan]:
    """The household of `netinv demo`, on an interface of its own."""
    with lab.lan() as home:
        yield home


@pytest.fixture
def crowd() -> Iterator[Callable[..., lab.Lan]]:
    """Makes a LAN of many plain devices: `crowd(hosts=200, loss_in=0.1)`; as `lab.crowd` and `lab.Impairments` are made."""
    with ExitStack() as stack:

        def make(*, seed: int = 1, **conditions: Any) -> lab.Lan:
            trouble = lab.Impairments(**{f.name: conditions.pop(f.name) for f in fields(lab.Impairments) if f.name in conditions})
            return stack.enter_context(lab.lan(lab.crowd(seed=seed, **conditions), seed=seed, impairments=trouble))

        yield make


@dataclass(frozen=True)
class Netinv:
    """Runs the program as a user would, with a home of its own."""

    home: Path

    @property
    def store(self) -> Path:
        """Where it remembers."""
        return self.home / "data" / "netinv" / "inventory.db"

    def __call__(self, *words: str, env: dict[str, str] | None = None, **options: Any) -> CompletedProcess[str]:
        """Run `netinv WORDS`; `options` as in `lab.ordinary.run`: `privileged=False`, `ping=False`, `udp=False`, `timeout`."""
        return ordinary.run(self.command(*words), env=self.environment(env), cwd=self.home, **options)

    def start(self, *words: str, env: dict[str, str] | None = None, **options: Any) -> Popen[Any]:
        """Start `netinv WORDS`; `options` as in `lab.ordinary.popen`."""
        return ordinary.popen(self.command(*words), env=self.environment(env), cwd=self.home, **options)

    @staticmethod
    def command(*words: str) -> list[str]:
        return [sys.executable, "-m", "netinv", *words]

    def environment(self, more: dict[str, str] | None = None) -> dict[str, str]:
        """Little but where to find things, no colour unless asked for (`{"FORCE_COLOR": "1"}`), and `more`."""
        kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "COVERAGE_PROCESS_START") if name in os.environ}
        private = {"HOME": str(self.home), "XDG_DATA_HOME": str(self.home / "data"), "LC_ALL": "C.UTF-8"}
        plain = {} if more and "FORCE_COLOR" in more else {"NO_COLOR": "1"}
        return {**kept, **private, **plain, **(more or {})}


@pytest.fixture
def netinv(tmp_path: Path) -> Netinv:
    return Netinv(tmp_path)
