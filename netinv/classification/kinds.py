"""The one vocabulary of what a device can be, read from `data/kinds.toml`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final

from netinv.classification import knowledge

UNKNOWN: Final = "unknown"
"""The kind and the category of a device netinv will not name."""

_NEAR: Final = 0.7
"""How alike a word must be to be taken for a mistyped kind: `pritner` is a printer (0.86), `toaster` no router (0.62)."""

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
    typical: tuple[tuple[str, str], ...] = ()
    """Keys and values of evidence, each of which alone tells the kind in general words."""


@cache
def kinds() -> Mapping[str, Kind]:
    """Every kind by its name, `unknown` excepted."""
    table = knowledge.tables("kinds.toml")
    total = sum(entry["prior"] for entry in table.values())
    return MappingProxyType(
        {
            name: Kind(
                name,
                entry["category"],
                entry["prior"] / total,
                entry["summary"],
                entry["gives_away"],
                tuple((said["key"], said["value"]) for said in entry["typical"]),
            )
            for name, entry in table.items()
        }
    )


def hint(word: str, known: Iterable[str]) -> str:
    """For somebody who named a kind that is not among those known: which one is meant, or all where none is near."""
    from difflib import get_close_matches  # 1 ms, for a typing error only

    names = tuple(dict.fromkeys(known))  # a category may be called as a kind is
    near = get_close_matches(word[:80], names, n=1, cutoff=_NEAR)
    return f"did you mean {near[0]}?" if near else f"kinds: {', '.join(names)}"


def category(kind: str) -> str:
    """The category of a kind; `unknown` of `unknown`."""
    return UNKNOWN if kind == UNKNOWN else kinds()[kind].category
