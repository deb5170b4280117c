"""Kills and errors at calls to the system, full disks, locks and damage cost nothing that was saved; see injuries.py for all."""

import shutil
from pathlib import Path

import pytest

from tests.inventory.injuries import WORK, Row, at_each_call, can_mount, full_disks, refusals

pytestmark = pytest.mark.slow


def assert_whole(row: Row) -> None:
    assert row.tries, row
    assert row.whole == row.tries, row


@pytest.mark.skipif(not shutil.which("strace"), reason="needs strace")
@pytest.mark.parametrize("injury", ["signal=KILL", "error=EIO"])
@pytest.mark.parametrize("work", WORK)
def test_work_killed_or_failing_at_a_call_to_the_system_is_done_or_not_begun(tmp_path: Path, work: str, injury: str) -> None:
    assert_whole(at_each_call(tmp_path, work, injury, every=50))


@pytest.mark.skipif(not can_mount(), reason="needs mount namespaces")
def test_a_full_disk_costs_the_scan_and_its_result_is_printed_with_cause_and_hint(tmp_path: Path) -> None:
    for row in full_disks(tmp_path, (0, 16)):
        assert_whole(row)


@pytest.mark.skipif(not can_mount(), reason="needs mount namespaces")
def test_what_may_not_be_written_is_left_as_it_is_and_the_result_is_printed(tmp_path: Path) -> None:
    told = [row for row in refusals(tmp_path) if not assert_whole(row)]  # type: ignore[func-returns-value]
    assert len({row.says for row in told}) >= 6, "each says what it is"
