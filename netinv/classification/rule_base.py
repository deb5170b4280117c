"""The rule base: which rules have something to say about what was heard."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from netinv.classification.facts import Fact
from netinv.classification.phrases import Phrases
from netinv.classification.rule import BLANK, Condition, Rule
from netinv.errors import RuleError

_SHOWN = 80
"""Characters of a heard value repeated in a sentence."""
_REMEMBERED = 20_000
"""Values whose listeners are remembered; most values come again (a port is open or closed, vendors are few)."""


@dataclass(frozen=True, slots=True)
class Match:
    """A rule of which something was heard."""

    rule: Rule
    evidence: tuple[str, ...]
    """Ids of all the evidence that satisfies its conditions."""
    heard: Mapping[str, str]
    """Values by key, and named groups, to fill templates with."""
    missing: tuple[str, ...] = ()
    """Keys of the conditions nothing satisfies."""
    silenced: tuple[Fact, ...] = ()
    """The facts that satisfy an `unless`."""

    @property
    def speaks(self) -> bool:
        return not self.missing and not self.silenced

    def fill(self, template: str) -> str:
        """`template` with each `{key}` or `{group}` replaced by what was heard."""
        return BLANK.sub(lambda blank: self.heard.get(blank[1], "")[:_SHOWN], template)


class Rules:
    """A rule base, indexed by what its rules listen to."""

    def __init__(self, rules: Iterable[Rule], fingerprint: str = "", problems: Iterable[RuleError] = ()) -> None:
        self.problems = tuple(problems)
        """What is wrong with rules of the user's, which are left out."""
        self._rules = tuple(rules)
        self.fingerprint = fingerprint
        """Changes whenever the same evidence might get another verdict."""
        # The conditions on each key: which rule, and its how-manieth condition (-1: an `unless`). They are indexed when the key
        # is first heard, since most devices tell few keys.
        self._conditions: dict[str, list[tuple[int, int, Condition]]] = {}
        for number, rule in enumerate(self._rules):
            for place, condition in [*enumerate(rule.when), *((-1, condition) for condition in rule.unless)]:
                self._conditions.setdefault(condition.key, []).append((number, place, condition))
        self._listening: dict[str, _Listeners] = {}
        self._remembered: dict[tuple[str, str], tuple[tuple[int, int, dict[str, str]], ...]] = {}

    def __iter__(self) -> Iterator[Rule]:
        return iter(self._rules)

    def __len__(self) -> int:
        return len(self._rules)

    @property
    def keys(self) -> frozenset[str]:
        """Every key some rule listens to."""
        return frozenset(condition.key for rule in self for condition in (*rule.when, *rule.unless))

    def is_listened_to(self, fact: Fact) -> bool:
        """Whether any rule has a condition that the fact satisfies."""
        return bool(self._listeners(fact.key, fact.value))

    def speaking(self, facts: Sequence[Fact]) -> list[Match]:
        """The rules that have heard all they want and nothing that silences them."""
        return [match for match in self.hearing(facts, only_complete=True) if not match.silenced]

    def hearing(self, facts: Sequence[Fact], *, only_complete: bool = False) -> Iterator[Match]:
        """The rules that have heard something they want; at will only those that have heard all of it."""
        heard: dict[int, list[tuple[int, Fact, dict[str, str]]]] = {}
        silenced: dict[int, list[Fact]] = {}
        for fact in facts:
            for number, place, groups in self._listeners(fact.key, fact.value):
                if place < 0:
                    silenced.setdefault(number, []).append(fact)
                else:
                    heard.setdefault(number, []).append((place, fact, groups))
        for number in sorted(heard):
            rule = self._rules[number]
            places = {place for place, _, _ in heard[number]}
            if only_complete and len(places) < len(rule.when):
                continue
            values: dict[str, str] = {}
            for _, fact, groups in reversed(heard[number]):  # of several facts the first has the last word
                values |= {fact.key: fact.value} | groups
            yield Match(
                rule,
                tuple(dict.fromkeys(fact.evidence for _, fact, _ in heard[number])),
                values,
                tuple(condition.key for place, condition in enumerate(rule.when) if place not in places),
                tuple(silenced.get(number, ())),
            )

    def _listeners(self, key: str, value: str) -> tuple[tuple[int, int, dict[str, str]], ...]:
        """The conditions that `value`, heard under `key`, satisfies."""
        if (known := self._remembered.get((key, value))) is not None:
            return known
        if (listeners := self._listening.get(key)) is None:
            listeners = self._listening[key] = _Listeners(self._conditions.get(key, ()))
        if len(self._remembered) >= _REMEMBERED:
            self._remembered.clear()
        found = self._remembered[key, value] = listeners.satisfied(value)
        return found


class _Listeners:
    """The conditions on one key. Exact values are found by hash, phrases by a word: thousands cost no more than one."""

    def __init__(self, conditions: Iterable[tuple[int, int, Condition]]) -> None:
        self._searched: list[tuple[int, int, Condition]] = []
        self._exact: dict[str, list[tuple[int, int]]] = {}
        self._phrases: Phrases[tuple[int, int]] = Phrases()
        for number, place, condition in conditions:
            for value in condition.values:
                self._exact.setdefault(value, []).append((number, place))
            for phrase in condition.phrases:
                self._phrases.add(phrase, (number, place))
            if condition.regex:
                self._searched.append((number, place, condition))

    def satisfied(self, value: str) -> tuple[tuple[int, int, dict[str, str]], ...]:
        """Rule, condition and named groups of each condition that `value` satisfies."""
        searched = [
            (number, place, groups)
            for number, place, condition in self._searched
            if (groups := condition.match(value)) is not None
        ]
        exact = [(number, place, dict[str, str]()) for number, place in self._exact.get(value.casefold(), ())]
        spoken = {found.of: found.text for found in reversed(self._phrases.find(value))}  # the first phrase has the last word
        return (*searched, *exact, *((*of, {"words": text}) for of, text in spoken.items()))
