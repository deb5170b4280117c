"""What the parts of the contract share: a store that is opened anew, and the house they save."""

from collections.abc import Callable

import pytest

from netinv.inventory.base import Inventory
from netinv.model import Device
from tests.inventory.scans import PHONE, ROUTER, TV, heard

Open = Callable[..., Inventory]
HOUSE = (
    heard("10.0.0.1", ROUTER, dns_ptr="router.lan", icmp_ttl="64", route_gateway="eth0"),
    heard("10.0.0.20", TV, dns_ptr="tv.lan", tcp_80="open", icmp_rtt="2.5"),
    heard("10.0.0.30", PHONE),
)


def by_mac(devices: tuple[Device, ...], mac: str) -> Device:
    [device] = [d for d in devices if mac in d.macs]
    return device


class Stored:
    """Needs a fixture `open_store`, which opens the same, at first empty, store each time."""

    @pytest.fixture
    def store(self, open_store: Open) -> Inventory:
        return open_store()
