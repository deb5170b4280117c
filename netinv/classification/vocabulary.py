"""The vocabulary of evidence: every key that probes may tell and rules may listen to, read from `data/evidence.toml`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final

from netinv.classification import knowledge

STRENGTHS: Final = ("self", "greeting", "service", "habit", "trace", "name", "maker", "role", "fact")
"""What kinds of knowledge evidence gives; `data/evidence.toml` says what they mean."""

HIDES: Final = ("name", "number", "hex", "look", "key", "part", "nothing")
"""What anonymous transcripts mask of a value; `data/evidence.toml` says what they mean."""

_PORT = re.compile(r"(tcp|udp)\.([1-9]\d{0,4})")


@dataclass(frozen=True, slots=True)
class Key:
    """One key of evidence."""

    name: str
    strength: str
    looks: str
    """A value as probes tell it."""
    means: str
    said: bool
    """The device describes itself."""
    tells: Mapping[str, float]
    """Which detail the whole value is (vendor, model, os, firmware, serial), and how far it is trusted, from 0 to 1."""
    of: tuple[str, ...]
    """The kinds of device it tells that of; none where it is any."""
    hides: str
    """What of it an anonymous transcript masks: a word of `HIDES`."""


@cache
def vocabulary() -> Mapping[str, Key]:
    """Every key by its name; `tcp.PORT` and `udp.PORT` stand for all ports."""
    entries = knowledge.tables("evidence.toml")
    return MappingProxyType(
        {
            name: Key(
                name,
                entry["strength"],
                entry["looks"],
                entry["means"],
                entry.get("said", False),
                MappingProxyType(entry.get("tells", {})),
                tuple(entry.get("of", ())),
                entry.get("hides", "name" if entry["strength"] == "name" else "nothing"),
            )
            for name, entry in entries.items()
        }
    )


def key(name: str) -> Key | None:
    """The key of this name; None where there is none."""
    if port := _PORT.fullmatch(name):
        return vocabulary()[f"{port[1]}.PORT"] if int(port[2]) < 65536 else None
    return None if name.endswith(".PORT") else vocabulary().get(name)
