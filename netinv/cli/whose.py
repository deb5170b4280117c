"""Which device a row of a spreadsheet is about: its id tells, and where a person's own sheet has none, a MAC, address or name."""

from collections import defaultdict
from collections.abc import Mapping

from netinv.errors import UsageError
from netinv.formats.sheet import TELLING, unguarded
from netinv.inventory.base import Inventory
from netinv.inventory.reference import ambiguous, as_address, as_mac, is_id
from netinv.model import Device


class Whose:
    """Knows all devices by what may stand in a cell: ten thousand rows need not be looked up in the store one by one."""

    def __init__(self, inventory: Inventory, known: Mapping[str, Device]) -> None:
        """`known` are all devices, by id."""
        self._inventory = inventory
        self._known = known
        self._called: dict[str, set[str]] = defaultdict(set)
        for device in known.values():
            for word in (*device.addresses, *device.macs, (device.name or "").casefold()):
                self._called[word].add(device.id)

    def device(self, cells: Mapping[str, str]) -> Device:
        """By the first of the columns `TELLING` that is filled in; DeviceError or UsageError where that is nobody, or several."""
        for column in TELLING:
            cell = unguarded(cells.get(column, "").strip())
            words = [cell] if column in ("id", "name") else cell.replace(";", " ").replace(",", " ").split()
            meant = {device.id: device for device in map(self._known_as, filter(None, words))}
            if len(meant) > 1:
                raise ambiguous(cell, tuple(meant.values()))
            for device in meant.values():
                return device
        raise UsageError("it does not say which device it is about", hint=f"fill in one of the columns {', '.join(TELLING)}")

    def _known_as(self, word: str) -> Device:
        if word in self._known:
            return self._known[word]
        alike = self._called.get(as_mac(word) or as_address(word) or word.casefold(), set())
        if len(alike) == 1 and not is_id(word):
            return self._known[next(iter(alike))]
        # a former id, another of its names, an address two have had; or an error that says what is wrong
        return self._known[self._inventory.find(word).id]
