"""The inventory as a watch needs it: where it cannot be written, the watch goes on, and tells what it saved late."""

import sqlite3
from pathlib import Path

import pytest

from netinv.errors import StoreError
from netinv.inventory.store import open_inventory
from netinv.watch import ledger as room
from netinv.watch.ledger import WAITING, Ledger, as_heard
from tests.inventory.scans import PHONE, ROUTER, TV, at, heard, scan

ROUTERS, TVS, PHONES = heard("10.0.0.1", ROUTER), heard("10.0.0.2", TV), heard("10.0.0.3", PHONE)


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def kept(tmp_path: Path, said: list[str], monkeypatch: pytest.MonkeyPatch) -> Ledger:
    monkeypatch.setattr(room, "open_inventory", lambda where: open_inventory(where, timeout=0.01))
    return Ledger(str(tmp_path / "inventory.db"), said.append)


def test_what_cannot_be_saved_is_told_once_and_saved_later_in_its_order(kept: Ledger, said: list[str], tmp_path: Path) -> None:
    kept.record(scan(ROUTERS))
    other = sqlite3.connect(tmp_path / "inventory.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    assert kept.record(scan(ROUTERS, TVS, hours=1)) == []
    assert kept.record(scan(ROUTERS, TVS, PHONES, hours=2)) == []
    assert kept.is_failing
    assert len([s for s in said if s.startswith("not saved yet")]) == 1
    other.execute("ROLLBACK")
    other.close()
    events = kept.retry()
    assert [(e.kind, e.device.ip) for e in events if e.device] == [("new", "10.0.0.2"), ("new", "10.0.0.3")]
    with open_inventory(tmp_path / "inventory.db") as inventory:
        assert len(inventory.scans()) == 3


def test_what_waits_has_a_bound_and_what_is_dropped_is_told(kept: Ledger, said: list[str], tmp_path: Path) -> None:
    kept.record(scan(ROUTERS))
    other = sqlite3.connect(tmp_path / "inventory.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    for n in range(WAITING + 3):
        kept.record(scan(ROUTERS, TVS, hours=n + 1))
    other.execute("ROLLBACK")
    other.close()
    assert len([s for s in said if "dropped" in s]) == 3
    assert [e.kind for e in kept.retry()] == ["new"]


def test_an_inventory_that_cannot_be_opened_at_all_ends_the_watch_before_it_begins(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        Ledger(str(tmp_path), print).open()


def test_who_is_heard_between_two_sweeps_makes_nobody_else_unasked(kept: Ledger) -> None:
    kept.record(scan(ROUTERS, TVS))
    (event,) = kept.record(as_heard(scan(PHONES, hours=1), scan(PHONES, hours=1).devices, id="heard", since=at(0)))
    assert event.kind == "new"
    assert [d.presence for d in kept.devices] == ["here"] * 3
    kept.record(scan(ROUTERS, hours=2))
    assert [d.presence for d in kept.devices] == ["here", "asleep", "asleep"]


def test_who_is_gone_is_not_familiar(kept: Ledger) -> None:
    for n in range(25):
        kept.record(scan(ROUTERS, TVS, hours=n))
    assert kept.familiar == {ROUTER, TV}
    for n in range(25, 28):
        kept.record(scan(ROUTERS, hours=n))
    assert kept.familiar == {ROUTER}
