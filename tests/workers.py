"""Tests run beside one another, for most of them wait; those that measure time wait until the machine is theirs.

A plugin of pytest's, and of pytest-xdist's where the whole suite runs: each worker is a process in namespaces of its own.
"""

import fcntl
import json
import os
from collections import Counter
from collections.abc import Generator
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zlib import crc32

import pytest

WORKERS = 2 * min(os.cpu_count() or 1, 4)
"""Two a core: at the pace of a network a test needs a third of one."""
SAID = pytest.StashKey[list[str]]()
"""Lines that tests have for the end of the run."""
_QUIET = "quiet"
_GROUPS = "groups.json"


class Turnstile:
    """Lets the tests of all workers in: many at once, or one alone.

    Locks of flock(2), which end with their process. Who wants to be alone shuts the gate first, and waits for those inside.
    """

    def __init__(self, folder: Path) -> None:
        self._gate, self._inside = (os.open(folder / name, os.O_RDWR | os.O_CREAT, 0o600) for name in ("gate", "inside"))
        self._is_alone = False

    def enter(self, *, alone: bool) -> None:
        """Wait to be let in, unless we are alone in there already."""
        if self._is_alone:
            return
        fcntl.flock(self._gate, fcntl.LOCK_EX)
        fcntl.flock(self._inside, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        if not alone:
            fcntl.flock(self._gate, fcntl.LOCK_UN)
        self._is_alone = alone

    def leave(self) -> None:
        for lock in (self._inside, self._gate):
            fcntl.flock(lock, fcntl.LOCK_UN)  # not by closing it: children have it too
        self._is_alone = False


_TURNSTILE = pytest.StashKey[Turnstile]()
_FOLDER = pytest.StashKey[str]()


# -- where the command was given


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """None where some of the tests are wanted: they begin sooner without."""
    chosen = any(config.getoption(name, False) for name in ("keyword", "markexpr", "lf", "failedfirst", "stepwise"))
    named = config.args_source is pytest.Config.ArgsSource.ARGS
    return 0 if chosen or named or config.getoption("capture") == "no" else WORKERS


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker where all of them meet, before it starts."""
    config: pytest.Config = node.config
    if _FOLDER not in config.stash:
        folder = TemporaryDirectory(prefix="netinv-tests-")
        config.add_cleanup(folder.cleanup)
        config.stash[_FOLDER] = folder.name
    node.workerinput["folder"] = config.stash[_FOLDER]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    said = getattr(node, "workeroutput", {}).get("said", [])  # one that crashed has none
    node.config.stash.setdefault(SAID, []).extend(said)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """One that hands out whole groups; which there are a worker knows, who has seen the marks."""
    from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

    class Groups(LoadScopeScheduling):  # type: ignore[misc]
        @cached_property
        def _groups(self) -> dict[str, str]:
            return dict(json.loads(Path(config.stash[_FOLDER], _GROUPS).read_text("utf-8")))

        def _split_scope(self, nodeid: str) -> str:
            return self._groups.get(nodeid, nodeid)

    return Groups(config, log) if config.getoption("dist") == "loadfile" else None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for line in config.stash.get(SAID, []):
        terminalreporter.write_line(line)


# -- where tests are run


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        from hypothesis import settings

        config.stash[_TURNSTILE] = Turnstile(Path(config.workerinput["folder"]))
        # hypothesis times each example as if it were alone; where it knows of a CI, it does not
        settings.register_profile("beside others", settings.default, deadline=None)
        settings.load_profile("beside others")
        # xdist talks to its workers by a thread, and Python 3.12 warns of forks beside one
        config.addinivalue_line("filterwarnings", "ignore:.*use of fork:DeprecationWarning")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Each file is a group, in which one test comes after the other; so are all that are quiet. Slow tests are none.

    What takes long begins first, and what would keep all others waiting is last.
    """
    if _TURNSTILE not in config.stash:
        return
    groups = {item.nodeid: _group(item) for item in items}
    sizes = Counter(groups.values())
    items.sort(key=lambda item: _place(item, sizes[groups[item.nodeid]]))
    folder, worker = (config.workerinput[name] for name in ("folder", "workerid"))  # type: ignore[attr-defined]
    mine = Path(folder, worker)
    mine.write_text(json.dumps(groups), "utf-8")
    mine.replace(Path(folder, _GROUPS))  # all workers say the same


def _group(item: pytest.Item) -> str:
    if item.get_closest_marker(_QUIET):
        return _QUIET
    return item.nodeid if item.get_closest_marker("slow") else item.nodeid.partition("::")[0]


def _place(item: pytest.Item, size: int) -> tuple[bool, bool, int]:
    """The slow ones shuffled, that those who wait run beside those who reckon; then the groups, the large ones first."""
    is_slow = bool(item.get_closest_marker("slow"))
    return bool(item.get_closest_marker(_QUIET)), not is_slow, crc32(item.nodeid.encode()) if is_slow else -size


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, object, object]:
    turnstile = item.config.stash.get(_TURNSTILE, None)
    if turnstile is None:
        return (yield)
    is_quiet, goes_on = (bool(each and each.get_closest_marker(_QUIET)) for each in (item, nextitem))
    turnstile.enter(alone=is_quiet)
    try:
        return (yield)
    finally:
        if not (is_quiet and goes_on):
            turnstile.leave()


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["said"] = session.config.stash.get(SAID, [])
