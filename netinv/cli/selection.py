"""Which devices of the inventory a command shows, and in which order."""

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING

from netinv.errors import UsageError
from netinv.formats.base import COLUMNS, Arranged
from netinv.inventory.moments import moment_meant
from netinv.model import Change, Device
from netinv.text import clean

if TYPE_CHECKING:
    from netinv.formats import Format, Report
    from netinv.inventory.base import Inventory

_LATEST_FIRST = ("first_seen", "last_seen", "confidence", "is_new")


@dataclass(frozen=True, slots=True)
class Selection:
    """What the user asked to see of the inventory."""

    references: tuple[str, ...] = ()
    """Devices by id, name, address or MAC; none means all."""
    new: bool = False
    gone: bool = False
    changed: bool = False
    """With one or more of these, only who is one of them."""
    since: datetime | None = None
    """From when on; None is the latest scan."""
    kinds: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    network: str | None = None
    sensor: str | None = None
    sort: str | None = None

    @classmethod
    def understood(
        cls,
        references: Sequence[str] = (),
        *,
        new: bool = False,
        gone: bool = False,
        changed: bool = False,
        since: str | None = None,
        kinds: Sequence[str] = (),
        tags: Sequence[str] = (),
        network: str | None = None,
        sensor: str | None = None,
        sort: str | None = None,
        now: datetime | None = None,
    ) -> "Selection":
        """From the options; UsageError for words that mean nothing. `since` alone is all that happened since."""
        moment = moment_meant(since, now or datetime.now(UTC)) if since else None
        if since and not (new or gone or changed):
            new = gone = changed = True
        wanted = frozenset(map(_kind, kinds)), frozenset(tags), network, sensor, sort and _column(sort)
        return cls(tuple(references), new, gone, changed, moment, *wanted)

    def report(self, inventory: "Inventory", form: "Format") -> "Report":
        """The devices that were asked for, with as much of each as the format needs. DeviceError as `Inventory.find`."""
        from netinv.cli.presence import looks
        from netinv.formats import Report

        shown = self.of(inventory, brief=not form.needs_evidence)
        return Report(shown, looks=looks(inventory, self.network) if form.shows_presence else ())

    def of(self, inventory: "Inventory", *, brief: bool = False) -> Sequence[Device]:
        """The devices that were asked for, without their evidence if `brief`; in the order asked for, or by address.

        DeviceError as `Inventory.find`.
        """
        devices: Sequence[Device] = inventory.devices(network=self.network, brief=brief)
        if self.references:
            named = {inventory.find(word).id for word in self.references}
            devices = [device for device in devices if device.id in named]
        if self.new or self.gone or self.changed:
            left, changed = self._happened(inventory)
            devices = [device for device in devices if self._is_wanted(device, left) or device.id in changed]
        if self.kinds:
            devices = [d for d in devices if self.kinds & {d.verdict.kind, d.verdict.category}]
        if self.tags:
            devices = [d for d in devices if self.tags <= set(d.annotations.tags)]
        if self.sensor is not None:
            devices = _of_sensor(inventory, devices, self.sensor)
        return _sorted(devices, self.sort) if self.sort else devices

    def _is_wanted(self, device: Device, left: Set[str]) -> bool:
        if self.new and (device.is_new if self.since is None else device.first_seen >= self.since):
            return True
        return self.gone and device.presence == "gone" and (self.since is None or device.id in left)

    def _happened(self, inventory: "Inventory") -> tuple[Set[str], Set[str]]:
        """Ids of those who left since, and of those who changed."""
        if not (self.changed or (self.gone and self.since)):
            return set(), set()
        since = self.since or min((scan.finished for scan in inventory.scans(1, network=self.network)), default=datetime.now(UTC))
        left, changed = set(), set()
        said: dict[str, list[Change]] = {}
        for change in inventory.history(since=since, network=self.network):
            if change.field == "presence":
                if change.after == "gone":
                    left.add(change.device)
            elif change.by == "you":
                said.setdefault(change.device, []).append(change)
            elif change.field != "device" and self.changed:
                changed.add(change.device)
        if said and self.changed:
            from netinv.inventory.comparing import net

            changed |= {device for device, changes in said.items() if net(reversed(changes))}  # not what was taken back
        return left, changed


def _of_sensor(inventory: "Inventory", devices: Sequence[Device], name: str) -> Sequence[Device]:
    """What the sensor heard last; UsageError where there is no such sensor."""
    heard = [device for device in devices if device.sensor.casefold() == name.casefold()]
    if not heard and name.casefold() not in (known := {scan.sensor.casefold(): scan.sensor for scan in inventory.scans()}):
        near = get_close_matches(name.casefold(), known, n=1)
        listed = f"did you mean {known[near[0]]}?" if near else f"sensors: {', '.join(sorted(known.values())) or 'none yet'}"
        raise UsageError(f"no sensor is known as '{clean(name, 64)}'", hint=listed)
    return heard


def _sorted(devices: Sequence[Device], by: str) -> Arranged:
    is_turned, name = by.startswith("-"), by.lstrip("-")
    cell: Callable[[Device], object] = next(column.cell for column in COLUMNS if column.name == name)
    told = [(value, device) for device in devices if (value := cell(device)) is not None and value != ""]
    silent = [device for device in devices if cell(device) in (None, "")]
    if name not in ("ip", "addresses"):  # those are in the order of their numbers already
        told.sort(key=lambda entry: entry[0].casefold() if isinstance(entry[0], str) else entry[0])  # type: ignore[arg-type,return-value]
    if is_turned != (name in _LATEST_FIRST):
        told.reverse()
    return Arranged([*(device for _, device in told), *silent])


def _column(word: str) -> str:
    names = [column.name for column in COLUMNS]
    wanted = word.strip().lower().replace("-", "_").removeprefix("_")
    if wanted not in names:
        near = get_close_matches(wanted, names, n=1)
        raise UsageError(f"there is no column '{word}' to sort by", hint=f"did you mean {near[0]}?" if near else ", ".join(names))
    return ("-" if word.startswith("-") else "") + wanted


def _kind(word: str) -> str:
    from netinv.classification.kinds import CATEGORIES, hint, kinds

    names, wanted = [*kinds(), *CATEGORIES], word.strip().lower().replace(" ", "_").replace("-", "_")
    if wanted in names:
        return wanted
    raise UsageError(f"there is no kind '{word}'", hint=hint(wanted, names))
