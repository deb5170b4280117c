"""Scans made up for the tests of the inventory: one line a device."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_interface

from netinv.inventory.devices import derive
from netinv.inventory.identity import group
from netinv.model import MAC, Device, Evidence, Interface, Problem, Scan, Traffic

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOME = Interface("eth0", MAC("02:00:00:00:00:99"), (ip_interface("10.0.0.99/24"),), gateway="10.0.0.1")
OFFICE = Interface("eth0", MAC("02:00:00:00:00:99"), (ip_interface("192.168.7.99/24"),), gateway="192.168.7.1")

ROUTER = "3c:22:fb:00:00:01"
TV = "3c:22:fb:00:00:02"
PHONE = "da:a1:19:00:00:03"


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def heard(address: str, mac: str | None = None, hours: float = 0, **facts: str) -> list[Evidence]:
    """`heard("10.0.0.5", TV, dns_ptr="tv.lan")`: what one address told, with `_` for the dot of a key."""
    told = ({"mac": mac} if mac else {}) | {key.replace("_", "."): value for key, value in facts.items()}
    return [Evidence(address, key, value, key.partition(".")[0], at(hours)) for key, value in told.items()]


def scan(
    *devices: Iterable[Evidence],
    hours: float = 0,
    name: str | None = None,
    interface: Interface | None = HOME,
    targets: str = "10.0.0.0/24",
    is_partial: bool = False,
    sensor: str = "local",
    problems: tuple[Problem, ...] = (),
    traffic: Traffic | None = None,
    judge: Callable[[Iterable[Evidence]], Device] = derive,
) -> Scan:
    """A scan that heard all this `hours` after the first."""
    evidence = [Evidence(e.address, e.key, e.value, e.probe, at(hours)) for device in devices for e in device]
    return Scan(
        id=name or f"scan-{hours}",
        started=at(hours),
        finished=at(hours) + timedelta(seconds=5),
        interfaces=(interface,) if interface else (),
        targets=targets,
        asked=254,
        devices=tuple(map(judge, group(evidence))),
        problems=problems,
        traffic=traffic or Traffic(),
        method="arp+icmp",
        is_partial=is_partial,
        sensor=sensor,
    )
