"""What a scan made of the LAN, beside the truth."""

import fnmatch
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.daemons.machine import Machine

TABLE = ("", "machine", "truth", "verdict", "sure", "names shown", "names missed, and what else is not as it is")


@dataclass(frozen=True)
class Judged:
    """One machine, and what was found of it."""

    machine: Machine
    device: Mapping[str, Any] | None
    """As JSON has it; None if it was not found."""

    @property
    def is_right(self) -> bool:
        """Whether category and kind are."""
        found = self.device or {}
        return found.get("kind") in self.machine.kind and found.get("category") in self.machine.category

    @property
    def unheard(self) -> tuple[str, ...]:
        """Names that can be obtained, and are not shown."""
        shown = {each["name"] for each in self.device["names"]} if self.device else set()
        return tuple(name for name in self.machine.names if name not in shown)

    @property
    def wrong(self) -> tuple[str, ...]:
        """What else is not as it is: vendor, model, system, and evidence."""
        if self.device is None:
            return ("not found",)
        truth = {key: getattr(self.machine, key) for key in ("vendor", "model", "os")}
        told = [f"{key} {self.device[key]}" for key, value in truth.items() if value not in (None, self.device[key])]
        heard: dict[str, set[str]] = {}
        for evidence in self.device["evidence"]:
            heard.setdefault(evidence["key"], set()).add(evidence["value"])
        for key, patterns in (*self.machine.heard.items(), *self.machine.among.items()):
            values = heard.get(key, set())
            others = {v for v in values if not any(fnmatch.fnmatchcase(v, pattern) for pattern in patterns)}
            if not all(fnmatch.filter(values, pattern) for pattern in patterns) or (others and key in self.machine.heard):
                told.append(f"{key} {sorted(values)}")
        return tuple(told)


@dataclass(frozen=True)
class Outcome:
    """One scan of the LAN."""

    judged: tuple[Judged, ...]
    strangers: tuple[str, ...]
    """Addresses of devices that nobody is."""
    seconds: float
    """Of the whole process, from its start to its end."""
    scan: Mapping[str, Any]
    """As JSON has it."""

    @property
    def daemons(self) -> frozenset[str]:
        """The different daemons that ran."""
        return frozenset(daemon for each in self.judged for daemon in each.machine.daemons)

    def __str__(self) -> str:
        count = len(self.judged)
        names, missed = (sum(map(len, each)) for each in zip(*((j.machine.names, j.unheard) for j in self.judged), strict=True))
        found, right = sum(j.device is not None for j in self.judged), sum(j.is_right for j in self.judged)
        traffic = self.scan["traffic"]
        return (
            f"{len(self.daemons)} different ones on {count} machines: {found} found, {right} kinds right, {names - missed} of"
            f" {names} names shown; {self.seconds:.1f} s, {traffic['frames']:,} frames, peak {traffic['peak_pps']}/s"
        )


def table(outcome: Outcome) -> Iterator[str]:
    """The outcome in lines, one a machine."""
    rows = [TABLE, *map(_row, outcome.judged)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
    yield from (f"nobody is {address}" for address in outcome.strangers)


def _row(judged: Judged) -> tuple[str, ...]:
    machine, device = judged.machine, judged.device
    truth, wrong = "|".join(machine.kind), "; ".join((*judged.unheard, *judged.wrong))
    if device is None:
        return "LOST", machine.name, truth, "", "", "", wrong
    names = ", ".join(dict.fromkeys(name["name"] for name in device["names"]))
    sure = f"{device['confidence']:.0%}" if device["confidence"] else ""
    return "" if judged.is_right else "WRONG", machine.name, truth, device["kind"], sure, names[:60], wrong
