"""Who is new in a scan that cannot be saved: whom the inventory, as far as it can be read, does not know."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from netinv.cli.app import run
from netinv.lab.memory import MemoryNetwork


@pytest.fixture
def scanned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, set[bool], str]]:
    """`scanned("--jsonl")`: the exit code of such a scan, whether its devices are said to be new, and what is on stderr."""
    monkeypatch.setenv("NETINV_STORE", str(tmp_path / "i.db"))
    monkeypatch.setattr("netinv.cli.memory.PATIENCE", 0.1)
    monkeypatch.setattr("netinv.inventory.sqlite.PATIENCE", 0.1)

    def scan(*words: str) -> tuple[int, set[bool], str]:
        code = run(["scan", *(words or ("--json",))], network=MemoryNetwork())
        out, err = capsys.readouterr()
        devices: list[dict[str, Any]] = (
            [json.loads(line) for line in out.splitlines()] if "--jsonl" in words else json.loads(out)["devices"]
        )
        assert devices
        return code, {device["is_new"] for device in devices}, err

    return scan


@pytest.fixture
def locked(tmp_path: Path, scanned: object) -> Iterator[Callable[[], None]]:
    """`locked()`: from then on another program writes to the inventory, which can be read meanwhile."""
    with closing(sqlite3.connect(tmp_path / "i.db", isolation_level=None)) as other:
        yield lambda: other.execute("BEGIN IMMEDIATE") and None


def test_who_can_be_read_to_be_known_is_not_new_in_a_scan_that_is_not_saved(
    scanned: Callable[..., tuple[int, set[bool], str]], locked: Callable[[], None]
) -> None:
    assert scanned()[:2] == (0, {True})
    locked()
    code, new, said = scanned()
    assert (code, new) == (5, {False})
    assert "the scan is not saved: " in said
    assert "nobody is said to be new" not in said
    assert " new" not in said.replace("the scan is not saved", "")


@pytest.mark.parametrize("words", [("--json",), ("--jsonl",), ("--json", "--no-save")])
def test_where_nothing_can_be_read_nobody_is_said_to_be_new(
    scanned: Callable[..., tuple[int, set[bool], str]], tmp_path: Path, words: tuple[str, ...]
) -> None:
    (tmp_path / "i.db").write_bytes(b"a text of some length and no inventory" * 99)
    code, new, said = scanned(*words)
    assert (code, new) == (0 if "--no-save" in words else 5, {False})
    assert "note: nobody is said to be new, as the inventory cannot be read\n" in said


def test_where_there_is_no_inventory_yet_all_are_new(scanned: Callable[..., tuple[int, set[bool], str]]) -> None:
    assert scanned("--json", "--no-save")[:2] == (0, {True})
