"""How fast and how large an inventory is: 100 and 10,000 devices, 1,000 scans, 100,000 changes.

    python -m tests.inventory.benchmark [FOLDER]

prints the figures; nothing is asserted, since machines differ. FOLDER keeps the inventories for the next time.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter

from netinv.inventory.relational import RelationalInventory
from netinv.inventory.sqlite import SQLite
from netinv.inventory.store import open_inventory
from netinv.model import Evidence, Scan
from tests.inventory.scans import heard, scan
from tests.inventory.server import Server, programs

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
    with RelationalInventory(SQLite(path)) as store:
        store.record(whole)
        _past(store, whole, random, per_scan if devices > per_scan else devices)
        store.record(scan(*house(devices, "0.7", changed=5), hours=SCANS + 1, targets="10.0.0.0/8"))


def _past(store: RelationalInventory, whole: Scan, random: Random, changes: int) -> None:
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


def commands(stores: Sequence[tuple[str, str]]) -> None:
    """The median of several runs of each command, as a user waits for it, by the name of each store; their runs take turns."""
    times: dict[tuple[str, str], list[float]] = {}
    for _ in range(ROUNDS):
        for words in _COMMANDS:
            for name, store in stores:
                start = perf_counter()
                environ = {**os.environ, "NETINV_STORE": store, "NETINV_CONFIG": os.devnull}
                command = [sys.executable, "-m", "netinv", *words]
                subprocess.run(command, env=environ, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                times.setdefault((words[0], name), []).append(perf_counter() - start)
    for words in _COMMANDS:
        told = [f"{median(times[words[0], name]) * 1000:,.0f} ms {name}" for name, _ in stores]
        print(f"netinv {words[0]}: {', '.join(told)}")


def saved_among(stores: Sequence[tuple[str, str]], devices: int = 1000) -> None:
    """How long it takes to save a scan of so many where many more are known, the median of several."""
    for name, store in stores:
        found = [scan(*house(devices, f"{n}.25", changed=5), hours=SCANS + 2 + n, targets="10.0.0.0/22") for n in range(ROUNDS)]
        with open_inventory(store) as inventory:
            told = [_timed(inventory.record, one) for one in found]
        print(f"saving {devices:,} devices {name}: {told[0]:.0f} ms the first, {median(told):.0f} ms the median")


def on_server(path: Path, server: Server) -> str:
    """The URL of a copy."""
    url = server.url("old")
    start = perf_counter()
    with open_inventory(path, read_only=True) as inventory:
        inventory.copy_to(url)
    there = perf_counter()
    with open_inventory(url, read_only=True) as inventory:
        inventory.copy_to(path.with_suffix(".back"))
    print(f"copied to the server in {there - start:.1f} s, and back in {perf_counter() - there:.1f} s")
    path.with_suffix(".back").unlink()
    return url


def _timed(record: object, found: Scan) -> float:
    start = perf_counter()
    record(found)  # type: ignore[operator]
    return (perf_counter() - start) * 1000


def main(folder: Path) -> None:
    """All of it, beside a server's where there is one to be had."""
    saved(1000)
    saved(1000, quick=True)
    grown()
    stores = []
    for devices in (100, 10_000):
        old(path := folder / f"{devices}.db", devices)
        stores.append((f"with {devices:,} devices", str(path)))
    server = Server(is_hurried=False) if programs() else None
    try:
        if server:
            server.start()
            stores.append(("with as many on a server", on_server(folder / "10000.db", server)))
        commands(stores)
        saved_among([(name, store) for name, store in stores if "100 " not in name])
    finally:
        if server:
            server.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.inventory.benchmark", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, help="an existing one, that keeps the inventories for the next time")
    with tempfile.TemporaryDirectory() as scratch:
        main(parser.parse_args().folder or Path(scratch))
