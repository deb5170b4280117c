"""Many plain devices on one LAN, as many of them difficult as a measurement needs."""

import random
from collections.abc import Sequence
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from netinv.errors import LabError
from netinv.lab.household import Dns, Household, SimulatedDevice
from netinv.model import MAC

SLOW_MS = (400.0, 1500.0)
"""How late a sleeper of the slow sort answers what wakes it."""


def crowd(
    hosts: int = 200,
    network: str = "10.9.0.0/24",
    *,
    seed: int = 1,
    dns: Dns = "answers",
    sleepy: float = 0.0,
    duplicates: int = 0,
    icmp: float = 1.0,
    wifi: float = 0.0,
    proxy: str | None = None,
    **behaviour: Any,
) -> Household:
    """`hosts` plain devices, the router among them, spread over `network` by `seed`; `behaviour` as in SimulatedDevice.

    Of all but the router the share `sleepy` sleeps: half of them answer late what wakes them (`SLOW_MS`), half hear only the
    second or third question. `duplicates` addresses are claimed by a second MAC; the share `icmp` answers pings; the share
    `wifi` is on Wi-Fi. The router answers ARP for all of the network `proxy`, where nobody else lives. It has the first usable
    address, the scanning machine the sixth from the end; LabError if they do not all fit.
    """
    net = IPv4Network(network)
    gateway, scanner = net[1], net[-6] if net.num_addresses > 8 else net[2]
    behind = IPv4Network(proxy) if proxy else None
    rng = random.Random(seed)
    free: Sequence[int] = range(2, net.num_addresses - 1)
    if behind:
        free = [n for n in free if net[n] not in behind]
    if not 1 <= hosts <= len(free) or duplicates >= hosts:
        raise LabError(f"{hosts} hosts and a scanner do not fit into {net}")
    places = sorted([net[n] for n in rng.sample(free, hosts) if net[n] != scanner][: hosts - 1])
    plain = [
        SimulatedDevice(
            address=str(place),
            mac=_mac(rng.choice(_PREFIXES), place),
            name=f"host-{int(place) - int(net.network_address)}.crowd.lan" if rng.random() < 0.5 else None,
            **behaviour,
        )
        for place in places
    ]
    router = SimulatedDevice(
        str(gateway), MAC.parse(_PREFIXES[0] + b"\0\0\1"), "router", "router", "the router", "router.crowd.lan"
    )
    devices = _troubled(plain, random.Random(f"trouble {seed}"), sleepy=sleepy, duplicates=duplicates, icmp=icmp, wifi=wifi)
    return Household((router, *devices), net, str(gateway), str(scanner), dns=dns, proxy=(behind,) if behind else ())


def _troubled(
    devices: list[SimulatedDevice], rng: random.Random, *, sleepy: float, duplicates: int, icmp: float, wifi: float
) -> list[SimulatedDevice]:
    """The same devices, as many of them as told with one trouble or another; who has which is drawn anew for each."""

    def some(share: float) -> list[int]:
        return rng.sample(range(len(devices)), round(share * len(devices)))

    change: dict[int, dict[str, Any]] = {index: {} for index in range(len(devices))}
    for place, index in enumerate(some(sleepy)):
        change[index] |= {"wakes_on": rng.choice((2, 3))} if place % 2 else {"wakes_after_ms": rng.uniform(*SLOW_MS)}
    for index in rng.sample(range(len(devices)), duplicates):
        own = bytes.fromhex((devices[index].mac or "").replace(":", ""))[:3]
        other = rng.choice([prefix for prefix in _PREFIXES if prefix != own])
        change[index]["also_mac"] = _mac(other, IPv4Address(devices[index].address))
    for index in some(1 - icmp):
        change[index]["ping"] = False
    for index in some(wifi):
        change[index]["wifi"] = True
    return [replace(device, **change[index]) if change[index] else device for index, device in enumerate(devices)]


def _mac(prefix: bytes, place: IPv4Address) -> MAC:
    return MAC.parse(prefix + int(place).to_bytes(4, "big")[1:])


# AVM, Intel, Dell, Apple, Samsung, Espressif (IEEE MA-L registry), and one that is locally administered.
_PREFIXES = tuple(map(bytes.fromhex, ("3ca62f", "3413e8", "f8b156", "a45e60", "a8515b", "240ac4", "b25ad7")))
