"""The one vocabulary of what a device can be, read from `data/kinds.toml`."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final

from netinv.classification import knowledge

UNKNOWN: Final = "unknown"
"""The kind and the category of a device netinv will not name."""

CATEGORIES: Final = ("router", "printer", "computer", "other", UNKNOWN)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of device, in words a newcomer understands."""

    name: str
    category: str
    prior: float
    """How common it is before anything was heard; all priors add up to 1."""
    summary: str
    gives_away: str


@cache
def kinds() -> Mapping[str, Kind]:
    """Every kind by its name, `unknown` excepted."""
    table = knowledge.tables("kinds.toml")
    total = sum(entry["prior"] for entry in table.values())
    return MappingProxyType(
        {
            name: Kind(name, entry["category"], entry["prior"] / total, entry["summary"], entry["gives_away"])
            for name, entry in table.items()
        }
    )


def category(kind: str) -> str:
    """The category of a kind; `unknown` of `unknown`."""
    return UNKNOWN if kind == UNKNOWN else kinds()[kind].category
