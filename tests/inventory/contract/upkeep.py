"""What is long past is forgotten, and copies are whole."""

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
        assert store.undo() is None
        again = store.record(scan(*HOUSE, hours=1001)).scan
        assert not any(d.is_new for d in again.devices)
        assert store.check() == ()
        before, after = store.vacuum()
        assert after <= before

    def test_a_copy_is_whole_and_another_inventory(self, store: Inventory, tmp_path: Path) -> None:
        store.record(scan(*HOUSE))
        store.copy_to(tmp_path / "copy.db")
        with open_inventory(tmp_path / "copy.db") as copy:
            assert copy.devices() == store.devices()
            copy.record(scan(*HOUSE, hours=1))
        assert len(store.scans()) == 1
