"""What an inventory is."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, Protocol, Self

from netinv.model import MAC, Annotations, Change, Device, Finding, Problem, Scan, Traffic

if TYPE_CHECKING:
    from netinv.inventory.comparing import Comparison
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

    def expected(self) -> tuple[Mapping[str, MAC | None], ...]:
        """Who should be there, for each network: IPv4 addresses of devices that are not gone, with the MAC of who has but one.

        Those heard last come first.
        """

    def find(self, reference: str) -> Device:
        """The one device meant by its id or three digits of it, name, address or MAC; DeviceError if none or several are.

        An id in full, an address or a MAC means whose it is, whatever anybody is called; then comes what the user calls a device,
        then what it calls itself, then the beginning of an id.
        """

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

    def merge(self, one: str, *others: str) -> Change:
        """Make devices, by their ids, one: that which was known first, shown by the name of `one`; the last of what changed.

        UsageError if two of them are one already; nothing is merged then.
        """

    def split(self, device: str, words: Collection[str], *, keeping: str | None = None) -> Change:
        """Part these MAC and IP addresses of a device from it: what was heard of them is another's, and stays so.

        All of a MAC goes, whichever address of it was named, unless the device keeps one of its addresses: `keeping`, an address
        or a MAC, by default its first address; or one that the user gave it by an earlier split. Then the address goes alone.
        UsageError for what is none of its addresses, and where nothing would be left.
        """

    def undo(self) -> str | None:
        """Take back the last thing the user did that was not taken back yet; what it was, or None where there is nothing."""

    def prune(self, before: datetime, *, dry_run: bool = False) -> "Pruned":
        """Forget the scans, changes and former facts that were over by then, and the devices not seen since.

        The last scan of each network is kept, and whatever the user has said something of. What he did before then can no longer
        be undone, nor what he did to devices that are forgotten, or earlier.
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
