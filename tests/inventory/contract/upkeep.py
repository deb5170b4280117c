"""What is long past is forgotten, and copies are whole."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from netinv.inventory.base import Inventory
from netinv.inventory.store import open_inventory
from netinv.model import Annotations
from tests.inventory.contract.stored import HOUSE, Stored, by_mac
from tests.inventory.scans import PHONE, ROUTER, TV, at, heard, scan


class Upkeep(Stored):
    # -- upkeep

    def test_what_is_long_past_is_forgotten_and_the_rest_is_not(self, store: Inventory) -> None:
        store.record(scan(*HOUSE))
        store.record(scan(HOUSE[0], heard("10.0.0.20", TV, dns_ptr="film.lan"), hours=1000))
        store.annotate({by_mac(store.devices(), PHONE).id: Annotations(owner="Anna")})
        old = heard("10.0.0.50", "3c:22:fb:00:00:50")
        store.record(scan(old, hours=2, name="late"))
        assert store.prune(at(500), dry_run=True) == store.prune(at(500)) == (1, 4, 1, 1)
        assert store.prune(at(500)) == (0, 0, 0, 0)
        assert {d.mac for d in store.devices()} == {ROUTER, TV, PHONE}
        assert [s.id for s in store.scans()] == ["late", "scan-1000"], "the last of a network is kept"
        assert all(c.at > at(500) for c in store.history())
        assert store.undo() == f"owner of 10.0.0.30 ({by_mac(store.devices(), PHONE).id}) set", "he did it since"
        again = store.record(scan(*HOUSE, hours=1001)).scan
        assert not any(d.is_new for d in again.devices)
        assert store.check() == ()
        before, after = store.vacuum()
        assert after <= before

    def test_what_was_done_before_or_to_the_forgotten_is_not_undone_and_the_rest_is(self, store: Inventory) -> None:
        now = datetime.now(UTC)
        hours = (now - at(0)).total_seconds() / 3600
        cams = [heard(f"10.0.0.{n}", f"3c:22:fb:00:01:{n}", hours=hours, tcp_80="open") for n in (41, 42)]
        store.record(scan(*HOUSE, heard("10.0.0.50", "3c:22:fb:00:00:50")))
        store.record(scan(*HOUSE, *cams, hours=hours))
        old = next(d for d in store.devices() if "10.0.0.50" in d.addresses)
        one, other = (next(d for d in store.devices() if d.ip == ip) for ip in ("10.0.0.41", "10.0.0.42"))
        store.annotate({one.id: Annotations(owner="Anna")})
        store.merge(one.id, other.id)
        shown = store.devices()
        store.split(one.id, ["10.0.0.42"])
        store.annotate({old.id: Annotations(owner="Ben")})
        store.annotate({old.id: Annotations()})
        assert store.prune(at(hours - 48)).devices == 1
        assert [bool(store.undo()) for _ in range(3)] == [True] * 3
        assert store.devices() == tuple(d for d in shown if d.id != old.id)
        store.split(one.id, ["10.0.0.42"])
        assert store.undo()
        assert store.undo()
        assert {d.id for d in store.devices()} >= {one.id, other.id}
        assert store.find(one.id).annotations.owner == "Anna"
        store.prune(now + timedelta(minutes=1))
        assert store.undo() is None, "all that was done by then"
        assert store.check() == ()

    def test_a_merge_with_whom_is_forgotten_is_not_undone_nor_what_was_done_before_it(self, store: Inventory) -> None:
        store.record(scan(*HOUSE, heard("10.0.0.50", "3c:22:fb:00:00:50"), heard("10.0.0.51", "3c:22:fb:00:00:51")))
        store.record(scan(*HOUSE, hours=1000))
        one, other = (next(d for d in store.devices() if d.ip == ip) for ip in ("10.0.0.50", "10.0.0.51"))
        store.annotate({by_mac(store.devices(), TV).id: Annotations(owner="Anna")})
        store.merge(one.id, other.id)
        store.annotate({by_mac(store.devices(), PHONE).id: Annotations(owner="Ben")})
        assert store.prune(at(500)).devices == 1
        assert "owner of 10.0.0.30" in (store.undo() or "")
        assert store.undo() is None

    def test_a_copy_is_whole_and_another_inventory(self, store: Inventory, tmp_path: Path) -> None:
        store.record(scan(*HOUSE))
        store.copy_to(tmp_path / "copy.db")
        with open_inventory(tmp_path / "copy.db") as copy:
            assert copy.devices() == store.devices()
            copy.record(scan(*HOUSE, hours=1))
        assert len(store.scans()) == 1
