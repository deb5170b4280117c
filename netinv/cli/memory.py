"""The inventory as a scan needs it: opened late, and where it fails the result of the scan is printed all the same."""

from dataclasses import replace

from netinv.cli.presence import looks
from netinv.errors import StoreError
from netinv.formats import Look
from netinv.inventory.devices import renamed
from netinv.inventory.store import Inventory, open_inventory
from netinv.model import Device, Scan


class Memory:
    """What is known already, and what shall be known from now on."""

    def __init__(self, where: str | None, *, read_only: bool) -> None:
        self.error: StoreError | None = None
        """Why nothing is remembered; always None where nothing is to be saved."""
        self._where = where
        self._read_only = read_only
        self._inventory: Inventory | None = None
        self._is_tried = False

    def recognise(self, device: Device) -> Device:
        """The device as it is known already."""
        inventory = self._open()
        try:
            return inventory.recognise(device) if inventory else device
        except StoreError as error:
            self._give_up(error)
            return device

    def record(self, scan: Scan) -> Scan:
        """Save the scan, unless nothing is to be saved; its devices as they are known now."""
        inventory = self._open()
        if not inventory or self._read_only:
            devices = tuple(map(self.recognise, scan.devices))
            ids = {found.id: known.id for found, known in zip(scan.devices, devices, strict=True)}
            return replace(scan, devices=devices, findings=renamed(scan.findings, ids))
        try:
            return inventory.record(scan).scan
        except StoreError as error:
            self._give_up(error)
            return scan

    def looks(self) -> tuple[Look, ...]:
        """Who was seen in the latest scans; none where the store cannot tell."""
        inventory = self._open()
        try:
            return looks(inventory) if inventory else ()
        except StoreError as error:
            self._give_up(error)
            return ()

    def close(self) -> None:
        """Let go of the store."""
        if self._inventory:
            self._inventory.close()

    def _open(self) -> Inventory | None:
        if not self._is_tried:
            self._is_tried = True
            try:
                self._inventory = open_inventory(self._where, read_only=self._read_only)
            except StoreError as error:
                self._give_up(error)
        return self._inventory

    def _give_up(self, error: StoreError) -> None:
        self.close()
        self._inventory = None
        if not self._read_only:
            self.error = StoreError(f"the scan is not saved: {error.message}", hint=error.hint)
