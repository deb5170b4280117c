"""What an inventory is, and opening one by its path or URL."""

import os
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, Protocol, Self

from netinv.errors import StoreError
from netinv.inventory.place import default_path
from netinv.model import Annotations, Change, Device, Finding, Problem, Scan, Traffic
from netinv.text import clean

if TYPE_CHECKING:
    from netinv.inventory.comparing import Comparison
    from netinv.inventory.database import Database
    from netinv.inventory.sites import SiteSummary
    from netinv.inventory.upkeep import Pruned


class Recorded(NamedTuple):
    """A scan that is saved."""

    scan: Scan
    """Its devices as the inventory now knows them: with their first id, and what earlier scans of this network told of them."""
    changes: tuple[Change, ...]
    """What is not as it was known before; who is merely silent is no change until it counts as gone."""


@dataclass(frozen=True, slots=True)
class ScanSummary:
    """A saved scan without its devices."""

    id: str
    sensor: str
    network: str
    """The networks on the sensor's link: `10.0.0.0/24`."""
    site: str
    """What that network is called: by its user, else as `network`."""
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
    findings: tuple[Finding, ...] = ()


class Inventory(Protocol):
    """The devices of all scans. A method that cannot read or write the store raises StoreError, and has then changed nothing."""

    @property
    def where(self) -> str:
        """The path or URL, without secrets."""

    def record(self, scan: Scan) -> Recorded:
        """Save a scan, all of it or nothing; one that is saved already is not saved again, and changes nothing."""

    def recognise(self, device: Device) -> Device:
        """The device with the id, `first_seen` and `is_new` the inventory has for it, and what its user says; nothing is saved.

        Of one that its user parted it is the part that has its first address.
        """

    def recognise_all(self, devices: Sequence[Device]) -> tuple[Device, ...]:
        """The devices of a scan as `recognise` has each, by address: parted and joined as the user did with them before."""

    def devices(self, *, network: str | None = None, brief: bool = False) -> tuple[Device, ...]:
        """Every device as today's rules see it, by address; new are those first seen since the latest scan that asked began.

        `network` is one by name, prefix or gateway, as in every method; UsageError if there is none or several. `brief` ones come
        much faster: without what else they might be, who told which detail, and their evidence, but for `local.self`.
        """

    def find(self, reference: str) -> Device:
        """The one device meant by its id or three digits of it, name, address or MAC; DeviceError if none or several are."""

    def scans(self, limit: int | None = None, *, network: str | None = None) -> tuple[ScanSummary, ...]:
        """The latest scans, latest first."""

    def networks(self) -> "tuple[SiteSummary, ...]":
        """The networks that were scanned, the latest first."""

    def name_network(self, network: str, name: str) -> None:
        """Call a network by a name; none is its prefix again. UsageError where another has it."""

    def history(
        self, device: str | None = None, *, since: datetime | None = None, network: str | None = None, limit: int | None = None
    ) -> tuple[Change, ...]:
        """What changed, of all devices or of that with this id; the latest `limit` changes, latest first."""

    def compare(self, before: str, after: str) -> "Comparison":
        """What is different between two scans of one network, by their ids, the earlier first."""

    def attendance(self, device: str) -> tuple[int, int]:
        """In how many scans the device with this id was seen, and how many there were of its network since the first of them."""

    def seen_in(self, scan_id: str) -> frozenset[str]:
        """The ids of the devices a scan saw; StoreError if there is no such scan."""

    def seen_in_each(self, scan_ids: Sequence[str]) -> tuple[frozenset[str], ...]:
        """The same of several scans, as they stood at one moment."""

    def annotate(self, said: Mapping[str, Annotations]) -> tuple[Change, ...]:
        """Keep what the user now says of devices, by id, in place of what he said before; all of it or nothing.

        DeviceError for an id nobody has, UsageError for what cannot be said.
        """

    def merge(self, one: str, other: str) -> Change:
        """Make two devices, by their ids, one: that which was known first. UsageError if they are one already."""

    def split(self, device: str, words: Collection[str]) -> Change:
        """Part these MAC and IP addresses of a device from it: what was heard of them is another's, and stays so.

        UsageError for what is none of its addresses, and where nothing would be left.
        """

    def undo(self) -> str | None:
        """Take back the last thing the user did that was not taken back yet; what it was, or None where there is nothing."""

    def prune(self, before: datetime, *, dry_run: bool = False) -> "Pruned":
        """Forget the scans, changes and former facts that were over by then, and the devices not seen since.

        The last scan of each network is kept, and whatever the user has said something of. What he did can no longer be undone.
        """

    def vacuum(self) -> tuple[int, int]:
        """Give back the room of what was forgotten; bytes before and after."""

    def copy_to(self, place: str | Path) -> None:
        """A copy, whole and exact, where nothing is yet: in a private file, or on a server."""

    def check(self) -> tuple[str, ...]:
        """What is damaged, in the store's own words; reads all of it."""

    def close(self) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...


def open_inventory(where: str | Path | None = None, *, read_only: bool = False, timeout: float | None = None) -> Inventory:
    """The inventory at a path, `sqlite:///path` or `postgresql://...`; by default at `NETINV_STORE`, else at `default_path()`.

    One that does not exist is made, a file private to its user; to open it `read_only` is a StoreError. `timeout` is how many
    seconds to wait for another program that is writing, and while saving a scan for a server that went away; without one, as
    long as the kind of store is worth.
    """
    from netinv.inventory.relational import RelationalInventory

    return RelationalInventory(open_database(where, read_only=read_only, timeout=timeout))


def open_database(where: str | Path | None = None, *, read_only: bool = False, timeout: float | None = None) -> "Database":
    """What keeps that inventory; as `open_inventory`, whose callers need not know it."""
    place = where or os.environ.get("NETINV_STORE") or default_path()
    # one kind of store is opened, and only its driver loaded
    if url := server_url(place):
        try:
            from netinv.inventory.postgresql import PostgreSQL
        except ImportError as error:
            missing = f"an inventory in PostgreSQL needs psycopg: {clean(str(error), 120)}"
            raise StoreError(missing, hint="pip install 'netinv[postgresql]'") from error

        return PostgreSQL(url, read_only=read_only, timeout=timeout)
    from netinv.inventory.sqlite import SQLite

    return SQLite(path_of(place), read_only=read_only, timeout=timeout)


# `pathlib.Path` makes one slash of two; and a URL may hold a password, so errors name its scheme only.
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):/")
_SERVERS = ("postgresql", "postgres")


def server_url(where: str | Path) -> str | None:
    """The URL of an inventory that a server keeps; None for a file's."""
    text = str(where)
    url = _URL.match(text)
    if not url or url[1].lower() not in _SERVERS:
        return None
    rest = text[url.end() :]
    return f"postgresql:/{rest}" if isinstance(where, str) and rest.startswith("/") else f"postgresql://{rest}"


def path_of(where: str | Path) -> Path:
    """The file that a path or `sqlite:///path` names; StoreError where it can be none."""
    text = str(where)
    if url := _URL.match(text):
        if url[1].lower() != "sqlite":
            raise StoreError(
                f"an inventory in {url[1].lower()} is not supported",
                hint="name a file or a server: --store PATH or --store postgresql://HOST/DATABASE",
            )
        text = "/" + text[url.end() :].lstrip("/")
    if "\0" in text:
        raise StoreError("a path holds no null character", hint="name the inventory's file with --store")
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError as error:
        raise StoreError(f"there is no such home directory: {clean(text)}", hint="write the path in full") from error
