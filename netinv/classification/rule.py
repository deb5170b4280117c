"""A rule: what has to be heard, what follows from it, and the examples that prove it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from netinv.classification.patterns import pattern

BLANK: Final = re.compile(r"\{([\w.-]+)\}")
"""Where a template takes what was heard: `{mac.vendor}` by key, `{model}` by named group."""

# Kinds of evidence that speak of the same thing, by the first part of the key; any other key is its own family. A maker also
# gives its devices their names, so a vendor and a name confirm each other less than two strangers would.
_FAMILIES: Final = {"mac": "maker", "name": "maker", "dns": "maker", "icmp": "system"}


class Condition(NamedTuple):
    """What has to be heard under one key: exact values if `values`, else a regular expression; neither minds case."""

    key: str
    regex: str = ""
    values: frozenset[str] = frozenset()

    def match(self, value: str) -> dict[str, str] | None:
        """The named groups found, None if `value` does not satisfy the condition."""
        if self.values:
            return {} if value.casefold() in self.values else None
        found = pattern(self.regex).search(value)
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
    """Templates of vendor, model and os."""
    says: str
    examples: tuple[Mapping[str, str], ...]
    counter_examples: tuple[Mapping[str, str], ...]
    source: str
    """The file it stands in."""
    families: tuple[str, ...] = field(init=False)
    """What its evidence speaks of; rules of one family do not confirm each other fully."""

    def __post_init__(self) -> None:
        protocols = (condition.key.partition(".")[0] for condition in self.when)
        families = tuple(sorted({_FAMILIES.get(protocol, protocol) for protocol in protocols}))
        object.__setattr__(self, "families", families)  # the way frozen dataclasses are meant to be initialised
