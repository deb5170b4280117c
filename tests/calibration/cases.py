"""Labelled observations: JSON lines of evidence documents with a `label` and the `family` of devices they belong to."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha1
from pathlib import Path

from netinv.classification.document import evidence_of
from netinv.classification.facts import Fact, facts
from netinv.classification.rule_base import Match
from netinv.classification.rules import load_rules

UNDETERMINED = "undetermined"
"""The label of generic evidence, of which naming a kind is an over-claim."""


@dataclass(frozen=True, slots=True)
class Case:
    """One labelled observation, and what the rules say of it."""

    id: str
    family: str
    kinds: frozenset[str]
    source: str
    grade: str
    label: str
    accept: frozenset[str]
    category: str
    categories: frozenset[str]
    heard: tuple[Fact, ...]
    matches: tuple[Match, ...]

    @property
    def is_determined(self) -> bool:
        return self.label != UNDETERMINED

    def half(self) -> str:
        """`a` or `b`, by the family's name alone."""
        return "ba"[sha1(self.family.encode(), usedforsecurity=False).digest()[0] % 2]

    def is_of(self, kinds: Collection[str], without: str) -> bool:
        return (not kinds or not self.kinds.isdisjoint(kinds)) and not (without and self.source.startswith(without))


def read_cases(path: Path) -> list[Case]:
    """Every case in the file."""
    return [_case(json.loads(line)) for line in path.read_text("utf-8").splitlines() if line.strip()]


def _case(entry: dict) -> Case:  # type: ignore[type-arg]
    label = entry["label"]
    heard = facts(evidence_of(entry["evidence"]))
    return Case(
        entry["id"], entry["family"], frozenset(entry["kinds"]), entry["source"]["repo"], entry["grade"],
        label["class"], frozenset(label["accept"]), label["coarse"], frozenset(label["coarse_accept"]),
        heard, tuple(load_rules().speaking(heard)),
    )  # fmt: skip
