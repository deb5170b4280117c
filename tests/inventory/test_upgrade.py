"""An inventory of an older netinv is upgraded in place, once a copy of it is safe; and only read, it stays what it was."""

import shutil
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from netinv.errors import StoreError
from netinv.inventory import sqlite
from netinv.inventory.rows import microseconds, pack, traffic_row
from netinv.inventory.schema import APPLICATION, STEPS, VERSION
from netinv.inventory.store import open_inventory
from netinv.model import Traffic
from tests.inventory.scans import TV, at, heard, scan

MOMENT = microseconds(at(0))


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """An inventory of the first netinv."""
    return as_first_written(tmp_path / "i.db")


def as_first_written(path: Path) -> Path:
    """As the first netinv wrote it: one scan that saw a television."""
    with closing(sqlite3.connect(path)) as file, file:
        for statement in STEPS[0]:
            file.execute(statement)
        file.execute(f"PRAGMA application_id = {APPLICATION}")
        file.execute("PRAGMA user_version = 1")
        file.execute("INSERT INTO networks VALUES (1, '10.0.0.0/24', '')")
        scanned = (
            1,
            "s1",
            "local",
            1,
            MOMENT,
            MOMENT,
            "10.0.0.0/24",
            "arp",
            254,
            0,
            1,
            1,
            traffic_row(Traffic()),
            "[]",
            pack([1]),
        )
        file.execute(f"INSERT INTO scans VALUES ({', '.join('?' * len(scanned))})", scanned)
        file.execute("INSERT INTO devices VALUES (1, 'dc15a332e4a', 1, ?, ?, 1, 1)", (MOMENT, MOMENT))
        file.execute("INSERT INTO clues VALUES ('mac', ?, 1)", (TV,))
        for key, value in (("mac", TV), ("dns.ptr", "tv.lan")):
            row = (1, 1, "10.0.0.20", key, value, "arp", MOMENT, MOMENT, 1, 1)
            file.execute(
                "INSERT INTO evidence (device, network, address, key, value, probe, first_seen, last_seen, first_scan, last_scan)"
                f" VALUES ({', '.join('?' * len(row))})",
                row,
            )
        unknown = '["unknown","unknown",null,null,null,0.0,[],[]]'
        file.execute("INSERT INTO opinions VALUES (1, 'old', ?, 'tv', '[[\"tv.lan\",\"dns.ptr\"]]', 'Apple')", (unknown,))
    return path


def version(path: Path) -> int:
    with closing(sqlite3.connect(path)) as file:
        found: int = file.execute("PRAGMA user_version").fetchone()[0]
        return found


def test_it_is_upgraded_in_place_and_copied_before(old: Path) -> None:
    before = old.read_bytes()
    with open_inventory(old) as store:
        later = store.record(scan(heard("10.0.0.20", TV, dns_ptr="tv.lan"), hours=1)).scan
        assert [(d.id, d.first_seen, d.is_new) for d in later.devices] == [("dc15a332e4a", at(0), False)]
        assert store.find("tv").mac == TV
        assert store.check() == ()
    assert version(old) == VERSION
    copy = old.with_name("i.db.schema1")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert sorted(old.parent.iterdir()) == [old, copy]
    shutil.copy(copy, old)
    assert version(old) == 1
    with open_inventory(old, read_only=True) as store:
        assert [d.id for d in store.devices()] == ["dc15a332e4a"]
    assert len(copy.read_bytes()) == len(before)


def test_only_read_it_stays_what_it_was(old: Path) -> None:
    before = old.read_bytes()
    with open_inventory(old, read_only=True) as store:
        assert [(d.name, d.network) for d in store.devices()] == [("tv", "10.0.0.0/24")]
        assert [s.found for s in store.scans()] == [1]
    assert old.read_bytes() == before
    assert list(old.parent.iterdir()) == [old]


def test_a_copy_that_is_there_is_kept(old: Path) -> None:
    old.with_name("i.db.schema1").write_text("precious")
    open_inventory(old).close()
    assert old.with_name("i.db.schema1").read_text() == "precious"
    assert version(old.with_name("i.db.schema1.2")) == 1


def test_what_cannot_be_copied_is_not_upgraded(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    before = old.read_bytes()
    monkeypatch.setattr(sqlite, "make_private", lambda path: None if path == old else full())
    with pytest.raises(StoreError) as caught:
        open_inventory(old)
    assert "No space left" in caught.value.message
    assert old.read_bytes() == before


def test_an_upgrade_that_fails_leaves_it_as_it_was(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = old.read_bytes()
    monkeypatch.setattr(sqlite, "STEPS", (STEPS[0], (*STEPS[1][:9], "CREATE TABLE devices (x)")))
    with pytest.raises(StoreError):
        open_inventory(old)
    assert old.read_bytes() == before
    monkeypatch.undo()
    open_inventory(old).close()
    assert version(old) == VERSION


def test_a_new_inventory_and_an_upgraded_one_have_the_same_tables(old: Path, tmp_path: Path) -> None:
    open_inventory(old).close()
    open_inventory(tmp_path / "new.db").close()
    schemas = []
    for path in (old, tmp_path / "new.db"):
        with closing(sqlite3.connect(path)) as file:
            schemas.append(file.execute("SELECT type, name, sql FROM sqlite_schema ORDER BY name").fetchall())
    assert schemas[0] == schemas[1]
