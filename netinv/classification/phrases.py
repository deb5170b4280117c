"""Phrases: whole words looked for in what a device says, thousands of them at the cost of a few.

`LaserJet` is found in "HP LaserJet 4250" and not in "LaserJetty". Words are runs of letters and digits; case and what stands
between them do not matter, so `DIR ###` is found in "DIR-645". In a word `#` is one digit, and `*` ends it: any rest of the word.
"""

import re
from functools import cache
from typing import Generic, NamedTuple, TypeVar

from netinv.errors import RuleError

_WORD = re.compile(r"[^\W_]+")
_PHRASE = re.compile(r"(?=[^* -])[^\W_#]*#*[^\W_#]*#*[^\W_#]*\*?([ -][^\W_#]*#*[^\W_#]*#*[^\W_#]*\*?)*")
_STEM = 4
"""Characters of a word by which phrases that leave the rest of it open are looked up."""
T = TypeVar("T")


class Found(NamedTuple, Generic[T]):
    """A phrase that was found."""

    of: T
    text: str
    """The words as they were heard."""


class Phrases(Generic[T]):
    """What belongs to each phrase, found in any text that holds the phrase."""

    def __init__(self) -> None:
        # By the first word of the phrase, or by what it begins with, at most `_STEM` characters, where it goes on with # or *.
        self._by_word: dict[str, list[tuple[tuple[str, ...], T]]] = {}
        self._by_start: dict[str, list[tuple[tuple[str, ...], T]]] = {}

    def add(self, phrase: str, of: T) -> None:
        parts = parsed(phrase)
        first = parts[0]
        if wild := re.search(r"[#*]", first):
            self._by_start.setdefault(first[: min(_STEM, wild.start())] or "#", []).append((parts, of))
        else:
            self._by_word.setdefault(first, []).append((parts, of))

    def find(self, text: str) -> list[Found[T]]:
        """Everything whose phrase stands in `text`, in the order of its words."""
        spans = [found.span() for found in _WORD.finditer(text)]
        words = [text[start:end].casefold() for start, end in spans]
        found: list[Found[T]] = []
        for place, word in enumerate(words):
            digit = self._by_start.get("#") if word[0].isdecimal() else None
            begun = [self._by_start.get(word[:length]) for length in range(min(len(word), _STEM), 0, -1)]
            for known in (self._by_word.get(word), *begun, digit):
                for parts, of in known or ():
                    end = place + len(parts)
                    if end <= len(words) and all(map(_is, words[place:end], parts)):
                        found.append(Found(of, text[spans[place][0] : spans[end - 1][1]]))
        return found


@cache
def parsed(phrase: str) -> tuple[str, ...]:
    """The words of a phrase; RuleError where it is none."""
    if not _PHRASE.fullmatch(phrase):
        raise RuleError(
            f"not a phrase: {phrase!r}",
            hint="Words with spaces between them; # is a digit, * ends a word and stands for the rest of it.",
        )
    return tuple(part for part in re.split("[ -]+", phrase.casefold()) if part)


def _is(heard: str, part: str) -> bool:
    if "#" in part:
        return _wild(part).fullmatch(heard) is not None
    return heard.startswith(part[:-1]) if part[-1] == "*" else heard == part


@cache
def _wild(part: str) -> re.Pattern[str]:
    literal = "".join("[0-9]" if c == "#" else re.escape(c) for c in part.rstrip("*"))
    return re.compile(f"{literal}.*" if part[-1] == "*" else literal)
