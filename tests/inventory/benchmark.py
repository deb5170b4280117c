"""How fast and how large an inventory is: 100 and 10,000 devices, 1,000 scans, 100,000 changes.

    python -m tests.inventory.benchmark [FOLDER]

prints the figures; nothing is asserted, since machines differ. FOLDER keeps the inventories for the next time.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from random import Random
from time import perf_counter

from netinv.inventory.sqlite import SQLiteInventory
from netinv.inventory.store import open_inventory
from netinv.model import Evidence, Scan
from tests.inventory.scans import heard, scan

SCANS, CHANGES, ROUNDS = 1000, 100_000, 5
_COMMANDS = (["list"], ["diff"], ["history", "10.0.0.77"], ["export", "/dev/null", "--format", "csv"])


def house(devices: int, rtt: str, changed: int = 0) -> list[list[Evidence]]:
    """Ten facts each; `changed` tells of how many one is another than it was."""
    return [
        heard(
            f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}",
            f"3c:22:fb:{n >> 16:02x}:{n >> 8 & 255:02x}:{n & 255:02x}",
            dns_ptr=f"host-{n}-{changed if n <= changed else 0}.lan",
            icmp_ttl="64",
            icmp_rtt=rtt,
            tcp_22="closed" if n % 3 else "open",
            tcp_80="open",
            tcp_443="open",
            tcp_445="closed",
            tcp_631="closed" if n % 7 else "open",
            ssh_banner="SSH-2.0-OpenSSH_9.2",
        )
        for n in range(1, devices + 1)
    ]


def saved(devices: int, *, quick: bool = False) -> None:
    """How long it takes to save a scan of so many: the first, and the same again; a `quick` one heard MAC addresses alone."""

    def heard_in(n: int, *, quick: bool) -> Scan:
        told = house(devices, f"{n}.5")
        return scan(*([e for e in d if e.key == "mac" or not quick] for d in told), hours=n, targets="10.0.0.0/8")

    with tempfile.TemporaryDirectory() as folder, open_inventory(path := Path(folder) / "i.db") as store:
        found = [heard_in(n, quick=quick) for n in range(4)]
        told = [f"first {_timed(store.record, found[0]):.0f} ms", *(f"again {_timed(store.record, s):.0f} ms" for s in found[1:])]
        if not quick:
            told.append(f"quickly {_timed(store.record, heard_in(9, quick=True)):.0f} ms")
        name = f"{devices:,} devices{' of a quick scan' if quick else ''}"
        print(f"saving {name}: {', '.join(told)}; {path.stat().st_size >> 10:,} KiB")


def grown(devices: int = 1000, scans: int = 20) -> None:
    """By how much a file grows with each scan that changes nothing."""
    with tempfile.TemporaryDirectory() as folder, open_inventory(path := Path(folder) / "i.db") as store:
        store.record(scan(*house(devices, "0.5"), targets="10.0.0.0/8"))
        before = path.stat().st_size
        for n in range(1, scans + 1):
            store.record(scan(*house(devices, f"{n * 3.7:.3f}"), hours=n, targets="10.0.0.0/8"))
        growth = (path.stat().st_size - before) / devices / scans
        print(f"growth of an unchanged scan: {growth:.2f} bytes a device")


def old(path: Path, devices: int) -> None:
    """An inventory with a past: a thousand scans and a hundred thousand changes."""
    if path.exists():
        return
    whole = scan(*house(devices, "0.5"), targets="10.0.0.0/8")
    random, per_scan = Random(1), CHANGES // SCANS
    with SQLiteInventory(path) as store:
        store.record(whole)
        _past(store, whole, random, per_scan if devices > per_scan else devices)
        store.record(scan(*house(devices, "0.7", changed=5), hours=SCANS + 1, targets="10.0.0.0/8"))


def _past(store: SQLiteInventory, whole: Scan, random: Random, changes: int) -> None:
    """Rows as a thousand scans leave them, written at once."""
    db = store._db
    with db.writing():
        numbers = [row[0] for row in db.all("SELECT number FROM devices")]
        started = int(whole.started.timestamp() * 1e6)
        for n in range(2, SCANS):
            at = started + n * 3_600_000_000
            db.run(
                "INSERT INTO scans (number, id, sensor, network, started, finished, targets, method, asked, is_partial, found,"
                " new, traffic, problems, present) SELECT ?, ?, sensor, network, ?, ?, targets, method, asked, 0, found, 0,"
                " traffic, problems, present FROM scans WHERE number = 1",
                n, f"past-{n}", at, at + 5_000_000,
            )  # fmt: skip
            db.run_all(
                "INSERT INTO events (scan, at, device, field, before, after, told_by)"
                " VALUES (?, ?, ?, 'addresses', ?, ?, 'scan')",
                [(n, at, random.choice(numbers), "10.0.0.1", "10.0.0.2") for _ in range(changes)],
            )


def commands(folder: Path, sizes: Sequence[int]) -> None:
    """The best of several runs of each command, as a user waits for it."""
    times: dict[tuple[str, int], float] = {}
    for devices in sizes:
        path = folder / f"{devices}.db"
        old(path, devices)
        environ = {**os.environ, "NETINV_STORE": str(path)}
        for words in _COMMANDS:
            runs = []
            for _ in range(ROUNDS):
                start = perf_counter()
                command = [sys.executable, "-m", "netinv", *words]
                subprocess.run(command, env=environ, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                runs.append(perf_counter() - start)
            times[" ".join(words[:1]), devices] = min(runs)
    for words in _COMMANDS:
        told = [f"{times[words[0], devices] * 1000:,.0f} ms with {devices:,} devices" for devices in sizes]
        print(f"netinv {words[0]}: {', '.join(told)}")


def _timed(record: object, found: Scan) -> float:
    start = perf_counter()
    record(found)  # type: ignore[operator]
    return (perf_counter() - start) * 1000


if __name__ == "__main__":
    saved(1000)
    saved(1000, quick=True)
    grown()
    with tempfile.TemporaryDirectory() as scratch:
        commands(Path(sys.argv[1] if len(sys.argv) > 1 else scratch), (100, 10_000))
