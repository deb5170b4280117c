"""What the user said are two devices stays two, however often one MAC address or one trace is heard of both."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set

from netinv.inventory.database import Database
from netinv.inventory.devices import derive
from netinv.inventory.rows import number, text
from netinv.model import Device, Evidence

PIN = "pin"
"""Kind of the clue that an address in a network is a device's, whatever MAC answers there."""


def pin(network: int, address: str) -> str:
    """The value of such a clue."""
    return f"{network} {address}"


def pinned_to(db: Database, device: int) -> set[str]:
    """The addresses that the user gave to a device."""
    rows = db.all("SELECT value FROM clues WHERE kind = ? AND device = ?", PIN, device)
    return {text(value).partition(" ")[2] for (value,) in rows}


def partings(db: Database) -> set[tuple[int, int]]:
    """The pairs that are two devices, the lower number first."""
    return {(number(one), number(other)) for one, other in db.all("SELECT one, other FROM partings")}


def partners(db: Database, device: int) -> set[int]:
    """Whom the user parted from it."""
    rows = db.all("SELECT one, other FROM partings WHERE one = ? OR other = ?", device, device)
    return {number(n) for pair in rows for n in pair} - {device}


def part(db: Database, device: int, others: Iterable[int]) -> None:
    """Keep that a device is none of the others; within a transaction."""
    pairs = [(min(device, other), max(device, other)) for other in others]
    db.run_all("INSERT INTO partings (one, other) VALUES (?, ?) ON CONFLICT DO NOTHING", pairs)


def parted(db: Database, devices: Sequence[Device], network: int) -> list[tuple[Device, int | None]]:
    """The devices of a scan, those parted that the user parted; each with its number where only he could tell."""
    pinned = {text(value): number(d) for value, d in db.all("SELECT value, device FROM clues WHERE kind = ?", PIN)}
    pairs = partings(db)
    if not pinned and not pairs:
        return [(device, None) for device in devices]
    here = {address: device for value, device in pinned.items() for n, _, address in [value.partition(" ")] if n == str(network)}
    return [part for device in devices for part in _parts(db, device, here, pairs)]


def _parts(
    db: Database, device: Device, pinned: Mapping[str, int], pairs: Set[tuple[int, int]]
) -> Iterable[tuple[Device, int | None]]:
    """One device of a scan as one, or as all those that it is, by the user's word."""
    owners = {
        text(mac): number(owner)
        for one in device.macs
        for mac, owner in db.all("SELECT value, device FROM clues WHERE kind = 'mac' AND value = ?", one)
    }
    mac_at = {e.address: e.value for e in reversed(device.evidence) if e.key == "mac"}
    main = min(owners.values(), default=None)
    parts: dict[int | None, list[Evidence]] = defaultdict(list)
    for e in device.evidence:
        owner = pinned.get(e.address) or owners.get(e.value if e.key == "mac" else mac_at.get(e.address, ""), main)
        is_apart = owner is not None and main is not None and (min(owner, main), max(owner, main)) in pairs
        parts[owner if is_apart or e.address in pinned else main].append(e)
    forced = set(pinned.values())
    if len(parts) == 1:
        return [(device, owner if owner in forced else None) for owner in parts]
    return [(derive(evidence), owner if owner in forced else None) for owner, evidence in parts.items()]
