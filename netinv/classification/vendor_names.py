"""From the registered name of a company to the short one people know it by."""

import re
from collections import Counter
from collections.abc import Mapping
from functools import cache, lru_cache
from html import unescape
from typing import Any

from netinv.classification import knowledge
from netinv.text import clean

_LONGEST = 4
"""Words the longest form is written in: `S. de R.L. de C.V.` has more, `Sp. z o. o.` four."""

_QUOTES = str.maketrans("，“”„«»", ",     ")
_BRACKET = re.compile(r"(?<=\w)(?=\()|(?<=\))(?=\w)")
# `Buffalo.Inc`, `Co.,Ltd`, `(Xiamen)Co.`: a form glued to what precedes it
_GLUED = re.compile(r"(?<=[\w).][.,)])(?=(?:inc|ltd|co|corp|llc|limited|gmbh)\b)", re.IGNORECASE)
_NOT_LETTERS = re.compile(r"[^0-9a-zş]")
# A word without a vowel is an acronym some list wrote like a word (`Tcl`, `Zf`), except these.
_ACRONYM = re.compile(r"\b(?!(?:Bldg|Dr|Gmbh|Intl|Ltd|Mfg|Mgmt|Mr|Mt|Pvt|St)\b)[A-Z][b-df-hj-np-tv-xz]{1,3}\b")
_WORD = re.compile(r"[^\W\d_]+")
_SMALL = frozenset({"and", "de", "for", "of", "the", "und"})
_VOWELS = frozenset("aeiouyAEIOUY")


@lru_cache(1 << 16)
def tidy(registered: str) -> str:
    """`registered` without its legal form, not in capitals throughout, at most 64 characters; the brand where it is well known.

    Never empty unless `registered` is: of a name that is nothing but a legal form the first word stays.
    """
    name = clean(unescape(registered).translate(_QUOTES).replace('"', " "), 128)
    words = _BRACKET.sub(" ", _GLUED.sub(" ", name)).split()
    if len(words) > 1 and _form(words[:1]) in _known("leading"):
        words = words[1:]
    words = _without_form(words)
    short = " ".join(words).strip(" ,;.-&+") or name
    if not any(c.islower() for c in short):
        short = _WORD.sub(lambda word: _quietly(word[0]), short)
    short = _ACRONYM.sub(lambda word: word[0].upper(), short)
    return clean(_brands().get(_plain(short), short), 64)


def one_spelling(vendors: Mapping[str, str]) -> dict[str, str]:
    """`vendors` (of any keys) with names that differ only in case and punctuation written the way most of them are."""
    votes: dict[str, Counter[str]] = {}
    for vendor in vendors.values():
        votes.setdefault(_plain(vendor), Counter())[vendor] += 1
    chosen = {plain: max(spelled, key=lambda v: (spelled[v], v)) for plain, spelled in votes.items()}
    return {key: chosen[_plain(vendor)] for key, vendor in vendors.items()}


def _without_form(words: list[str]) -> list[str]:
    forms = _known("trailing")
    while len(words) > 1:
        for length in range(min(_LONGEST, len(words) - 1), 0, -1):
            form = _form(words[-length:])
            # `Private` is part of `Private Limited`, but also a word of its own
            if form in forms or form.removeprefix("private") in forms or not any(c.isalnum() for c in form):
                break
        else:
            break
        words = words[:-length]
        if len(words) > 1 and words[-1].lower() in ("and", "und"):  # `Becton, Dickinson and Company`
            words = words[:-1]
    return words


def _form(words: list[str]) -> str:
    joined = "".join(words).lower()
    return _NOT_LETTERS.sub("", joined) if joined.isascii() or "ş" in joined else joined


def _quietly(word: str) -> str:
    if word.lower() in _SMALL:
        return word.lower()
    # three letters, or no vowel: more likely an acronym (ZTE, AVM, RFEL)
    return word if len(word) < 4 or _VOWELS.isdisjoint(word) else word.capitalize()


def _plain(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalnum()) or name


@cache
def _known(part: str) -> frozenset[str]:
    return frozenset(_data()["forms"][part].split())


@cache
def _brands() -> dict[str, str]:
    return {_plain(name): brand for brand, names in _data()["brands"].items() for name in names}


@cache
def _data() -> Mapping[str, Mapping[str, Any]]:
    return knowledge.tables("vendors.toml")
