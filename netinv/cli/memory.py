"""The inventory as a scan needs it: opened late, and where it fails the result of the scan is printed all the same."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from netinv.cli.presence import looks
from netinv.errors import NetinvError, StoreError
from netinv.formats import Look
from netinv.inventory.base import Inventory
from netinv.inventory.database import Passing
from netinv.inventory.devices import renamed
from netinv.inventory.opening import path_of, server_url
from netinv.inventory.place import default_path
from netinv.inventory.retrying import persistently
from netinv.inventory.store import open_inventory
from netinv.model import MAC, Device, Scan
from netinv.privileges import as_caller

PATIENCE = 30.0
"""Seconds to go on trying to save a scan, such as while a server restarts."""
HASTE = 1.0
"""Seconds to wait for another program before the scan begins."""


class Memory:
    """What is known already, and what shall be known from now on."""

    def __init__(self, where: str | None, *, read_only: bool, otherwise: str = "scan with --no-save") -> None:
        """`otherwise` is what the user can do without it."""
        self.error: StoreError | None = None
        """Why nothing is remembered; always None where nothing is to be saved."""
        self._where = where
        self._read_only = read_only
        self._otherwise = otherwise
        self._inventory: Inventory | None = None
        self._is_tried = False
        self._reader: Inventory | None = None
        """The same where it can be read, and cannot be written to."""
        self._is_read = False
        self.is_blind = False
        """Nobody could tell who is known, though some may be."""

    def recognise(self, device: Device) -> Device:
        """The device as it is known already; of one its user parted, the part that has its first address."""
        return next((known for known in self.recognise_all((device,)) if device.ip in known.addresses), device)

    def recognise_all(self, devices: Sequence[Device]) -> tuple[Device, ...]:
        """The devices as they are known already, parted and joined as their user said; as they are where nobody can tell."""
        try:
            if inventory := self._open():
                return inventory.recognise_all(devices)
        except Passing:  # there is time until it shall be saved
            self.close()
        except StoreError as error:
            self._give_up(error)
        with suppress(StoreError):
            if inventory := self._read():
                return inventory.recognise_all(devices)
        self.is_blind = not self._is_first()
        return tuple(devices)

    def unclaimed(self, devices: Sequence[Device]) -> tuple[Device, ...]:
        """The same devices; where nobody can tell who is known, none of them is said to be new."""
        return tuple(replace(device, is_new=False) for device in devices) if self.is_blind else tuple(devices)

    def expected(self) -> tuple[Mapping[str, MAC | None], ...]:
        """Who should be there; nobody where the store cannot tell at once, which is told when there is something to save."""
        try:
            # whoever scans may be root yet; and what is opened now, no child shall have
            with as_caller(), open_inventory(self._where, read_only=True, timeout=HASTE) as inventory:
                return inventory.expected()
        except StoreError:
            return ()

    def record(self, scan: Scan) -> Scan:
        """Save the scan, unless nothing is to be saved; its devices as they are known now."""
        if not self._read_only and not self.error:
            try:
                return persistently(lambda _: self._opened().record(scan), PATIENCE).scan
            except StoreError as error:
                self._give_up(error)
        devices = self.recognise_all(scan.devices)
        whose = {clue: known.id for known in devices for clue in (*known.addresses, *known.macs)}
        ids = {found.id: whose.get(found.mac or found.ip or "", found.id) for found in scan.devices}  # two may share an address
        return replace(scan, devices=devices, findings=renamed(scan.findings, ids))

    def looks(self) -> tuple[Look, ...]:
        """Who was seen in the latest scans; none where the store cannot tell."""
        inventory = self._open() or self._read()
        try:
            return looks(inventory) if inventory else ()
        except StoreError as error:
            self._give_up(error)
            return ()

    def close(self) -> None:
        """Let go of the store."""
        for inventory in (self._inventory, self._reader):
            if inventory:
                inventory.close()
        self._inventory = self._reader = None

    def _open(self) -> Inventory | None:
        if not self._is_tried:
            self._is_tried = True
            try:
                return self._opened()
            except Passing:  # tried again when there is something to save
                return None
            except StoreError as error:
                self._give_up(error)
        return self._inventory

    def _opened(self) -> Inventory:
        if self._inventory is None:
            self._inventory = open_inventory(self._where, read_only=self._read_only)
        return self._inventory

    def _read(self) -> Inventory | None:
        """The inventory, where it can be read at once though not written to."""
        if not self._is_read and not self._read_only:
            self._is_read = True
            with suppress(StoreError):
                self._reader = open_inventory(self._where, read_only=True, timeout=HASTE)
        return self._reader

    def _is_first(self) -> bool:
        """Whether there is no inventory yet, so that nobody is known."""
        try:
            place = self._where or default_path()
            return not server_url(place) and not path_of(place).exists()
        except (NetinvError, OSError):
            return False

    def _give_up(self, error: StoreError) -> None:
        self.close()
        if not self._read_only:
            hint = "; or ".join(filter(None, (error.hint, self._otherwise)))
            self.error = StoreError(f"the scan is not saved: {error.message}", hint=hint)
