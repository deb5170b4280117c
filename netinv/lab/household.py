"""Who lives on the virtual LAN: simulated devices as data, how each behaves, and what each truly is."""

import random
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import files
from ipaddress import IPv4Address, IPv4Network
from typing import Any, Literal

from netinv.errors import LabError
from netinv.model import MAC

ANSWER_LIMIT = 16 * 1024
"""Bytes one port says at most: less than the window any client opens with."""
SCANNER_MAC = MAC("54:e1:ad:5c:00:32")
"""The scanning machine's own: a laptop by LCFC (IEEE MA-L registry)."""


Dns = Literal["answers", "silent", "refuses"]


@dataclass(frozen=True, slots=True)
class SimulatedDevice:
    """One simulated device: what it is, where, and how it answers."""

    address: str
    mac: MAC | None = None
    """None for a device behind the router, whose hardware address nobody here sees."""
    kind: str = "unknown"
    """What it truly is, in the words of the classification; so is `category`."""
    category: str = "unknown"
    what: str = ""
    """One line for people."""
    name: str | None = None
    """What reverse DNS says, in the notation of RFC 1035, 5.1: `\\DDD` is any byte. None: the name does not exist."""
    ttl: int = 64
    """Initial time to live of its packets: 64 for Unix, 128 for Windows, 255 for many small devices."""
    ping: bool = True
    filtered: bool = False
    """TCP to a port that is not open meets silence instead of a reset."""
    unreachable: bool = True
    """UDP to a closed port is answered by ICMP port unreachable (RFC 1122, 4.1.3.1)."""
    tcp: Mapping[int, str] = field(default_factory=dict)
    """Open ports and what each says (characters are bytes, as in Latin-1): `HTTP/...` and `RTSP/...` are answers to a first
    request, after which HTTP hangs up; any other text greets whoever connects; the empty one says nothing."""
    delay_ms: float = 0.0
    """Before each answer, give or take a third."""
    loss: float = 0.0
    """The share of questions that are lost, with their answers."""
    wakes_on: int = 1
    """Asleep, it hears only the k-th of several questions (at least 50 ms apart); then it is awake for 5 s."""
    wakes_after_ms: float = 0.0
    """Asleep, it answers the first question this late; then it is awake for 5 s."""
    also_mac: MAC | None = None
    """A second device claims the same address: both answer ARP."""

    def says(self, port: int, heard: bytes) -> bytes:
        """What an open port has to say once `heard` has reached it: nothing as long as it waits for a request."""
        said = self.tcp[port].encode("latin-1", "replace")[:ANSWER_LIMIT]
        return b"" if said.startswith((b"HTTP/", b"RTSP/")) and not heard else said


@dataclass(frozen=True)
class Household:
    """A virtual LAN: its network, who is on it, and what lies behind its router."""

    devices: tuple[SimulatedDevice, ...]
    network: IPv4Network
    gateway: str
    """Also the resolver."""
    scanner: str
    """The address of the scanning machine."""
    beyond: tuple[IPv4Network, ...] = ()
    """Networks behind the router."""
    dns: Dns = "answers"
    """What the router does with questions for names."""

    @cached_property
    def truth(self) -> Mapping[str, SimulatedDevice]:
        """Who is on the LAN itself, by address."""
        return {d.address: d for d in self.devices if IPv4Address(d.address) in self.network}

    @cached_property
    def far(self) -> Mapping[str, SimulatedDevice]:
        """Who is behind the router, by address."""
        return {d.address: d for d in self.devices if d.address not in self.truth}


def household() -> Household:
    """The household `netinv demo` shows: some two dozen devices, and a few behind the router."""
    data = tomllib.loads(files("netinv.lab").joinpath("data", "household.toml").read_text("utf-8"))
    return Household(
        devices=tuple(_device(entry) for entry in data["device"]),
        network=IPv4Network(data["network"]),
        gateway=data["gateway"],
        scanner=data["scanner"],
        beyond=tuple(map(IPv4Network, data["beyond"])),
    )


def crowd(hosts: int = 200, network: str = "10.9.0.0/24", *, seed: int = 1, dns: Dns = "answers", **behaviour: Any) -> Household:
    """`hosts` plain devices, the router among them, spread over `network` by `seed`; `behaviour` as in SimulatedDevice.

    The router has the first usable address, the scanning machine the sixth from the end; LabError if they do not all fit.
    """
    net = IPv4Network(network)
    gateway, scanner = net[1], net[-6] if net.num_addresses > 8 else net[2]
    free = range(2, net.num_addresses - 1)
    rng = random.Random(seed)
    if not 1 <= hosts <= len(free):
        raise LabError(f"{hosts} hosts and a scanner do not fit into {net}")
    places = [net[n] for n in rng.sample(free, hosts) if net[n] != scanner][: hosts - 1]
    devices = [
        SimulatedDevice(
            address=str(place),
            mac=MAC.parse(rng.choice(_PREFIXES) + int(place).to_bytes(4, "big")[1:]),
            name=f"host-{int(place) - int(net.network_address)}.crowd.lan" if rng.random() < 0.5 else None,
            **behaviour,
        )
        for place in sorted(places)
    ]
    router = SimulatedDevice(
        str(gateway), MAC.parse(_PREFIXES[0] + b"\0\0\1"), "router", "router", "the router", "router.crowd.lan"
    )
    return Household((router, *devices), net, str(gateway), str(scanner), dns=dns)


# AVM, Intel, Dell, Apple, Samsung, Espressif (IEEE MA-L registry), and one that is locally administered.
_PREFIXES = tuple(map(bytes.fromhex, ("3ca62f", "3413e8", "f8b156", "a45e60", "a8515b", "240ac4", "b25ad7")))


def _device(entry: dict[str, Any]) -> SimulatedDevice:
    for key in ("mac", "also_mac"):
        if key in entry:
            entry[key] = MAC.parse(entry[key])
    entry["tcp"] = {int(port): text for port, text in entry.get("tcp", {}).items()}
    return SimulatedDevice(**entry)
