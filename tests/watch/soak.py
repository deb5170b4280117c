"""`python -m tests.watch.soak --minutes 60`: a watch at 60 times its usual speed, on a virtual LAN where devices come and go.

A sweep every 5 s stands for one every 5 minutes, so an hour of it is two and a half days. Measured are the memory of every
process of the watch, and whether each planted arrival and departure is reported once, and how late. No test: it takes long.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from netinv.lab import Lan, SimulatedDevice, crowd, household, lan, namespace
from netinv.lab.guests import Guests
from netinv.model import MAC

EVERY = 5.0
"""Seconds from one sweep to the next."""
LATE = 4 * EVERY
"""Seconds after which something planted is told too late to pass without a word."""


@dataclass
class Visit:
    """What is planted: somebody arrives, or leaves, at a moment."""

    mac: str
    kind: str
    at: float
    reported: list[tuple[float, str]] = field(default_factory=list)


def guests() -> tuple[tuple[SimulatedDevice, int, int], ...]:
    """Who comes and goes, and for how many sweeps at least they stay, and stay away.

    Phones sleep, so that only one that has always answered for a while is missed as soon as a camera is. And who comes back
    within sixteen sweeps has slept, as the inventory sees it, and is given longer the next time; these are real departures.
    """
    camera = household().truth["10.77.0.70"]
    found = [
        (replace(camera, address=f"10.9.0.{20 + n}", mac=MAC(f"c0:56:e3:00:00:{n:02x}"), name=None, ipv6=()), 6, 26)
        for n in range(4)
    ]
    phone = SimulatedDevice("10.9.0.28", MAC("b2:5a:d7:00:00:28"), "phone", "other", "a phone", filtered=True)
    return (*found, (phone, 40, 26), (replace(phone, address="10.9.0.29", mac=MAC("b2:5a:d7:00:00:29")), 40, 26))


def plant(crew: Guests, visits: list[Visit], until: float, seed: int) -> Iterator[None]:
    """Let guests come and go, until the time is nearly over."""
    rng, now = random.Random(seed), time.monotonic()
    due = {g.address: (now + rng.uniform(2, 8) * EVERY, False, g, stay, away) for g, stay, away in guests()}
    while (now := time.monotonic()) < until:
        for address, (at, is_here, guest, stay, away) in due.items():
            if now < at:
                continue
            if is_here:
                crew.leave(address)
            else:
                crew.arrive(address, quietly=rng.random() < 0.5, name=f"guest-{address.rpartition('.')[2]}")
            visits.append(Visit(str(guest.mac), "left" if is_here else "came", now))
            pause = (away if is_here else stay) * EVERY * rng.uniform(1.0, 1.6)
            due[address] = (now + pause, not is_here, guest, stay, away)
        yield


def memory(pid: int) -> dict[str, int]:
    """Resident memory of the watch, its keeper and the look that goes on, if there is one at this moment, in KiB."""
    found = {}
    for name in ("watch", "keeper", "look"):
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
            found[name] = sum(int(line.split()[1]) for line in lines if line.startswith("Rss:"))
            pid = int(Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()[0])
        except (OSError, IndexError):  # between two looks
            break
    return found


def cpu(pid: int) -> float:
    """Seconds of processor time of the watch and of all its children that have ended; its keeper counts theirs."""
    ticks = 0
    for name in (pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split())):
        ticks += sum(map(int, Path(f"/proc/{name}/stat").read_text("ascii").rpartition(")")[2].split()[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Run it, and print what was measured."""
    parser = argparse.ArgumentParser(prog="python -m tests.watch.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0, help="how long (default 60)")
    parser.add_argument("--seed", type=int, default=1, help="who comes and goes when (default 1)")
    parser.add_argument("--home", help="keep the inventory in this directory")
    chosen = parser.parse_args()
    namespace.enter()
    home = crowd(16, "10.9.0.0/27", seed=chosen.seed)
    home = replace(home, devices=tuple(d for d in home.devices if int(d.address.rpartition(".")[2]) < 20))
    with tempfile.TemporaryDirectory() as directory, lan(home) as one, Guests(one, tuple(g for g, _, _ in guests())) as crew:
        _run(one, crew, chosen.home or directory, chosen.minutes * 60, chosen.seed)


def _run(one: Lan, crew: Guests, home: str, seconds: float, seed: int) -> None:
    environment = {"PATH": os.environ["PATH"], "HOME": home, "PYTHONPATH": os.pathsep.join(sys.path)}
    words = [sys.executable, "-m", "netinv", "watch", "--json", "--every", f"{EVERY:.0f}s", "--pace", "default"]
    words += ["--metrics", "9877", "--exec", "true"]
    watch = one.popen(words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
    started = time.monotonic()
    heard: list[tuple[float, dict[str, Any]]] = []
    notes: list[str] = []

    def read() -> None:
        for line in watch.stdout or ():
            heard.append((time.monotonic(), json.loads(line)))

    def listen() -> None:
        notes.extend(line.rstrip() for line in watch.stderr or ())

    threads = [threading.Thread(target=read, daemon=True), threading.Thread(target=listen, daemon=True)]
    for thread in threads:
        thread.start()
    time.sleep(4 * EVERY)  # who is here at first is no news
    visits: list[Visit] = []
    sizes: list[dict[str, int]] = []
    begin = time.monotonic()
    last = 0.0
    for _ in plant(crew, visits, begin + seconds, seed):
        time.sleep(0.2)
        if watch.poll() is not None:
            break
        if time.monotonic() > last + 30:
            last = time.monotonic()
            sizes.append(memory(watch.pid))
            share = cpu(watch.pid) / (last - started)
            print(
                f"{last - begin:7.0f} s {sizes[-1]} KiB, {share:.1%} of a core, {len(visits)} planted, {len(heard)} events",
                flush=True,
            )
    if watch.poll() is None:
        time.sleep(20 * EVERY)
        watch.terminate()
    code = watch.wait(20)
    for thread in threads:
        thread.join(5)
    _tell(begin, visits, heard, sizes, notes, code)


def _tell(
    begin: float,
    visits: list[Visit],
    heard: list[tuple[float, dict[str, Any]]],
    sizes: list[dict[str, int]],
    notes: list[str],
    code: int,
) -> None:
    strays = []
    for at, event in heard:
        kind, device = event["event"], event["device"]
        word = {"device.new": "came", "device.back": "came", "device.gone": "left"}.get(kind)
        about = [v for v in visits if device and v.mac in device["macs"] and v.at <= at]
        if word and about and about[-1].kind == word:
            about[-1].reported.append((at - about[-1].at, kind))
        elif kind != "device.changed":
            strays.append((kind, event["says"]))
    once = [v for v in visits if len(v.reported) == 1]
    print(f"exit code {code}; {len(visits)} planted, {len(once)} reported once; {len(strays)} reported that were not planted")
    for visit in visits:
        if len(visit.reported) != 1:
            print(f"  {visit.kind} {visit.mac}: {visit.reported}")
    for stray in strays:
        print("  not planted:", *stray)
    for word in ("came", "left"):
        late = sorted(v.reported[0][0] for v in once if v.kind == word)
        if late:
            print(f"{word}: told after {late[0]:.1f} s at best, {late[len(late) // 2]:.1f} s mostly, {late[-1]:.1f} s at worst")
    for visit in once:
        if visit.reported[0][0] > LATE:
            print(f"  late: {visit.mac} {visit.kind} after {visit.at - begin:.0f} s, told {visit.reported[0][0]:.1f} s later")
    for name in ("watch", "keeper", "look"):
        if not (each := [size[name] for size in sizes if name in size]):
            continue
        tenth = max(1, len(each) // 10)
        early, late_ = each[tenth : 2 * tenth] or each, each[-tenth:]
        print(f"{name}: {sum(early) / len(early):,.0f} KiB after a tenth of the time, {sum(late_) / len(late_):,.0f} in the end")
    for note in notes[:200]:
        print("said:", note)


if __name__ == "__main__":
    main()
