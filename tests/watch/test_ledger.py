"""The inventory as a watch needs it: where it cannot be written, the watch goes on, and tells what it saved late."""

import sqlite3
from pathlib import Path

import pytest

from netinv.errors import StoreError
from netinv.inventory.store import open_inventory
from netinv.model import Evidence, Scan
from netinv.watch import ledger as room
from netinv.watch.ledger import WAITING, Ledger, as_heard
from tests.inventory.scans import PHONE, ROUTER, TV, at, heard, scan

ROUTERS, TVS, PHONES = heard("10.0.0.1", ROUTER), heard("10.0.0.2", TV), heard("10.0.0.3", PHONE)
OTHERS = heard("10.0.0.4", "3c:22:fb:00:00:74")


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


def test_an_inventory_whose_disk_is_gone_is_waited_for_and_not_made_anew(kept: Ledger, said: list[str], tmp_path: Path) -> None:
    kept.record(scan(ROUTERS))
    (tmp_path / "inventory.db").rename(tmp_path / "elsewhere.db")
    assert kept.record(scan(ROUTERS, TVS, hours=1)) == []
    assert kept.is_failing
    assert "is no longer there" in said[-1]
    assert not (tmp_path / "inventory.db").exists()
    (tmp_path / "elsewhere.db").rename(tmp_path / "inventory.db")
    assert [e.device.ip for e in kept.retry() if e.device] == ["10.0.0.2"]


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


@pytest.mark.parametrize("targets", ["10.0.0.1", "10.0.0.0/25", "10.0.0.0/24 except 10.0.0.2"])
def test_who_a_scan_of_a_part_did_not_ask_is_no_news_when_the_whole_is_watched(
    kept: Ledger, tmp_path: Path, targets: str, said: list[str]
) -> None:
    with open_inventory(tmp_path / "inventory.db") as inventory:
        inventory.record(scan(ROUTERS, targets=targets))
        inventory.record(scan(ROUTERS, is_partial=True, hours=1))
    assert kept.record(scan(ROUTERS, TVS, hours=2)) == []
    assert any("the first time" in line for line in said)
    assert [e.kind for e in kept.record(scan(ROUTERS, TVS, PHONES, hours=3))] == ["new"]


def test_a_part_that_is_watched_again_and_again_has_news(kept: Ledger) -> None:
    assert kept.record(scan(ROUTERS, targets="10.0.0.0/28")) == []
    assert [e.kind for e in kept.record(scan(ROUTERS, TVS, targets="10.0.0.0/28", hours=1))] == ["new"]


def test_a_network_that_was_scanned_as_a_whole_has_news_in_its_first_sweep(kept: Ledger, tmp_path: Path) -> None:
    with open_inventory(tmp_path / "inventory.db") as inventory:
        inventory.record(scan(ROUTERS))
    assert [e.kind for e in kept.record(scan(ROUTERS, TVS, targets="10.0.0.0/28", hours=1))] == ["new"]


def test_two_networks_of_one_prefix_are_each_watched_for_a_first_time(kept: Ledger) -> None:
    elsewhere = (heard("10.0.0.1", "3c:22:fb:00:00:77", route_gateway="eth0"), heard("10.0.0.8", "3c:22:fb:00:00:78"))
    assert kept.record(scan(heard("10.0.0.1", ROUTER, route_gateway="eth0"), TVS)) == []
    assert kept.record(scan(*elsewhere, hours=1)) == []


# -- only listening

JOINING = heard("10.0.0.8", "b2:5a:d7:00:00:08", dhcp_hostname="Pixel-8")


def overheard(*devices: list[Evidence], hours: float, since: float = 0) -> Scan:
    """What was heard since then, by somebody who asks nobody."""
    made = scan(*devices, hours=hours)
    return as_heard(made, made.devices, id=made.id, since=at(since))


def test_who_is_merely_heard_in_an_unknown_network_is_no_news_and_who_joins_it_is(kept: Ledger, said: list[str]) -> None:
    assert kept.record(overheard(ROUTERS, TVS, hours=0.01)) == []
    assert [e.device.name for e in kept.record(overheard(JOINING, hours=0.1)) if e.device] == ["Pixel-8"]
    assert kept.record(overheard(PHONES, hours=0.4)) == []
    assert len([line for line in said if "listened to for the first time" in line]) == 1
    assert [e.kind for e in kept.record(overheard(OTHERS, hours=0.6))] == ["new"], "after half an hour it is known who is there"


def test_who_is_heard_in_a_network_that_was_asked_before_is_news_if_nobody_knows_them(kept: Ledger, tmp_path: Path) -> None:
    with open_inventory(tmp_path / "inventory.db") as inventory:
        inventory.record(scan(ROUTERS, TVS))
    assert kept.record(overheard(ROUTERS, TVS, hours=1, since=1)) == []
    assert [e.kind for e in kept.record(overheard(PHONES, hours=1.01, since=1))] == ["new"]


def test_a_network_that_was_listened_to_long_enough_is_known_to_the_next_watch_too(
    kept: Ledger, tmp_path: Path, said: list[str]
) -> None:
    kept.record(overheard(ROUTERS, TVS, hours=0.01))
    kept.record(overheard(PHONES, hours=0.7))
    kept.record(overheard(OTHERS, hours=0.8))
    next_one = Ledger(str(tmp_path / "inventory.db"), said.append)
    assert [e.kind for e in next_one.record(overheard(JOINING, hours=5.01, since=5))] == ["new"]
    assert [e.kind for e in next_one.record(overheard(heard("10.0.0.9", "3c:22:fb:00:00:79"), hours=5.02, since=5))] == ["new"]
