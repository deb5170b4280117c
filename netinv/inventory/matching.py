"""Which known device each device of a scan is."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from ipaddress import ip_address, ip_network
from typing import NamedTuple

from netinv.inventory.database import Database
from netinv.inventory.devices import derive
from netinv.inventory.identity import Clue, clues, device_id
from netinv.inventory.joining import join
from netinv.inventory.known import Known, numbers_of, stored_one
from netinv.inventory.rows import microseconds, number, text
from netinv.model import Device
from netinv.text import clean


class Match(NamedTuple):
    """A device of the inventory, and the devices of a scan that turned out to be it: several, if each has one of its MACs."""

    known: Known
    found: list[Device]


def place(db: Database, devices: Iterable[Device], network: int, scan: int) -> list[Match]:
    """Give every device of a scan its place in the inventory, a new one if it has none; within a transaction."""
    matches: dict[int, Match] = {}
    # Those with a MAC choose first: an address is a clue for whoever is left.
    for device in sorted((d for d in map(_safe, devices) if d.evidence), key=lambda d: not d.macs):
        found = clues(device.evidence)
        at = whose(db, found, device.addresses, matches)
        if at is None:
            at = _begin(db, device, free_id(db, found), network, scan)
        same = matches[at].found if at in matches else []
        for other in _holders(db, found)[1:] if len(device.macs) > 1 else ():
            join(db, at, other, scan)
            same += matches.pop(other).found if other in matches else []
        matches[at] = Match(stored_one(db, at), [*same, device])
        for kind, value in found:
            db.run(_LINK_MAC if kind == "mac" else _LINK_ADDRESS, kind, value, at)
    return list(matches.values())


def whose(db: Database, found: Sequence[Clue], addresses: Iterable[str], taken: Collection[int] = ()) -> int | None:
    """The number of the device known by these clues, the oldest that has one of the MACs; None if there is none.

    `taken` are those that cannot be meant by as little as an address. A device known by its address alone because no MAC could be
    heard on its link is taken for the first that shows a MAC there; one behind a router never is.
    """
    if holders := _holders(db, found):
        return holders[0]
    for kind, value in found:
        for (device,) in db.all(_HOLDER, kind, value):
            if number(device) not in taken:
                return number(device)
    if any(kind == "mac" for kind, _ in found):
        for address in addresses:
            for device, prefix in db.all(_KNOWN_BY_ADDRESS_ALONE, address):
                if number(device) not in taken and _is_on_link(address, text(prefix)):
                    return number(device)
    return None


def free_id(db: Database, found: Sequence[Clue]) -> str:
    """The id of a new device. Another may have it: one in 10,000,000 by chance, or one that began at the same address."""
    while numbers_of(db, device := device_id(found)):
        found = (("not", device),)
    return device


_HOLDER = "SELECT device FROM clues WHERE kind = ? AND value = ?"
# A MAC stays with the device that had it first; an address goes to the last.
_LINK_MAC = "INSERT OR IGNORE INTO clues VALUES (?, ?, ?)"
_LINK_ADDRESS = "INSERT OR REPLACE INTO clues VALUES (?, ?, ?)"
_KNOWN_BY_ADDRESS_ALONE = """
    SELECT c.device, n.prefix FROM clues c JOIN devices d ON d.number = c.device JOIN networks n ON n.number = d.network
    WHERE c.kind = 'address' AND c.value = ?
    AND NOT EXISTS (SELECT 1 FROM clues m WHERE m.device = c.device AND m.kind = 'mac')"""


def _holders(db: Database, found: Sequence[Clue]) -> list[int]:
    """The devices that have one of the MACs, oldest first."""
    return sorted({number(row[0]) for kind, value in found if kind == "mac" for row in db.all(_HOLDER, kind, value)})


def _begin(db: Database, device: Device, name: str, network: int, scan: int) -> int:
    first, last = microseconds(device.first_seen), microseconds(device.last_seen)
    db.run(
        "INSERT INTO devices (id, network, first_seen, last_seen, first_scan, last_scan) VALUES (?, ?, ?, ?, ?, ?)",
        name, network, first, last, scan, scan,
    )  # fmt: skip
    [[new]] = db.all("SELECT last_insert_rowid()")
    return number(new)


def _safe(device: Device) -> Device:
    """As the corridor makes it, whoever made it: what is read back is made safe, and must be found to be the same."""
    if all(e.value.isprintable() for e in device.evidence):
        return device
    return derive(replace(e, value=clean(e.value)) for e in device.evidence)


def _is_on_link(address: str, prefix: str) -> bool:
    """Whether the address lies in the networks of a `networks.prefix`; nothing is known of a scan without interfaces."""
    try:
        return not prefix or any(ip_address(address) in ip_network(network) for network in prefix.split(", "))
    except ValueError:
        return False
