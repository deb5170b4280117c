"""What a format is, and what all formats share: the order of devices, the spelling of time, and the flat columns."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import TextIO

from netinv.model import Device, Evidence, Scan


@dataclass(frozen=True, slots=True)
class Look:
    """One scan of the past, as much of it as presence is drawn from."""

    at: datetime
    network: str
    """The networks on the sensor's link: `10.0.0.0/24, 10.1.0.0/24`."""
    seen: frozenset[str]
    """Ids of the devices it saw."""
    is_whole: bool = True
    """The whole network was asked: who was not seen was silent."""


@dataclass(frozen=True, slots=True)
class Report:
    """What is written down: the devices, and the scan they were seen in (None for the inventory at large)."""

    devices: Sequence[Device]
    scan: Scan | None = None
    looks: Sequence[Look] = ()
    """Scans of the past, oldest first, for the formats that show presence; none where nobody asked for them."""


@dataclass(frozen=True, slots=True)
class Style:
    """What a writer may assume of the place it writes to, and what the reader asked for."""

    width: int | None = None
    """Columns of the terminal; None where the output is not one."""
    color: bool = False
    excel: bool = False
    """Begin CSV with a byte-order mark, without which Excel takes UTF-8 for the local code page."""
    why: bool = False
    """Show the strongest reason for each verdict however little room there is (table)."""


@dataclass(frozen=True, slots=True)
class Format:
    """One way of writing devices down."""

    name: str
    suffix: str
    """With its dot, and no other's; `-o FILE` and `netinv export FILE` choose the format by the longest that fits."""
    summary: str
    write: Callable[[Report, TextIO, Style], None]
    streams: bool = False
    """Each device can be written by itself, as soon as it is known (`write` of one device is one line)."""
    closes: bool = False
    """It ends with the closing line; for the others that goes to stderr."""
    is_binary: bool = False
    """It writes bytes, to the stream's `buffer`."""
    takes: Callable[[Device], bool] = lambda _: True
    """Whether there is a place in it for a device; the others are left out."""
    needs_evidence: bool = True
    """It writes more of what was heard than which device is this machine."""
    shows_presence: bool = False
    """It makes use of the report's `looks`."""


@dataclass(frozen=True, slots=True)
class Column:
    """One fact about a device as one cell, for the formats that are flat."""

    name: str
    meaning: str
    """A line for the documentation."""
    cell: Callable[[Device], str | float | bool | None]


class Arranged(tuple[Device, ...]):
    """Devices in an order somebody asked for, in which they are written."""

    __slots__ = ()


def in_order(devices: Iterable[Device]) -> list[Device]:
    """By first address, numerically: IPv4, then IPv6, then devices without one; those `Arranged` as they are."""
    if isinstance(devices, Arranged):
        return list(devices)
    return sorted(devices, key=_place)


def _place(device: Device) -> tuple[int, int, str]:
    try:  # many times faster, and nearly all of them
        a, b, c, d = (device.ip or "").split(".")
        return 4, _OCTETS[a] << 24 | _OCTETS[b] << 16 | _OCTETS[c] << 8 | _OCTETS[d], device.id
    except (ValueError, KeyError):
        pass
    try:
        address = ip_address(device.ip or "")
    except ValueError:
        return 9, 0, device.ip or device.id
    return address.version, int(address), device.id


_OCTETS = {str(n): n for n in range(256)}


def evidence_in_order(evidence: Iterable[Evidence]) -> list[Evidence]:
    """By address and protocol, ports as the numbers they are."""
    return sorted(evidence, key=_field)


def _field(fact: Evidence) -> tuple[str, str, int, str, str]:
    protocol, _, field = fact.key.partition(".")
    return fact.address, protocol, int(field) if field.isdecimal() else 0, field, fact.value


def stamp(at: datetime, timespec: str = "milliseconds") -> str:
    """RFC 3339 in UTC with `Z`, always as long, so that times sort as text."""
    return at.astimezone(UTC).isoformat(timespec=timespec).replace("+00:00", "Z")


COLUMNS = (
    Column("ip", "the first address", lambda d: d.ip),
    Column("mac", "the first MAC address", lambda d: d.mac),
    Column("name", "the best name heard", lambda d: d.name),
    Column("vendor", "the maker", lambda d: d.vendor),
    Column("category", "router, printer, computer, other or unknown", lambda d: d.verdict.category),
    Column("kind", "the finer word: nas, phone, camera ...; unknown where netinv abstains", lambda d: d.verdict.kind),
    Column("model", "the model, where the device tells", lambda d: d.verdict.model),
    Column("os", "the operating system, where the device tells", lambda d: d.verdict.os),
    Column("confidence", "0 to 1: the share of such verdicts that are right", lambda d: round(d.verdict.confidence, 3)),
    Column("is_new", "true if the scan saw it for the first time", lambda d: d.is_new),
    Column("first_seen", "when it was first seen, UTC", lambda d: stamp(d.first_seen, "seconds")),
    Column("last_seen", "when it was last seen, UTC", lambda d: stamp(d.last_seen, "seconds")),
    Column("rtt_ms", "round-trip time in milliseconds", lambda d: None if d.rtt_ms is None else round(d.rtt_ms, 3)),
    Column("addresses", "all addresses, a space between", lambda d: " ".join(d.addresses)),
    Column("macs", "all MAC addresses, a space between", lambda d: " ".join(d.macs)),
    Column("names", "all names, `; ` between", lambda d: "; ".join(dict.fromkeys(n.name for n in d.names))),
    Column("because", "the reasons for the verdict, a sentence each", lambda d: " ".join(r.says for r in d.verdict.because)),
    Column("id", "netinv's own name for the device; stays when its address changes", lambda d: d.id),
    Column("presence", "here, asleep (silent as it may be), unasked by the latest scan, or gone", lambda d: d.presence),
    Column("network", "the network it was heard in last", lambda d: d.network),
    Column("owner", "whose it is, as its user says", lambda d: d.annotations.owner),
    Column("location", "where it is, as its user says", lambda d: d.annotations.location),
    Column("notes", "what its user notes", lambda d: d.annotations.notes),
    Column("tags", "its user's tags, a space between", lambda d: " ".join(d.annotations.tags)),
    Column("trusted", "true or false where its user says so", lambda d: d.annotations.trusted),
    Column("firmware", "the version of its firmware, where the device tells", lambda d: d.verdict.firmware),
    Column("serial", "its serial number, where the device tells", lambda d: d.verdict.serial),
)
"""In the order people look for them. New columns go to the end: the order is a promise."""
