"""Made-up homes over twenty scans, in which telephones, laptops and things on Wi-Fi answer now and then; then some devices leave.

    python -m tests.inventory.sleepers [HOW MANY] [SEED ...] [--woken SHARE]

prints how many that were there all the time were given up, and how many scans it took to notice those who left.

How many of the silent merely doze, so that a question for them alone wakes them (`netinv.net.absentees`), nobody has measured in
homes; so by default it is none, which is the worst case.
"""

import argparse
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from netinv.inventory.devices import build
from netinv.inventory.store import open_inventory
from netinv.model import Device, Evidence, Verdict
from tests.inventory.scans import ROUTER, heard, scan

SCANS = 20
AFTER = 20
"""Scans after the departures."""


@dataclass
class Inmate:
    """A device at home."""

    sort: str
    """As the result is told by."""
    mac: str
    address: str
    kind: str = "unknown"
    awake: float = 1.0
    """How likely it hears a scan."""
    drowsy: float = 0.0
    """How likely it answers only when asked again."""
    night: bool = False
    """It sleeps eight scans of twenty-four, all of them."""
    came: int = 0
    leaves: bool = False


@dataclass
class Tally:
    """How it went."""

    there: Counter[str] = field(default_factory=Counter)
    """Devices that never left, by sort."""
    false: Counter[str] = field(default_factory=Counter)
    """How many of them were given up all the same."""
    noticed: dict[str, Counter[int]] = field(default_factory=dict)
    """After how many scans a departure was noticed, by sort; 0 if not within `AFTER`."""

    def within(self, scans: int, sort: str) -> float:
        """The share of departures noticed so soon."""
        told = self.noticed[sort]
        return sum(n for after, n in told.items() if 0 < after <= scans) / told.total()


def home(random: Random) -> list[Inmate]:
    """Who lives there: a router, things, telephones, laptops, sleepers nobody would expect, and two that will leave."""
    found = [Inmate("router", ROUTER, "10.0.0.1", "router")]

    def add(sort: str, *, is_private: bool = False, **how: object) -> None:
        first = "da:a1:19" if is_private else "3c:22:fb"
        n = len(found) + 1
        mac = f"{first}:{random.getrandbits(16) >> 8:02x}:{random.getrandbits(8):02x}:{n:02x}"
        found.append(Inmate(sort, mac, f"10.0.0.{n}", **how))  # type: ignore[arg-type]

    for _ in range(random.randint(2, 8)):
        add("thing", kind=random.choice(("printer", "speaker", "unknown", "light", "unknown")))
    for _ in range(random.randint(1, 4)):
        add("phone", is_private=True, kind=random.choice(("unknown", "phone")), awake=random.uniform(0.35, 0.98), drowsy=0.3)
    for _ in range(random.randint(0, 2)):
        add("laptop", kind="computer", awake=random.uniform(0.4, 0.95))
    for _ in range(random.randint(0, 2)):
        add("phone that is off at night", is_private=True, night=True, awake=0.97)
    for _ in range(random.randint(0, 2)):
        add("sleepy thing", awake=random.uniform(0.5, 0.97), drowsy=0.5)
    for _ in range(random.randint(0, 1)):
        add("sleepy thing that came later", awake=random.uniform(0.5, 0.97), drowsy=0.5, came=random.randint(1, SCANS - 1))
    for _ in range(random.randint(0, 1)):
        add(
            "phone that came later",
            is_private=True,
            awake=random.uniform(0.35, 0.98),
            drowsy=0.3,
            came=random.randint(1, SCANS - 1),
        )
    add("thing that left", leaves=True, kind=random.choice(("printer", "unknown")))
    add(
        "thing seen a few times that left",
        leaves=True,
        kind=random.choice(("printer", "unknown")),
        came=SCANS - random.randint(1, 3),
    )
    add("phone that always answered and left", is_private=True, leaves=True, kind="phone")
    return found


def lived(random: Random, folder: Path, total: Tally, woken: float = 0.0) -> None:
    """A home's scans through a real inventory, added to the tally; who stays must not be given up in `SCANS` since it came."""
    inmates = home(random)
    begin = random.randrange(24)
    ids: dict[str, Inmate] = {}
    given_up: set[str] = set()
    gone: dict[str, int] = {}
    with open_inventory(folder / "inventory.db") as store:
        for n in range(SCANS + AFTER):
            there = [one for one in inmates if one.came <= n and not (one.leaves and n >= SCANS)]
            if n:
                there = [one for one in there if not (one.night and (begin + n) % 24 < 8)]
            silent = [one for one in there if n and random.random() >= one.awake]
            dozing = [one for one in silent if random.random() < woken]
            evidence = [_told(one, one.drowsy > random.random()) for one in there if one not in silent]
            evidence += [_told(one, True) for one in dozing]
            recorded = store.record(scan(*evidence, hours=n, judge=_judged))
            for device in recorded.scan.devices:
                ids[device.id] = next(one for one in inmates if one.mac in device.macs)
            for change in recorded.changes:
                if change.field == "presence" and change.after == "gone":
                    one = ids[change.device]
                    if not one.leaves or n < SCANS:
                        given_up |= {one.mac} if n < one.came + SCANS else set()
                    else:
                        gone[one.mac] = n - SCANS + 1
    for one in inmates:
        if one.leaves:
            total.noticed.setdefault(one.sort, Counter())[gone.get(one.mac, 0)] += 1
        total.there[one.sort] += 1
        total.false[one.sort] += one.mac in given_up


def tally(homes: int, seed: int = 1, woken: float = 0.0) -> Tally:
    """Of so many homes, in which the share `woken` of who is silent to the sweep answers when it is asked again alone."""
    total = Tally()
    for n in range(homes):
        with tempfile.TemporaryDirectory(dir=_memory()) as folder:
            lived(Random(seed * 100_003 + n), Path(folder), total, woken)
    return total


def _memory() -> str | None:
    """Where files are quickest."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


def _told(one: Inmate, is_late: bool) -> list[Evidence]:
    late = {"arp_attempt": "2"} if is_late else {}
    return heard(one.address, one.mac, 0, told_kind=one.kind, **late)


def _judged(evidence: Iterable[Evidence]) -> Device:
    evidence = tuple(evidence)
    kind = next(e.value for e in evidence if e.key == "told.kind")
    return build(evidence, verdict=Verdict(kind=kind, confidence=0.9), name=None, names=(), vendor=None)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.inventory.sleepers", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("homes", nargs="?", type=int, default=1000, metavar="HOW MANY", help="default 1000")
    parser.add_argument("seeds", nargs="*", type=int, default=[1], metavar="SEED", help="one run each (default 1)")
    parser.add_argument(
        "--woken",
        type=float,
        default=0.0,
        metavar="SHARE",
        help="of who is silent to the sweep, how many answer when asked alone",
    )
    asked = parser.parse_args()
    homes: int = asked.homes
    woken: float = asked.woken
    for seed in asked.seeds:
        found = tally(homes, seed, woken)
        devices, false = found.there.total(), found.false.total()
        share = f"{false:,} given up falsely ({false / devices:.3%})"
        print(f"seed {seed}: {homes:,} homes, {devices:,} devices, {SCANS} scans: {share}")
        for sort, count in found.there.items():
            print(f"  {sort:<38}{found.false[sort]:>5} of {count:>6,}")
        for sort, told in found.noticed.items():
            shown = ", ".join(f"{after or 'never'}: {n:,}" for after, n in sorted(told.items()))
            print(f"  {sort:<38}noticed by scan: {shown}")
