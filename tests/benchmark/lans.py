"""The LANs to measure on: netinv's own lab, or another simulator by its program; each in a namespace of its own."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

from netinv import lab
from netinv.lab import chatter
from netinv.lab.household import SCANNER_MAC

Pairs = frozenset[tuple[str, str | None]]
"""Addresses, each with a MAC of its own; None where no MAC is known."""
LAUNCHER = Path(__file__).with_name("launch.py")
CHATTER = 5.0
"""Broadcasts a second by devices on the LAN: on a wholly silent one masscan 1.3.2 never notices that it is done."""
_DELAY_MS = 0.8
"""Before each answer, on average."""


@dataclass(frozen=True)
class Conditions:
    """A LAN to measure on. Shares are between 0 and 1; `loss` is that of each way."""

    network: str = "10.9.0.0/24"
    hosts: int = 60
    sleepy: float = 0.0
    duplicates: int = 0
    icmp: float = 1.0
    loss: float = 0.0
    wifi: float = 0.0
    wifi_loss: float = 0.0
    ceiling: int | None = None
    ceiling_window_ms: int | None = None

    @property
    def own(self) -> str:
        """The scanning machine's address."""
        return str(IPv4Network(self.network)[-6])


@dataclass(frozen=True)
class Run:
    """What came of one command on one LAN."""

    output: str
    truth: Pairs
    wall: float
    """Seconds, of the whole process."""
    cpu: float
    memory: int
    """Bytes, at the peak."""
    frames: int
    """As the LAN counted them; so is the peak, in packets a second of the fullest 100 ms."""
    peak: int
    late_ms: float
    """How long a frame waited at the worst before the LAN came to it: if much, the machine was too busy to trust this run."""
    code: int
    """Its exit code."""
    is_late: bool
    """It had to be ended."""


Lan = Callable[[Conditions, int, Sequence[str], bool, float], Run]
"""Runs a command, in which `@IF`, `@NET` and `@SELF` stand for the interface, the network and the own address, on a LAN made
by a seed; as root or not; for so many seconds at the most."""


def own_lan(conditions: Conditions, seed: int, command: Sequence[str], privileged: bool, limit: float) -> Run:
    """On netinv's lab; this process must be in its namespace."""
    c = conditions
    population = lab.crowd(
        c.hosts, c.network, seed=seed, sleepy=c.sleepy, duplicates=c.duplicates, icmp=c.icmp, wifi=c.wifi, delay_ms=_DELAY_MS
    )
    trouble = lab.Impairments(
        loss_in=c.loss, loss_out=c.loss, wifi_loss=c.wifi_loss, ceiling=c.ceiling, ceiling_window_ms=c.ceiling_window_ms
    )
    gossip = _gossip(population)
    with _measured(limit, privileged) as (prefix, figures), lab.lan(population, seed=seed, impairments=trouble) as home:
        words = _filled(command, interface=home.interface, network=home.network, own=home.address)
        process = home.popen([*prefix, *words], **_quiet(figures.parent))
        while True:
            try:
                output, _ = process.communicate(timeout=1 / CHATTER)
            except subprocess.TimeoutExpired:
                home.say([gossip])
            else:
                break
        counters = home.counters()
        truth = frozenset((d.address, str(m)) for d in home.truth.values() for m in (d.mac, d.also_mac) if m)
        return Run(
            output,
            truth,
            frames=counters.frames,
            peak=counters.peak(),
            late_ms=counters.late_ms,
            **json.loads(figures.read_text()),
        )


def foreign_lan(program: str) -> Lan:
    """On the LAN of another simulator, which makes its namespace itself: `PROGRAM --net N --hosts N ... -- COMMAND`."""

    def run(conditions: Conditions, seed: int, command: Sequence[str], privileged: bool, limit: float) -> Run:
        with _measured(limit, privileged) as (prefix, figures):
            truth, counted = figures.with_name("truth"), figures.with_name("counted")
            options = [*options_of(conditions), "--seed", str(seed), "--truth", str(truth), "--json", str(counted), "--quiet"]
            done = subprocess.run(
                [program, *options, "--", *prefix, *command], check=False, timeout=limit + 60, **_quiet(figures.parent)
            )
            seen = json.loads(counted.read_text())["seen"]
            pairs = frozenset((a, m) for a, m in (line.split()[:2] for line in truth.read_text().splitlines()))
            told = json.loads(figures.read_text())
            return Run(
                done.stdout, pairs, frames=seen["frames"], peak=seen["peak_pps_100ms"], late_ms=seen["late_max_us"] / 1000, **told
            )

    return run


def options_of(conditions: Conditions) -> list[str]:
    """The conditions in the words of the other simulator's command line."""
    c = conditions
    said = {
        "--net": c.network, "--hosts": c.hosts, "--sleepy": c.sleepy, "--dup": c.duplicates, "--icmp": c.icmp, "--loss": c.loss,
        "--wifi": c.wifi, "--wifi-loss": c.wifi_loss, "--ceiling": c.ceiling, "--ceiling-window-ms": c.ceiling_window_ms,
        "--chatter": CHATTER, "--self": c.own,
    }  # fmt: skip
    return [word for option, value in said.items() if value for word in (option, str(value))]


@contextmanager
def _measured(limit: float, privileged: bool) -> Iterator[tuple[list[str], Path]]:
    """The words before a command that make it measured, and the file its figures will be in."""
    directory = Path(tempfile.mkdtemp(prefix="netinv-benchmark-"))
    try:
        figures = directory / "figures"
        yield [sys.executable, "-I", "-S", str(LAUNCHER), str(figures), str(limit), "root" if privileged else "user"], figures
    finally:
        shutil.rmtree(directory)


def _quiet(home: Path) -> dict[str, Any]:
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C.UTF-8", "NO_COLOR": "1"}
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    return {"env": environment, "encoding": "utf-8", "errors": "replace", "cwd": Path(__file__).parents[2], **streams}


def _filled(command: Sequence[str], *, interface: str, network: str, own: str) -> list[str]:
    named = {"@IF": interface, "@NET": network, "@SELF": own}
    return [named.get(word, word) for word in command]


def _gossip(population: lab.Household) -> bytes:
    """A device looks for somebody who is not there."""
    router = population.truth[population.gateway]
    return chatter.looks_for(router.mac or SCANNER_MAC, router.address, str(population.network[-2]))
