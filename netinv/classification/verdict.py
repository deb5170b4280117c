"""From evidence to a verdict: what the matching rules say is weighed, and only what can be argued for is said."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from math import exp, log
from typing import Final, NamedTuple

from netinv.classification.calibration import Calibration, calibration
from netinv.classification.details import best, details, tells_details
from netinv.classification.facts import Fact, added_word, facts
from netinv.classification.kinds import UNKNOWN, category, kinds
from netinv.classification.rule import Condition
from netinv.classification.rule_base import Match, Rules
from netinv.classification.rule_reader import HEAVIEST
from netinv.classification.rules import load_rules
from netinv.model import Alternative, Evidence, Reason, Verdict

KIND_FROM: Final = 0.5
"""A kind is named from this probability on: below it, silence is better than a guess."""
CATEGORY_FROM: Final = 0.65
"""Where no single kind is likely enough, their category is named from this probability on."""

_UNKNOWN_MASS: Final = 1.0
"""The weight of "something these rules do not know", against 1 for all kinds together before anything was heard."""
_DOUBT: Final = 0.01
"""However much speaks for a kind, it might be something else in this share of the cases."""
_MADE_UP: Final = 6.5
"""Odds that a name made of a product's name and another word leaves its kind at most: likely, not sure."""
_SURE: Final = 30.0
"""Odds of what the user is sure of against all that netinv's rules say of other kinds."""
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

    def strength(self, kind: str) -> str:
        """The strength of the weightiest reason for a kind somebody speaks for."""
        return next(voice.match.rule.strength for voice in self.voices[kind] if voice.weight > 0)

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
    the confidence is then that of the category. Taking away the evidence a reason or a detail cites lowers its confidence or
    changes it. The order of the evidence does not matter.
    """
    rules = load_rules() if rules is None else rules
    heard = facts(evidence)
    telling = [fact for fact in heard if tells_details(fact) or rules.is_listened_to(fact)]
    if len(telling) == 1:
        (fact,) = telling
        return _citing(_judge_alone(fact.key, fact.value, rules), fact.evidence)
    return judge(heard, rules)


@lru_cache(4096)
def _judge_alone(key: str, value: str, rules: Rules) -> Verdict:
    """The verdict on a single fact: of most devices of a large network only the maker of their network interface is known."""
    return judge([Fact(key, value, "")], rules)


def _citing(verdict: Verdict, evidence: str) -> Verdict:
    """The verdict with all its reasons and details resting on this evidence."""
    if not verdict.because and not verdict.alternatives and not verdict.details:
        return verdict
    return replace(
        verdict,
        because=_resting(verdict.because, evidence),
        alternatives=tuple([replace(other, because=_resting(other.because, evidence)) for other in verdict.alternatives]),
        details=tuple([detail._replace(evidence=(evidence,)) for detail in verdict.details]),
    )


def _resting(reasons: tuple[Reason, ...], evidence: str) -> tuple[Reason, ...]:
    return tuple([Reason(reason.rule, reason.says, reason.weight, (evidence,)) for reason in reasons])


def judge(heard: Sequence[Fact], rules: Rules, trust: Calibration | None = None) -> Verdict:
    """The verdict on facts already worked out; `trust` stands in for the calibration in use."""
    trust = trust or calibration()
    matches = rules.speaking(heard)
    weighing = weigh(matches, trust)
    decision = decide(weighing, trust)
    because = _because(decision, weighing, heard, rules, trust)
    if not because:
        decision = Decision()  # a verdict nobody can argue for is a guess
    told = best(details(heard, matches, decision.kind))
    return Verdict(
        *decision[:2],
        **{detail.field: detail.value for detail in told},
        details=told,
        confidence=decision.confidence,
        because=because,
        alternatives=tuple(
            Alternative(
                category(kind),
                kind,
                trust.confidence(weighing.shares[kind], weighing.strength(kind)),
                weighing.speaking_for(kind),
            )
            for kind in weighing.ranked()
            if kind != decision.kind and weighing.shares[kind] >= MENTIONED
        ),
    )


def weigh(matches: Iterable[Match], trust: Calibration | None = None) -> Weighing:
    """Combine by log-odds, as naive Bayes does, but without counting one piece of news twice."""
    scale = (trust or calibration()).scale
    spoken: dict[str, list[Voice]] = {}
    for match in matches:
        for kind, weight in match.rule.weights.items():
            spoken.setdefault(kind, []).append(Voice(weight * scale[match.rule.strength], match))
    for kind, all_voices in spoken.items():
        spoken[kind] = _doubting_made_up_names(kind, all_voices)
    voices = _heeding_the_user({kind: _without_echoes(all_voices) for kind, all_voices in spoken.items()})
    masses = dict(_priors())
    for kind, heard in voices.items():
        masses[kind] *= exp(sum([voice.weight for voice in heard]))
    masses[UNKNOWN] = _UNKNOWN_MASS + _DOUBT * sum(masses.values())
    total = sum(masses.values())
    return Weighing({kind: mass / total for kind, mass in masses.items()}, voices)


@cache
def _priors() -> Mapping[str, float]:
    return {name: kind.prior for name, kind in kinds().items()}


def decide(weighing: Weighing, trust: Calibration | None = None) -> Decision:
    """The likeliest kind if it is likely enough, else the likeliest category if that is."""
    confidence = (trust or calibration()).confidence
    ranked = weighing.ranked()
    if not ranked:
        return Decision()
    if (sure := confidence(weighing.shares[ranked[0]], weighing.strength(ranked[0]))) >= KIND_FROM:
        return Decision(category(ranked[0]), ranked[0], sure)
    categories: dict[str, float] = {}
    for kind in ranked:  # a kind nobody speaks for does not speak for its category
        categories[category(kind)] = categories.get(category(kind), 0.0) + weighing.shares[kind]
    found = max(categories, key=categories.__getitem__)
    sure = confidence(categories[found], weighing.strength(next(kind for kind in ranked if category(kind) == found)))
    return Decision(found, UNKNOWN, sure) if sure >= CATEGORY_FROM else Decision()


def _doubting_made_up_names(kind: str, spoken: list[Voice]) -> list[Voice]:
    """The voices, none of a name somebody made of a product's name and another word so loud that it alone made sure."""
    if any(voice.weight > 0 and any(c.key == "name.head" for c in voice.match.rule.when) for voice in spoken):
        return spoken  # the other word is one for such things
    most = log(_MADE_UP / _priors()[kind])
    return [
        Voice(most, voice.match) if voice.weight > most and not voice.match.rule.is_own and _is_made_up(voice.match) else voice
        for voice in spoken
    ]


def _is_made_up(match: Match) -> bool:
    """Whether it speaks of a name alone, whose last word is none the rule knows: `xbox-fanboy`, `shelly-johnson`."""
    rule, host = match.rule, match.heard.get("name.host", "")
    if not host or any(condition.key.partition(".")[0] != "name" for condition in rule.when):
        return False
    head = added_word(host)
    return head is not None and head not in _wording(rule.when)


@cache
def _wording(conditions: tuple[Condition, ...]) -> str:
    """All that they look for, in lower case."""
    return "\n".join([text for c in conditions for text in (c.regex, *c.values, *c.phrases)]).casefold()


def _heeding_the_user(voices: dict[str, list[Voice]]) -> dict[str, list[Voice]]:
    """The voices where the user's own rules outrank netinv's: he knows his things, they know what is so in general.

    What netinv's rules hold against a kind does not count where a weightier rule of the user's speaks for it. Where one does as
    firmly as a rule can, kinds for which only netinv's rules speak do so, all together, no louder than leaves it `_SURE` odds.
    """
    own = {kind: [v for v in heard if v.match.rule.is_own and v.weight > 0] for kind, heard in voices.items()}
    known = {kind: max(v.weight for v in heard) for kind, heard in own.items() if heard}
    if not known:
        return voices
    heeded = dict(voices)
    for kind, weight in known.items():
        heeded[kind] = [v for v in voices[kind] if v.match.rule.is_own or v.weight > 0 or -v.weight > weight]
    sure = next((kind for kind in known if any(v.match.rule.weights[kind] >= HEAVIEST for v in own[kind])), None)
    if sure is None:
        return heeded
    prior = _priors()
    rivals = [kind for kind in voices if kind not in known]
    room = log(prior[sure]) + sum(v.weight for v in heeded[sure]) - log(_SURE * max(len(rivals), 1))
    for kind in rivals:
        loud = sum(v.weight for v in voices[kind])
        if loud > (most := max(room - log(prior[kind]), 0.0)):
            heeded[kind] = [Voice(v.weight * most / loud, v.match) for v in voices[kind]]
    return heeded


def _without_echoes(spoken: list[Voice]) -> list[Voice]:
    """The voices with what each adds: nothing if others have used all its evidence, less if they were of its family."""
    if len(spoken) == 1:
        return spoken
    heard: list[Voice] = []
    cited: dict[bool, set[str]] = {True: set(), False: set()}
    families: dict[tuple[bool, str], int] = {}
    for weight, match in sorted(spoken, key=lambda v: (-abs(v.weight), not v.match.rule.is_own, v.match.rule.id)):
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


def _because(
    decision: Decision, weighing: Weighing, heard: Sequence[Fact], rules: Rules, trust: Calibration
) -> tuple[Reason, ...]:
    """The reasons for a decision without whose evidence it would be weaker or another.

    Where so much is known that none of them would be missed alone, the weightiest that would be missed together.
    """
    if decision.category == UNKNOWN:
        return ()
    named = [decision.kind] if decision.kind != UNKNOWN else [k for k in weighing.ranked() if category(k) == decision.category]
    strongest: dict[str, Reason] = {}
    for reason in (reason for kind in named for reason in weighing.speaking_for(kind)):
        if reason.rule not in strongest or reason.weight > strongest[reason.rule].weight:
            strongest[reason.rule] = reason
    ordered = sorted(strongest.values(), key=lambda reason: (-reason.weight, reason.rule))

    def are_missed(reasons: Sequence[Reason]) -> bool:
        cited = {evidence for reason in reasons for evidence in reason.evidence}
        without = decide(weigh(rules.speaking([fact for fact in heard if fact.evidence not in cited]), trust), trust)
        return without[:2] != decision[:2] or without.confidence < decision.confidence

    if alone := tuple(reason for reason in ordered if are_missed([reason])):
        return alone
    together = (ordered[:count] for count in range(2, len(ordered) + 1))
    return tuple(next((reasons for reasons in together if are_missed(reasons)), ()))
