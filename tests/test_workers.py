"""The turnstile of the tests: one that measures time is alone, and soon."""

import fcntl
import os
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

from tests.workers import Turnstile


def is_shut(gate: Path) -> bool:
    """Whether somebody who wants to be alone has shut it."""
    descriptor = os.open(gate, os.O_RDWR)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def test_many_are_inside_at_once_and_who_wants_to_be_alone_is_so_before_anybody_else_comes(tmp_path: Path) -> None:
    first, second, quiet, late = (Turnstile(tmp_path) for _ in range(4))
    first.enter(alone=False)
    second.enter(alone=False)
    with ThreadPoolExecutor(2) as pool:
        alone = pool.submit(quiet.enter, alone=True)
        while not is_shut(tmp_path / "gate"):
            pass
        other = pool.submit(late.enter, alone=False)
        first.leave()
        assert wait([alone, other], 0.05).done == set(), "one is inside yet"
        second.leave()
        alone.result(10)
        quiet.enter(alone=True)  # one after the other, without letting anybody in
        assert not other.done()
        quiet.leave()
        other.result(10)
    late.leave()
    assert not is_shut(tmp_path / "gate")
