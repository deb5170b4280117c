from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from netinv.inventory.base import Inventory
from netinv.inventory.store import open_inventory
from netinv.model import Evidence
from tests.inventory.contract import Contract
from tests.inventory.scans import heard, scan


class TestSQLite(Contract):
    @pytest.fixture
    def open_store(self, tmp_path: Path) -> Iterator[Callable[..., Inventory]]:
        with ExitStack() as stack:

            def open_it(*, read_only: bool = False, anew: bool = False) -> Inventory:
                path = tmp_path / "inventory.db"
                if anew:
                    path.unlink(missing_ok=True)
                return stack.enter_context(open_inventory(path, read_only=read_only))

            yield open_it


def household(devices: int, rtt: str) -> list[list[Evidence]]:
    return [
        heard(
            f"10.0.{n >> 8}.{n & 255}",
            f"3c:22:fb:00:{n >> 8:02x}:{n & 255:02x}",
            dns_ptr=f"host-{n}.lan",
            icmp_ttl="64",
            icmp_rtt=rtt,
            tcp_22="closed",
            tcp_80="open",
            tcp_443="open",
            tcp_445="closed",
            tcp_631="closed",
        )
        for n in range(1, devices + 1)
    ]


def test_an_unchanged_scan_adds_40_bytes_a_device_at_most(tmp_path: Path) -> None:
    """Measured over 50 scans, whose times and round-trip times do change."""
    devices, scans, path = 100, 50, tmp_path / "inventory.db"
    with open_inventory(path) as store:
        store.record(scan(*household(devices, "0.5")))
        before = path.stat().st_size
        for n in range(1, scans + 1):
            again = scan(*household(devices, f"{n * 3.7:.3f}"), hours=n)
            assert store.record(again).changes == ()
    assert (path.stat().st_size - before) / devices / scans <= 40
