"""Changes that tell of another device do so by its id, which says nothing to a person: here it becomes what it is known by."""

from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from netinv.inventory.base import Inventory
    from netinv.inventory.comparing import Comparison
    from netinv.model import Change


class Calling:
    """Knows the devices of an inventory, which is read only once a change needs it."""

    def __init__(self, inventory: "Inventory") -> None:
        self._inventory = inventory

    def told(self, changes: "Iterable[Change]") -> "tuple[Change, ...]":
        """The changes with each device that was joined or parted by its address and name, its MAC, or else its id."""
        return tuple(map(self._told, changes))

    def compared(self, found: "Comparison") -> "Comparison":
        """The same of a comparison."""
        return replace(found, differences=tuple(d._replace(changes=self.told(d.changes)) for d in found.differences))

    def _told(self, change: "Change") -> "Change":
        if change.field == "joined":
            return replace(change, before=self._names.get(change.before or "", change.before))
        if change.field == "parted":
            return replace(change, after=self._names.get(change.after or "", change.after))
        return change

    @cached_property
    def _names(self) -> dict[str, str]:
        """By id. That of a device that is another by now was made of a MAC or of an address, and these are still known."""
        from netinv.inventory.identity import device_id

        devices = self._inventory.devices(brief=True)
        words = [("address", address) for d in devices for address in d.addresses] + [("mac", m) for d in devices for m in d.macs]
        former = {device_id([(kind, word)]): word for kind, word in words}
        return former | {d.id: " ".join(filter(None, (d.ip, d.name))) or d.mac or d.id for d in devices}
