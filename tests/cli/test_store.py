"""`netinv store`: the inventory's file looked after."""

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from netinv.cli.app import run
from netinv.lab.memory import MemoryNetwork


@pytest.fixture(autouse=True)
def named(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETINV_STORE", str(store))


def test_a_whole_inventory_is_said_to_be_whole_and_a_damaged_one_is_not(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["store", "check"]) == 0
    assert "is whole" in capsys.readouterr().err
    content = store.read_bytes()
    store.write_bytes(content[:8192] + b"\xff" * 4096 + content[12288:])
    assert run(["store", "check"]) == 5


def test_a_check_says_what_is_there_and_what_to_do_where_something_is_not(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["store", "check"]) == 0
    assert capsys.readouterr().err == f"{store} is whole: 2 devices, 1 scan\n"
    (empty := tmp_path / "empty.db").touch()
    assert run(["store", "check", "--store", str(empty)]) == 0
    assert "nothing is in it yet" in capsys.readouterr().err
    with closing(sqlite3.connect(store)) as file, file:
        file.execute("UPDATE opinions SET verdict = '['")
    assert run(["store", "check"]) == 5
    said = capsys.readouterr()
    assert said.out == "devices cannot be read: text that should be JSON\n"
    assert f"error: the inventory {store} is damaged\nhint: it was left as it is; bring back a copy" in said.err


def test_an_index_that_is_not_whole_is_mended(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    index = "name = 'events_of_scan'"
    with closing(sqlite3.connect(store)) as file, file:
        [row] = file.execute(f"SELECT * FROM sqlite_schema WHERE {index}").fetchall()
        file.execute("PRAGMA writable_schema = ON")
        file.execute(f"DELETE FROM sqlite_schema WHERE {index}")
    with closing(sqlite3.connect(store)) as file, file:
        file.execute("INSERT INTO events (scan, at, device, field, told_by) SELECT scan, at, device, field, told_by FROM events")
        file.execute("PRAGMA writable_schema = ON")
        file.execute("INSERT INTO sqlite_schema VALUES (?, ?, ?, ?, ?)", row)
    assert run(["store", "check"]) == 5
    said = capsys.readouterr()
    assert "missing from index events_of_scan" in said.out
    assert "hint: all that was saved is there: `netinv store vacuum`" in said.err
    assert run(["store", "vacuum"]) == 0
    assert run(["store", "check"]) == 0


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


def test_a_damaged_inventory_is_answered_with_where_its_copies_lie(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store.with_name(f"{store.name}.schema4").write_bytes(store.read_bytes())
    store.with_name(f"{store.name}.schema5.part").write_bytes(b"half")
    store.write_bytes(store.read_bytes()[:-100])
    for words in (["list"], ["store", "check"], ["set", "10.0.0.5", "--owner", "Anna"], ["store", "vacuum"]):
        assert run(words) == 5
        said = capsys.readouterr().err
        assert "is damaged" in said
        assert f"`netinv store copy` makes them, such as was made before an upgrade: {store}.schema4; or move it away" in said
        assert ".part" not in said
        assert "--no-save" not in said
    assert run(["scan", "-q"], network=MemoryNetwork()) == 5
    assert "the scan is not saved: " in (said := capsys.readouterr().err)
    assert said.rstrip().endswith("; or scan with --no-save")
