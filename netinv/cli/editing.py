"""The inventory for a command that changes what is there: where there is none, it makes none."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from netinv.inventory.base import Inventory


def open_to_change(store: str | None) -> "Inventory":
    """The inventory at `store`; StoreError if there is none yet."""
    from netinv.inventory.opening import path_of, server_url
    from netinv.inventory.place import default_path
    from netinv.inventory.store import open_inventory

    place = store or default_path()
    is_there = bool(server_url(place)) or path_of(place).exists()
    return open_inventory(store, read_only=not is_there)
