"""How the network hangs together, as far as it was heard: the Internet, the gateways, what joins cables, and who hangs there."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, ip_address
from types import MappingProxyType
from typing import NamedTuple

from netinv.classification.kinds import CATEGORIES, UNKNOWN
from netinv.formats.base import Report, in_order
from netinv.formats.words import spoken
from netinv.model import Device

HEADINGS: Mapping[str, str] = MappingProxyType(
    {"router": "Routers", "printer": "Printers", "computer": "Computers", "other": "Other", UNKNOWN: "Unknown"}
)
"""What is written above the devices of a category, in this order."""

_JOINING = ("switch", "access_point", "network_other", "router", "firewall")
"""Kinds that others are connected by, in the order they are drawn."""


@dataclass(frozen=True, slots=True)
class Group:
    """Devices of one kind."""

    title: str
    category: str
    devices: tuple[Device, ...]


@dataclass(frozen=True, slots=True)
class Site:
    """One gateway and what is behind it."""

    gateway: Device | None
    address: str | None
    """The gateway's, if it is known, though no device was seen there."""
    joining: tuple[Device, ...]
    """Switches, access points and the like. Which device hangs at which of them, nobody said."""
    groups: tuple[Group, ...]
    beyond: tuple[Device, ...] = ()
    """Of whom no MAC address was heard: they are behind a router."""


def topology(report: Report) -> tuple[Site, ...]:
    """The sites of a report, by the gateway's address; one without a gateway if none is known. Every device is in one place."""
    devices = in_order(report.devices)
    gateways = _gateways(report, devices)
    if not gateways:
        return (_site(None, None, devices),) if devices else ()
    held: dict[_Place, list[Device]] = {place: [] for place in gateways}
    own = {id(gateway) for gateway in gateways.values()}
    for device in devices:
        if id(device) not in own:
            held[_nearest(device, gateways)].append(device)
    return tuple(_site(gateway, place.address, held[place]) for place, gateway in gateways.items())


def is_self(device: Device) -> bool:
    """Whether netinv runs on it."""
    return any(fact.key == "local.self" for fact in device.evidence)


class _Place(NamedTuple):
    """Where a gateway is. At home and in the office it may have the same address."""

    network: str
    address: str


def _gateways(report: Report, devices: Sequence[Device]) -> dict[_Place, Device | None]:
    """Where several claim one place, a router is believed before others."""
    known = {interface.gateway for interface in report.scan.interfaces if interface.gateway} if report.scan else set()
    told = {_Place(one.network, fact.address) for one in devices for fact in one.evidence if fact.key == "route.gateway"}
    claims: dict[_Place, list[Device]] = {}
    for device in devices:
        for place in (_Place(device.network, address) for address in device.addresses):
            if place in told or place.address in known:
                claims.setdefault(place, []).append(device)
    found: dict[_Place, Device | None] = {}
    taken: set[int] = set()
    for place, claimants in claims.items():
        best = max(claimants, key=lambda device: (device.verdict.category == "router", device.verdict.confidence))
        if id(best) not in taken:  # a gateway of two networks is one site
            found[place] = best
            taken.add(id(best))
    unseen = known - {place.address for place in claims}
    return found | {_Place("", address): None for address in sorted(unseen)}


def _nearest(device: Device, gateways: Iterable[_Place]) -> _Place:
    """The gateway of the device's network whose address has most bits in common with one of the device's."""

    def nearness(gateway: _Place) -> tuple[bool, int]:
        return gateway.network == device.network, max((_in_common(gateway.address, own) for own in device.addresses), default=0)

    return max(gateways, key=nearness)


def _in_common(one: str, other: str) -> int:
    try:
        a, b = ip_address(one), ip_address(other)
    except ValueError:
        return 0
    if not isinstance(a, IPv4Address) or not isinstance(b, IPv4Address):
        return 0
    return 32 - (int(a) ^ int(b)).bit_length()


def _site(gateway: Device | None, address: str | None, devices: Iterable[Device]) -> Site:
    joining, beyond = [], []
    kinds: dict[tuple[str, str], list[Device]] = {}
    for device in devices:
        if address and not device.macs and device.addresses and not is_self(device):
            beyond.append(device)
        elif device.verdict.kind in _JOINING:
            joining.append(device)
        else:
            kinds.setdefault((device.verdict.category, device.verdict.kind), []).append(device)
    order = sorted(kinds, key=lambda key: (CATEGORIES.index(key[0]) if key[0] in CATEGORIES else len(CATEGORIES), key))
    groups = tuple(Group(title(category, kind), category, tuple(kinds[category, kind])) for category, kind in order)
    joining.sort(key=lambda device: _JOINING.index(device.verdict.kind))
    return Site(gateway, address, tuple(joining), groups, tuple(beyond))


def heading(device: Device) -> str:
    """That of `HEADINGS` under which the device belongs."""
    return HEADINGS.get(device.verdict.category, HEADINGS["other"])


def title(category: str, kind: str) -> str:
    """What a group of such devices is called: `access point`, `computer?` where the category alone is known."""
    if kind != UNKNOWN:
        return spoken(kind)
    return UNKNOWN if category == UNKNOWN else f"{spoken(category)}?"
