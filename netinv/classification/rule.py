"""A rule: what has to be heard, what follows from it, and the examples that prove it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final, NamedTuple

from netinv.classification.patterns import pattern, tested
from netinv.classification.vocabulary import key

BLANK: Final = re.compile(r"\{([\w.-]+)\}")
"""Where a template takes what was heard: `{mac.vendor}` by key, `{model}` by named group, `{words}` the phrase found."""

# Kinds of evidence that speak of the same thing, by the first part of the key; any other key is its own family. A maker also
# gives its devices their names, so a vendor and a name confirm each other less than two strangers would.
_FAMILIES: Final = {"mac": "maker", "name": "maker", "dns": "maker", "icmp": "system", "described": "said"}
_DERIVED_STRENGTHS: Final = {
    "mac": "maker",
    "name": "name",
    "icmp": "trace",
    "said": "self",
    "described": "self",
    "snmp": "self",
    "mdns": "self",
}
_STRONGEST: Final = ("self", "role", "service", "greeting", "habit", "trace", "name", "maker", "fact")


class Condition(NamedTuple):
    """What has to be heard under one key: one of `values`, else one of `phrases`, else a regular expression; none minds case."""

    key: str
    regex: str = ""
    values: frozenset[str] = frozenset()
    phrases: tuple[str, ...] = ()
    is_tested: bool = False
    """The regular expression is known to be quick."""

    def match(self, value: str) -> dict[str, str] | None:
        """The named groups the regular expression finds, None if it is not satisfied."""
        found = (tested if self.is_tested else pattern)(self.regex).search(value)
        return None if found is None else {name: text for name, text in found.groupdict().items() if text}


@dataclass(frozen=True, slots=True)
class Rule:
    """One piece of knowledge."""

    id: str
    when: tuple[Condition, ...]
    """All must be heard."""
    unless: tuple[Condition, ...]
    """None may be heard."""
    kind: str | None
    weights: Mapping[str, float]
    """Log-odds by kind; negative speaks against."""
    tells: Mapping[str, str]
    """Templates of vendor, model, os, firmware and serial."""
    says: str
    examples: tuple[Mapping[str, str], ...]
    counter_examples: tuple[Mapping[str, str], ...]
    source: str
    """The file it stands in."""
    trust: float | None = None
    """How far what it tells is trusted, from 0 to 1; None where the strength of its evidence decides."""
    of: tuple[str, ...] = ()
    """The kinds of device it tells that of; none where it is any, or those its weights speak for."""
    is_own: bool = False
    """Whether the user wrote it."""
    families: tuple[str, ...] = field(init=False)
    """What its evidence speaks of; rules of one family do not confirm each other fully."""
    strength: str = field(init=False)
    """The strongest sort of evidence it listens to (see `data/evidence.toml`)."""

    def __post_init__(self) -> None:
        protocols = (condition.key.partition(".")[0] for condition in self.when)
        families = tuple(sorted({_FAMILIES.get(protocol, protocol) for protocol in protocols}))
        object.__setattr__(self, "families", families)  # the way frozen dataclasses are meant to be initialised
        strengths = {_strength(condition.key) for condition in self.when}
        object.__setattr__(self, "strength", next(strength for strength in _STRONGEST if strength in strengths))


@cache
def _strength(name: str) -> str:
    known = key(name)
    return known.strength if known else _DERIVED_STRENGTHS.get(name.partition(".")[0], "fact")
