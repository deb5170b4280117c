"""How fast and how large an inventory is: 100 and 10,000 devices, 1,000 scans, 100,000 changes.

    python -m tests.inventory.benchmark [FOLDER]

prints the figures, and whether they are what was promised; nothing is asserted, since machines differ. FOLDER keeps the
inventories for the next time.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter

from netinv.formats import Report, Style, by_name
from netinv.inventory.relational import RelationalInventory
from netinv.inventory.sqlite import SQLite
from netinv.inventory.store import open_inventory
from netinv.model import Evidence, Scan
from tests.inventory.scans import heard, scan
from tests.inventory.server import Server, programs

SCANS, CHANGES, ROUNDS = 1000, 100_000, 5
MOST_SECONDS, MOST_TO_SAVE = 1.0, 0.5
"""For a command, and for saving a thousand devices."""
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


def printing(store: str) -> dict[str, float]:
    """Seconds it takes to write all devices down once they are read, by command: the median of several times."""
    with open_inventory(store, read_only=True) as inventory:
        report = Report(inventory.devices(brief=True))
    took: dict[str, float] = {}
    for command, name in (("list", "table"), ("export", "csv")):
        times = []
        for _ in range(ROUNDS):
            with Path(os.devnull).open("w", encoding="utf-8", newline="") as stream:
                start = perf_counter()
                by_name(name).write(report, stream, Style())
                stream.flush()
                times.append(perf_counter() - start)
        took[command] = median(times)
    return took


def commands(few: str, many: str, server: str | None) -> None:
    """How long a user waits for each command, the median of several runs that take turns, and whether that is what was promised.

    It is twice the time on few devices, and what it costs to print many; a page of changes costs nothing that counts.
    """
    times: dict[tuple[str, str], list[float]] = {}
    for store in (few, many):  # rules that changed since it was made are asked before, once
        _run("list", store=store)
    for _ in range(ROUNDS):
        for words in _COMMANDS:
            for store in filter(None, (few, many, server)):
                start = perf_counter()
                _run(*words, store=store)
                times.setdefault((words[0], store), []).append(perf_counter() - start)
    prints = printing(many)
    print("ms, of the median of five    100 devices   10,000   of which printing   allowed   holds   10,000 on a server")
    for words in _COMMANDS:
        name = words[0]
        short, long = median(times[name, few]), median(times[name, many])
        allowed = min(MOST_SECONDS, 2 * short + prints.get(name, 0))
        there = f"{median(times[name, server]) * 1000:,.0f}" if server else "-"
        figures = f"{short * 1000:>11.0f}{long * 1000:>9.0f}{prints.get(name, 0) * 1000:>20.0f}{allowed * 1000:>10.0f}"
        print(f"netinv {' '.join(words)[:20]:<22}{figures}   {'yes' if long <= allowed else 'NO ':<8}{there:>18}")


def _run(*words: str, store: str) -> None:
    environ = {**os.environ, "NETINV_STORE": store, "NETINV_CONFIG": os.devnull}
    command = [sys.executable, "-m", "netinv", *words]
    subprocess.run(command, env=environ, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def saved_among(name: str, store: str, devices: int = 1000) -> None:
    """How long it takes to save a scan of so many where many more are known, the median of several; a new scan each time."""
    found = [
        scan(*house(devices, f"{n}.25", changed=5), hours=SCANS + 2 + n, targets="10.0.0.0/22", name=f"later-{n}")
        for n in range(2 * ROUNDS)
    ]
    with open_inventory(store) as inventory:
        told = [_timed(inventory.record, one) for one in found]
    middle = median(told[1:])
    holds = "holds" if middle <= MOST_TO_SAVE * 1000 else "does NOT hold"
    print(
        f"saving {devices:,} devices {name}: {told[0]:.0f} ms the first, {middle:.0f} ms the median of the others,"
        f" {max(told[1:]):.0f} ms the slowest: {MOST_TO_SAVE:g} s {holds}"
    )


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
    with tempfile.TemporaryDirectory() as scratch:  # what is kept stays as it was made
        stores = []
        for devices in (100, 10_000):
            old(path := folder / f"{devices}.db", devices)
            stores.append(shutil.copy(path, scratch))
        server = Server(is_hurried=False) if programs() else None
        try:
            url = None
            if server:
                server.start()
                url = on_server(Path(stores[1]), server)
            commands(*stores, url)
            saved_among("among 10,000", stores[1])
            if url:
                saved_among("among 10,000 on a server", url)
        finally:
            if server:
                server.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.inventory.benchmark", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, help="an existing one, that keeps the inventories for the next time")
    with tempfile.TemporaryDirectory() as scratch:
        main(parser.parse_args().folder or Path(scratch))
