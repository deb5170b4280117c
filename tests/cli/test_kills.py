"""kill -9 of a whole `netinv scan` at any moment: the inventory shows the scan before or this one, never half of one."""

import json
import os
import signal
import subprocess
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from netinv.inventory.store import open_inventory
from netinv.lab import Lan

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("NETINV_KILLS", "12"))
QUICK = ("--retries", "0", "--timeout", "0.1", "--skip", "tcp", "--quiet", "--json")


def start(lan: Lan, netinv: Any) -> "subprocess.Popen[bytes]":
    """A scan of a few addresses, in a process group of its own."""
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process: subprocess.Popen[bytes] = netinv.start("scan", f"{lan.gateway}/28", *QUICK, start_new_session=True, **silent)
    return process


def test_a_killed_scan_leaves_the_one_before_or_itself(lan: Lan, netinv: Any) -> None:
    began = time.monotonic()
    assert start(lan, netinv).wait() == 0
    took = time.monotonic() - began
    random, saved, journals = Random(), 1, 0
    outcomes = {"before": 0, "itself": 0}
    for kill in range(KILLS):
        left = touched(netinv.store)
        process = start(lan, netinv)
        # Half of them at any moment, half of them while it saves; when exactly is what is tried.
        if kill % 2:
            time.sleep(random.uniform(0, took))
        else:
            while process.poll() is None and touched(netinv.store) in (None, left):
                pass
            time.sleep(random.uniform(0, 0.003))
        with suppress(ProcessLookupError):  # it was quicker than its killer
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        journals += touched(netinv.store) not in (None, left)
        listed = netinv("list", "--json")
        assert listed.returncode == 0, listed.stderr
        scans = whole(netinv, json.loads(listed.stdout)["devices"])
        assert scans in (saved, saved + 1)
        outcomes["before" if scans == saved else "itself"] += 1
        saved = scans
    print(f"{KILLS} kills in scans of {took:.2f} s: {outcomes}, {journals} with a journal left behind")


def touched(store: Path) -> int | None:
    """When SQLite last wrote beside the file, as it does while it saves; None if it left nothing there."""
    try:
        return store.with_name(f"{store.name}-journal").stat().st_mtime_ns
    except FileNotFoundError:
        return None


def whole(netinv: Any, listed: list[dict[str, Any]]) -> int:
    """How many scans are saved; all that the last of them saw is listed as it saw it."""
    with open_inventory(netinv.store, read_only=True) as inventory:
        scans = inventory.scans()
        seen = inventory.seen_in(scans[0].id)
        assert inventory.check() == ()
    last = scans[0]
    assert len(seen) == last.found > 1
    fresh = {d["id"] for d in listed if last.started <= datetime.fromisoformat(d["last_seen"]) <= last.finished}
    assert fresh == seen
    return len(scans)
