"""What an inventory is, and opening one by its path or URL."""

import os
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Protocol, Self

from netinv.errors import StoreError
from netinv.inventory.place import default_path
from netinv.model import Change, Device, Problem, Scan, Traffic
from netinv.text import clean

PATIENCE = 5.0
"""Seconds to wait while another program writes."""


class Recorded(NamedTuple):
    """A scan that is saved."""

    scan: Scan
    """Its devices as the inventory now knows them: with their first id, and what earlier scans of this network told of them."""
    changes: tuple[Change, ...]
    """What is not as it was known before; what is merely missing is no change."""


@dataclass(frozen=True, slots=True)
class ScanSummary:
    """A saved scan without its devices."""

    id: str
    sensor: str
    network: str
    """The networks on the sensor's link: `10.0.0.0/24`."""
    started: datetime
    finished: datetime
    targets: str
    method: str
    asked: int
    found: int
    """How many devices."""
    new: int
    """How many of them no scan had seen before."""
    is_partial: bool
    traffic: Traffic
    problems: tuple[Problem, ...]


class Inventory(Protocol):
    """The devices of all scans. A method that cannot read or write the store raises StoreError, and has then changed nothing."""

    @property
    def where(self) -> str:
        """The path or URL, without secrets."""

    def record(self, scan: Scan) -> Recorded:
        """Save a scan, all of it or nothing; one that is saved already is not saved again, and changes nothing."""

    def recognise(self, device: Device) -> Device:
        """The device with the id, `first_seen` and `is_new` the inventory has for it; nothing is saved."""

    def devices(self) -> tuple[Device, ...]:
        """Every device as today's rules see it, by address; new are those first seen in the latest scan of their network."""

    def find(self, reference: str) -> Device:
        """The one device meant by its id or three digits of it, name, address or MAC; DeviceError if none or several are."""

    def scans(self, limit: int | None = None) -> tuple[ScanSummary, ...]:
        """The latest scans, latest first."""

    def seen_in(self, scan_id: str) -> frozenset[str]:
        """The ids of the devices a scan saw; StoreError if there is no such scan."""

    def check(self) -> tuple[str, ...]:
        """What is damaged, in the store's own words; reads all of it."""

    def close(self) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...


def open_inventory(where: str | Path | None = None, *, read_only: bool = False, timeout: float = PATIENCE) -> Inventory:
    """The inventory at a path or `sqlite:///path`; by default at `NETINV_STORE`, else at `default_path()`.

    One that does not exist is made, private to its user; to open it `read_only` is a StoreError. `timeout` is how many seconds
    to wait for another program that is writing.
    """
    from netinv.inventory.sqlite import SQLiteInventory  # one kind of store is opened, and only its driver loaded

    return SQLiteInventory(_path(where or os.environ.get("NETINV_STORE") or default_path()), read_only=read_only, timeout=timeout)


# `pathlib.Path` makes one slash of two; and a URL may hold a password, so errors name its scheme only.
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):/")


def _path(where: str | Path) -> Path:
    text = str(where)
    if url := _URL.match(text):
        if url[1].lower() != "sqlite":
            raise StoreError(
                f"an inventory in {url[1].lower()} is not supported yet",
                hint="name a file: --store PATH or --store sqlite:///PATH",
            )
        text = "/" + text[url.end() :].lstrip("/")
    if "\0" in text:
        raise StoreError("a path holds no null character", hint="name the inventory's file with --store")
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError as error:
        raise StoreError(f"there is no such home directory: {clean(text)}", hint="write the path in full") from error
