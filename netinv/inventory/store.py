"""Opening an inventory by its path or URL."""

from pathlib import Path

from netinv.inventory.base import Inventory
from netinv.inventory.opening import open_database
from netinv.inventory.relational import RelationalInventory


def open_inventory(where: str | Path | None = None, *, read_only: bool = False, timeout: float | None = None) -> Inventory:
    """The inventory at a path, `sqlite:///path` or `postgresql://...`; by default at `NETINV_STORE`, else at `default_path()`.

    One that does not exist is made, a file private to its user; to open it `read_only` is a StoreError. `timeout` is how many
    seconds to wait for another program that is writing, and while saving a scan for a server that went away; without one, as
    long as the kind of store is worth.
    """
    return RelationalInventory(open_database(where, read_only=read_only, timeout=timeout))
