"""What is told of a device besides its kind: vendor, model, system, firmware and serial number, by those who know best."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, Final, NamedTuple

from netinv.classification import knowledge
from netinv.classification.facts import DERIVED, Fact
from netinv.classification.kinds import UNKNOWN
from netinv.classification.rule import BLANK, Rule
from netinv.classification.rule_base import Match
from netinv.classification.vendor_names import tidy
from netinv.classification.vocabulary import Key, vocabulary
from netinv.model import Detail
from netinv.text import clean

FIELDS: Final = ("vendor", "model", "os", "firmware", "serial")
NAMED_FROM: Final = 0.5
"""A detail is told from this confidence on; what is weaker only lends weight to others."""
HIGHEST: Final = 0.99
"""However many say so: a device may say of itself what it likes."""

_LONGEST = 80
"""Characters kept: the longest model names of printers have 60."""
_MOST = 64
"""Tellers weighed for one field; the most trusted of them."""


class _Teller(NamedTuple):
    """Somebody who tells a detail."""

    value: str
    plain: str
    """In lower case, words parted by single spaces, no punctuation: how values are compared."""
    trust: float
    weight: float
    """Of the rule that tells, which decides between equals."""
    source: str
    evidence: tuple[str, ...]


def tells_details(fact: Fact) -> bool:
    """Whether the fact says something by itself, without a rule."""
    return fact.key in _telling_keys()


def details(heard: Sequence[Fact], matches: Iterable[Match], kind: str = UNKNOWN) -> tuple[Detail, ...]:
    """All that is told of a device of this kind, field by field in the order of `FIELDS`, the likeliest first.

    Who agrees adds up as independent witnesses do, once for each protocol; a shorter value speaks for a longer one that contains
    it (`LaserJet M404` for `HP LaserJet M404dn`), a kernel for the system made of it. Without the evidence a detail cites it is
    told less surely, otherwise, or not at all.
    """
    told: dict[str, list[_Teller]] = {field: [] for field in FIELDS}
    protocols = {fact.evidence: fact.key.partition(".")[0] for fact in heard if fact.key not in DERIVED}
    for field, teller in (*_of_keys(heard, kind), *_of_rules(matches, kind)):
        told[field].append(teller)
    makers = {teller.plain for teller in told["vendor"]}
    told["model"] = [teller for teller in told["model"] if makers.isdisjoint((teller.plain, plain(tidy(teller.value))))]
    return tuple(detail for field in FIELDS for detail in _ranked(field, told[field], protocols))


def best(found: Iterable[Detail]) -> tuple[Detail, ...]:
    """Of each field the likeliest, where it is likely enough to be told."""
    chosen: dict[str, Detail] = {}
    for detail in found:
        if detail.confidence >= NAMED_FROM:
            chosen.setdefault(detail.field, detail)
    return tuple(chosen.values())


def _of_keys(heard: Iterable[Fact], kind: str) -> Iterator[tuple[str, _Teller]]:
    for fact in heard:
        known = _telling_keys().get(fact.key)
        if known is None or not _speaks_of(kind, known):
            continue
        for field, trust in known.tells.items():
            if value := cleaned(field, fact.value):
                yield field, _Teller(value, plain(value), trust, 0.0, fact.key, (fact.evidence,))


def _of_rules(matches: Iterable[Match], kind: str) -> Iterator[tuple[str, _Teller]]:
    for match in matches:
        rule = match.rule
        if not rule.tells or not _speaks_of(kind, rule):
            continue
        trust = _trust()[rule.strength] if rule.trust is None else rule.trust
        for field, template in rule.tells.items():
            text = match.fill(template)
            # what the rule says in words of its own is spelled as its author means it
            if value := cleaned(field, text) if BLANK.search(template) else text:
                yield field, _Teller(value, plain(value), trust, max(rule.weights.values(), default=0.0), rule.id, match.evidence)


def _speaks_of(kind: str, teller: Key | Rule) -> bool:
    """A print server announces its printers: what is said of them is not said of itself."""
    meant = teller.of or (
        tuple(kind for kind, weight in teller.weights.items() if weight > 0) if isinstance(teller, Rule) else ()
    )
    return kind == UNKNOWN or not meant or kind in meant


def _ranked(field: str, tellers: Sequence[_Teller], protocols: Mapping[str, str]) -> Iterator[Detail]:
    """The values told, each with all who say so; of what is said in fewer words only the fullest form."""
    tellers = sorted(set(tellers), key=lambda teller: (-teller.trust, -teller.weight, teller.source, teller.value))[:_MOST]
    by_value: dict[str, _Teller] = {}
    for teller in tellers:
        by_value.setdefault(teller.plain, teller)
    supports = _SUPPORTS.get(field, _supports)
    found: list[tuple[tuple[float, float, float, int, str], Detail, frozenset[str]]] = []
    for value, first in by_value.items():
        agreeing = [teller for teller in tellers if supports(teller.plain, value)]
        confidence = round(min(HIGHEST, _together(agreeing, protocols)), 4)
        sources = tuple(dict.fromkeys(teller.source for teller in agreeing))
        evidence = tuple(dict.fromkeys(one for teller in agreeing for one in teller.evidence))
        best_of = max(agreeing, key=lambda teller: (teller.trust, teller.weight))
        length = len(value) if field == "vendor" else -len(value)  # of those who agree the fullest; of a maker the plain name
        found.append(
            (
                (-confidence, -best_of.trust, -best_of.weight, length, value),
                Detail(field, first.value, confidence, sources, evidence),
                frozenset(teller.plain for teller in agreeing),
            )
        )
    said: set[str] = set()
    for _, detail, covered in sorted(found, key=lambda one: one[0]):
        if plain(detail.value) not in said:
            yield detail
        said |= covered


def _together(agreeing: Iterable[_Teller], protocols: Mapping[str, str]) -> float:
    """1 less the chance that all of them err; who repeats what was heard by the same protocol adds nothing."""
    doubt, spoken = 1.0, set[str]()
    for teller in agreeing:
        by = {protocols.get(one, one) for one in teller.evidence}
        if not by <= spoken:
            doubt *= 1 - teller.trust
            spoken |= by
    return 1 - doubt


def _supports(one: str, other: str) -> bool:
    """Whether who says `one` says nothing else than who says `other`, only less."""
    if one == other or (len(one) > 1 and f" {one}" in f" {other}") or one.replace(" ", "") == other.replace(" ", ""):
        return True
    return other.partition(" ")[0] in _families().get(one.partition(" ")[0], ())


def _supports_vendor(one: str, other: str) -> bool:
    return f"{one} ".startswith(f"{other} ") or f"{other} ".startswith(f"{one} ")


_SUPPORTS: Final[Mapping[str, Callable[[str, str], bool]]] = {"vendor": _supports_vendor, "serial": str.__eq__}


@lru_cache(1 << 14)
def cleaned(field: str, said: str) -> str | None:
    """What is said as it may be shown as this field; None where it tells nothing."""
    value = clean(said, _LONGEST).strip(" \"'`,;:|<>{}=*_-").strip()
    if value.startswith("(") and value.endswith(")"):  # Bonjour Printing writes `product=(HP LaserJet)`
        value = value[1:-1].strip()
    if field == "vendor":
        value = tidy(value)
    bare = plain(value)
    if not bare or bare in _placeholders(field) or not _SHAPES[field](value):
        return None
    if field in ("vendor", "model") and any(f" {word} " in f" {bare} " for word in _software()):
        return None
    return value


def plain(value: str) -> str:
    """`value` in lower case, without punctuation; all of it where it is nothing else."""
    return " ".join(_WORD.findall(value.casefold())) or value.casefold()


_WORD = re.compile(r"[^\W_]+")
_UUID = re.compile(r"(?:urn:)?(?:uuid:)?\{?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\}?|[0-9a-f]{32}", re.IGNORECASE)
_ADDRESS = re.compile(
    r"(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}|\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?|(?:https?|urn|ftp)[:/].*|[^@\s]+@[^@\s]+|(?:[\w-]+\.)+local\.?",
    re.IGNORECASE,
)
_LETTER = re.compile(r"[^\W\d_]")
_REPEATED = re.compile(r"(.)\1*")


def _is_word(value: str) -> bool:
    """Somebody's choice of words, no number, id or place on the network."""
    return bool(_LETTER.search(value)) and not _UUID.fullmatch(value) and not _ADDRESS.fullmatch(value) and len(value) > 1


def _is_model(value: str) -> bool:
    # a model may be a number (Cisco 7960, Dell 2330), a version of a protocol or a list of codes is none
    return (value.isdecimal() and 3 <= len(value) <= 5 and int(value) > 99) or _is_word(value)


def _is_firmware(value: str) -> bool:
    return any(map(str.isdecimal, value)) and not _UUID.fullmatch(value) and "://" not in value


def _is_serial(value: str) -> bool:
    bare = re.sub(r"[^0-9A-Za-z]", "", value)
    return (
        4 <= len(bare) <= 40
        and value.isascii()
        and value.count(" ") <= 1
        and any(map(str.isdecimal, bare))
        and not _REPEATED.fullmatch(bare)
        and not _UUID.fullmatch(value)
    )


_SHAPES: Final[Mapping[str, Callable[[str], bool]]] = {
    "vendor": _is_word,
    "model": _is_model,
    "os": _is_word,
    "firmware": _is_firmware,
    "serial": _is_serial,
}


@cache
def _telling_keys() -> Mapping[str, Key]:
    return {name: known for name, known in vocabulary().items() if known.tells}


@cache
def _trust() -> Mapping[str, float]:
    return {strength: float(trust) for strength, trust in _data()["trust"].items()}


@cache
def _placeholders(field: str) -> frozenset[str]:
    known = _data()["placeholders"]
    return frozenset(plain(value) for value in (*known["any"], *known[field]))


@cache
def _software() -> tuple[str, ...]:
    return tuple(_data()["software"]["words"])


@cache
def _families() -> Mapping[str, frozenset[str]]:
    return {family: frozenset(plain(name).partition(" ")[0] for name in made) for family, made in _data()["families"].items()}


def _data() -> Mapping[str, Any]:
    return knowledge.tables("details.toml")
