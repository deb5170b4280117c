"""`netinv store`: the inventory's file looked after."""

import stat
from pathlib import Path

import pytest

from netinv.cli.app import run


@pytest.fixture(autouse=True)
def named(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETINV_STORE", str(store))


def test_a_whole_inventory_is_said_to_be_whole_and_a_damaged_one_is_not(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["store", "check"]) == 0
    assert "is whole" in capsys.readouterr().err
    content = store.read_bytes()
    store.write_bytes(content[:8192] + b"\xff" * 4096 + content[12288:])
    assert run(["store", "check"]) == 5


def test_it_is_copied_privately_and_never_over_something(store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy = tmp_path / "copy.db"
    assert run(["store", "copy", str(copy)]) == 0
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    capsys.readouterr()
    assert run(["list", "--csv", "--store", str(copy)]) == 0
    listed = capsys.readouterr().out
    assert run(["list", "--csv"]) == 0
    assert capsys.readouterr().out == listed
    assert run(["store", "copy", str(copy)]) == 5
    assert "there already" in capsys.readouterr().err
    assert run(["store", "copy", str(tmp_path / "no" / "\0")]) == 5


def test_pruning_says_what_it_would_do_and_does_it(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["store", "prune", "--keep", "1d", "--dry-run"]) == 0
    assert capsys.readouterr().err == "0 scans, 2 changes, 0 facts, 2 devices would be forgotten\n"
    assert run(["store", "prune", "--keep", "1d"]) == 0
    assert run(["store", "vacuum"]) == 0
    assert "KiB now" in capsys.readouterr().err
    assert run(["store", "prune", "--keep", "whenever"]) == 2
