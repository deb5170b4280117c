"""From evidence to a verdict: what the matching rules say is weighed, and only what can be argued for is said."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp
from typing import Final, NamedTuple

from netinv.classification.facts import Fact, facts
from netinv.classification.kinds import UNKNOWN, category, kinds
from netinv.classification.rules import Match, Rules, load_rules
from netinv.model import Alternative, Evidence, Reason, Verdict

KIND_FROM: Final = 0.6
"""A kind is named from this probability on: below it, silence is better than a guess."""
CATEGORY_FROM: Final = 0.7
"""Where no single kind is likely enough, their category is named from this probability on."""

_UNKNOWN_MASS: Final = 1.0
"""The weight of "something these rules do not know", against 1 for all kinds together before anything was heard."""
_DOUBT: Final = 0.01
"""However much speaks for a kind, this share of the verdicts is wrong: names lie, addresses are copied, rules err."""
_ECHO: Final = 0.5
"""What a reason counts for when a stronger one of the same family has spoken, once for each."""
MENTIONED: Final = 0.03
"""An alternative less likely than this is not mentioned."""


class Voice(NamedTuple):
    """A rule speaking on one kind, and the log-odds it really adds."""

    weight: float
    match: Match

    def reason(self) -> Reason:
        rule = self.match.rule
        return Reason(rule.id, self.match.fill(rule.says), self.weight, self.match.evidence)


@dataclass(frozen=True, slots=True)
class Weighing:
    """What the rules that spoke make of every kind."""

    shares: Mapping[str, float]
    """Probability by kind, `unknown` included; they add up to 1."""
    voices: Mapping[str, Sequence[Voice]]
    """Who spoke for and against each kind, strongest first."""

    def speaking_for(self, kind: str) -> tuple[Reason, ...]:
        return tuple(voice.reason() for voice in self.voices.get(kind, ()) if voice.weight > 0)

    def speaking_against(self, kind: str) -> tuple[Reason, ...]:
        return tuple(voice.reason() for voice in self.voices.get(kind, ()) if voice.weight < 0)

    def ranked(self) -> list[str]:
        """Kinds somebody speaks for, most likely first."""
        named = [kind for kind, voices in self.voices.items() if any(voice.weight > 0 for voice in voices)]
        return sorted(named, key=lambda kind: (-self.shares[kind], kind))


class Decision(NamedTuple):
    """What is said: a kind and its category, only a category, or nothing."""

    category: str = UNKNOWN
    kind: str = UNKNOWN
    confidence: float = 0.0


def classify(evidence: Iterable[Evidence], rules: Rules | None = None) -> Verdict:
    """What a device is, given all the evidence heard of it; `unknown` where that is not enough.

    Where the kinds of one category together are likely but none alone is, the category is named and the kind is `unknown`;
    the confidence is then that of the category. Taking away the evidence a reason cites lowers the confidence or changes the
    verdict. The order of the evidence does not matter.
    """
    return judge(facts(evidence), load_rules() if rules is None else rules)


def judge(heard: Sequence[Fact], rules: Rules) -> Verdict:
    """The verdict on facts already worked out."""
    matches = rules.speaking(heard)
    weighing = weigh(matches)
    decision = decide(weighing)
    because = _because(decision, weighing, heard, rules)
    if not because:
        decision = Decision()  # a verdict nobody can argue for is a guess
    told = _told(matches, decision)
    return Verdict(
        *decision[:2],
        vendor=told.get("vendor"),
        model=told.get("model"),
        os=told.get("os"),
        confidence=decision.confidence,
        because=because,
        alternatives=tuple(
            Alternative(category(kind), kind, weighing.shares[kind], weighing.speaking_for(kind))
            for kind in weighing.ranked()
            if kind != decision.kind and weighing.shares[kind] >= MENTIONED
        ),
    )


def weigh(matches: Iterable[Match]) -> Weighing:
    """Combine by log-odds, as naive Bayes does, but without counting one piece of news twice."""
    spoken: dict[str, list[Voice]] = {}
    for match in matches:
        for kind, weight in match.rule.weights.items():
            spoken.setdefault(kind, []).append(Voice(weight, match))
    voices = {kind: _without_echoes(all_voices) for kind, all_voices in spoken.items()}
    masses = {name: kind.prior * exp(sum([voice.weight for voice in voices.get(name, ())])) for name, kind in kinds().items()}
    masses[UNKNOWN] = _UNKNOWN_MASS + _DOUBT * sum(masses.values())
    total = sum(masses.values())
    return Weighing({kind: mass / total for kind, mass in masses.items()}, voices)


def decide(weighing: Weighing) -> Decision:
    """The likeliest kind if it is likely enough, else the likeliest category if that is."""
    best = max(kinds(), key=weighing.shares.__getitem__)
    if weighing.shares[best] >= KIND_FROM:
        return Decision(category(best), best, weighing.shares[best])
    categories: dict[str, float] = {}
    for kind in weighing.ranked():  # a kind nobody speaks for does not speak for its category
        categories[category(kind)] = categories.get(category(kind), 0.0) + weighing.shares[kind]
    found = max(categories, key=categories.__getitem__, default=UNKNOWN)
    return Decision(found, UNKNOWN, categories[found]) if categories.get(found, 0.0) >= CATEGORY_FROM else Decision()


def _without_echoes(spoken: list[Voice]) -> list[Voice]:
    """The voices with what each adds: nothing if others have used all its evidence, less if they were of its family."""
    if len(spoken) == 1:
        return spoken
    heard: list[Voice] = []
    cited: dict[bool, set[str]] = {True: set(), False: set()}
    families: dict[tuple[bool, str], int] = {}
    for weight, match in sorted(spoken, key=lambda voice: (-abs(voice.weight), voice.match.rule.id)):
        side = weight > 0
        if cited[side].issuperset(match.evidence):
            continue
        before = max([families.get((side, family), 0) for family in match.rule.families])
        cited[side].update(match.evidence)
        for family in match.rule.families:
            families[side, family] = families.get((side, family), 0) + 1
        heard.append(Voice(weight * _ECHO**before, match))
    heard.sort(key=lambda voice: -abs(voice.weight))  # stable: equals stay in the order of their rules
    return heard


def _because(decision: Decision, weighing: Weighing, heard: Sequence[Fact], rules: Rules) -> tuple[Reason, ...]:
    """The reasons for a decision without whose evidence it would be weaker or another."""
    if decision.category == UNKNOWN:
        return ()
    named = [decision.kind] if decision.kind != UNKNOWN else [k for k in weighing.ranked() if category(k) == decision.category]
    strongest: dict[str, Reason] = {}
    for reason in (reason for kind in named for reason in weighing.speaking_for(kind)):
        if reason.rule not in strongest or reason.weight > strongest[reason.rule].weight:
            strongest[reason.rule] = reason
    ordered = sorted(strongest.values(), key=lambda reason: (-reason.weight, reason.rule))
    return tuple(reason for reason in ordered if _matters(reason, decision, heard, rules))


def _matters(reason: Reason, decision: Decision, heard: Sequence[Fact], rules: Rules) -> bool:
    without = decide(weigh(rules.speaking([fact for fact in heard if fact.evidence not in reason.evidence])))
    return without[:2] != decision[:2] or without.confidence < decision.confidence


def _told(matches: Iterable[Match], decision: Decision) -> dict[str, str]:
    """Vendor, model and system as told by the weightiest rules that do not speak for something else."""
    told: dict[str, str] = {}
    for match in sorted(matches, key=lambda match: (-max(match.rule.weights.values(), default=0.0), match.rule.id)):
        meant = [kind for kind, weight in match.rule.weights.items() if weight > 0]
        if decision.kind != UNKNOWN and meant and decision.kind not in meant:
            continue
        for field, template in match.rule.tells.items():
            if text := match.fill(template).strip():
                told.setdefault(field, text)
    return told
