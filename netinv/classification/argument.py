"""The case for a verdict, as a person would argue it: what was heard, who speaks for and against, what would change the mind."""

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations, islice

from netinv.classification.details import details
from netinv.classification.facts import DERIVED, Fact, facts
from netinv.classification.kinds import UNKNOWN, category, kinds
from netinv.classification.rule_base import Rules
from netinv.classification.rules import load_rules
from netinv.classification.verdict import MENTIONED, Weighing, judge, weigh
from netinv.model import Alternative, Detail, Evidence, Reason, Verdict

_SHOWN = 5
"""Silent rules and what-ifs worth a person's time."""
_IMAGINED = 3
"""Likewise for kinds it might turn out to be."""
_TAKEN = 8
"""Reasons whose evidence is taken away on trial; no single weaker one turns a verdict that these bear."""
_EVER = datetime(1970, 1, 1, tzinfo=UTC)
"""When what is only imagined was heard."""
_WEIGHTY = 3.0
"""A reason this heavy for something else is owed an answer, even if it lost."""


@dataclass(frozen=True, slots=True)
class Silence:
    """A rule that heard something it listens to and still said nothing."""

    rule: str
    missing: tuple[str, ...]
    """Evidence keys it still waits for."""
    silenced: tuple[Fact, ...]
    """What made it hold its tongue."""


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Another verdict that other evidence would lead to."""

    facts: tuple[tuple[str, str], ...]
    """Keys and values heard in addition, or no longer heard."""
    category: str
    kind: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Argument:
    """Everything there is to say about a verdict."""

    verdict: Verdict
    about: str
    """The kind argued about: the verdict's, or the likeliest one where it names none; `unknown` if nobody spoke for any."""
    heard: tuple[Evidence, ...]
    derived: tuple[Fact, ...]
    """What was worked out of it."""
    follows: tuple[Fact, ...]
    """Those of `derived` that say more than was heard as it is and that some rule listens to."""
    reasons_for: tuple[Reason, ...]
    reasons_against: tuple[Reason, ...]
    details: tuple[Detail, ...]
    """All that is told of vendor, model, os, firmware and serial, the likeliest first, the unlikely ones too."""
    rivals: tuple[Alternative, ...]
    """What else it might be, likeliest first, each with the reasons against it, and those for it that do not
    speak for `about` as well."""
    silent: tuple[Silence, ...]
    """Rules that nearly spoke, weightiest first."""
    without: tuple[WhatIf, ...]
    """What the verdict would be without the least that turns it; where no reason's evidence alone does, without that missed most
    too, which leaves the verdict as it is or less sure. Nothing where there is no verdict."""
    hearing: tuple[WhatIf, ...]
    """What a typical self-description not heard so far would make of it, if it were one of the next likely kinds."""
    is_settled: bool
    """No such description, of whatever kind, would turn the verdict by itself."""


def argue(evidence: Iterable[Evidence], rules: Rules | None = None) -> Argument:
    """The argument for and against what `classify` says of the same evidence."""
    rules = load_rules() if rules is None else rules
    heard = tuple(sorted({e.id: e for e in evidence}.values(), key=_in_order))
    known = facts(heard)
    verdict = judge(known, rules)
    speaking = rules.speaking(known)
    weighing = weigh(speaking)
    fitting = (kind for kind in weighing.ranked() if verdict.category in (UNKNOWN, category(kind)))
    about = verdict.kind if verdict.kind != UNKNOWN else next(fitting, UNKNOWN)
    spoken = weighing.speaking_for(about)
    likely = weighing.ranked()
    # who knows nothing may expect anything, the common things first
    others = sorted((kind for kind in kinds() if kind not in likely), key=lambda kind: -kinds()[kind].prior)
    is_open = verdict.category == UNKNOWN
    # a device may say more of itself, but it has a name and answers once to a question
    answered = {fact.key for fact in known} - {"said", "described"}
    hearing = tuple(islice(_hearing(verdict, [*likely, *(others if is_open else ())], known, rules, answered), _IMAGINED))
    return Argument(
        verdict,
        about,
        heard,
        tuple(fact for fact in known if fact.key in DERIVED),
        tuple(_follows(known, rules)),
        verdict.because or spoken,
        weighing.speaking_against(about),
        details(known, speaking, verdict.kind),
        tuple(islice(_rivals(weighing, about), _SHOWN)),
        tuple(islice(_silences(known, rules), _SHOWN)),
        tuple(islice(_without(verdict, spoken, known, rules), _SHOWN)),
        hearing,
        not hearing and next(_hearing(verdict, kinds(), known, rules), None) is None,
    )


def _in_order(e: Evidence) -> tuple[str, ...]:
    """By protocol, ports as numbers."""
    protocol, _, field = e.key.partition(".")
    return protocol, field.zfill(5) if field.isdecimal() else field, e.address, e.value


def _rivals(weighing: Weighing, about: str) -> Iterator[Alternative]:
    shared = {reason.rule for reason in weighing.speaking_for(about)}
    for kind in weighing.ranked():
        own = tuple(reason for reason in weighing.speaking_for(kind) if reason.rule not in shared)
        weighty = any(reason.weight >= _WEIGHTY for reason in own)
        if kind != about and (weighty or weighing.shares[kind] >= MENTIONED):
            yield Alternative(category(kind), kind, weighing.shares[kind], own + weighing.speaking_against(kind))


def _silences(known: Sequence[Fact], rules: Rules) -> Iterator[Silence]:
    keys = {fact.key for fact in known}
    quiet = [match for match in rules.hearing(known) if not match.speaks and keys.isdisjoint(match.missing)]
    quiet.sort(key=lambda m: (not m.silenced, -max(map(abs, m.rule.weights.values()), default=0.0), m.rule.id))
    for match in quiet:
        yield Silence(match.rule.id, match.missing, match.silenced)


def _follows(known: Sequence[Fact], rules: Rules) -> Iterator[Fact]:
    """What was worked out and says something: more than was heard as it is, and what some rule listens to."""
    heard = {(fact.evidence, fact.value) for fact in known if fact.key not in DERIVED}
    for fact in known:
        if fact.key in DERIVED and (fact.evidence, fact.value) not in heard and rules.is_listened_to(fact):
            yield fact


def _without(verdict: Verdict, spoken: Sequence[Reason], known: Sequence[Fact], rules: Rules) -> list[WhatIf]:
    """What to take away: the evidence of each reason that turns the verdict; else of the one missed most and, if that turns it,
    of two together.
    """
    if verdict.category == UNKNOWN:
        return []
    # the reasons the verdict gives first, and each by its weight, as both come
    cited = list(dict.fromkeys(frozenset(reason.evidence) for reason in (*verdict.because, *spoken)))[:_TAKEN]
    alone = [_less(evidence, known, rules) for evidence in cited]
    if turning := [what_if for what_if in alone if _turns(what_if, verdict)]:
        return turning
    together = (_less(one | other, known, rules) for one, other in combinations(cited, 2))
    most = min(alone, key=lambda what_if: round(what_if.confidence, 2), default=None)  # of equals the first
    return [what_if for what_if in (most, next((w for w in together if _turns(w, verdict)), None)) if what_if]


def _less(evidence: frozenset[str], known: Sequence[Fact], rules: Rules) -> WhatIf:
    gone = dict.fromkeys((fact.key, fact.value) for fact in known if fact.evidence in evidence and fact.key not in DERIVED)
    other = judge([fact for fact in known if fact.evidence not in evidence], rules)
    return WhatIf(tuple(gone), other.category, other.kind, other.confidence)


def _turns(what_if: WhatIf, verdict: Verdict) -> bool:
    return (what_if.category, what_if.kind) != (verdict.category, verdict.kind)


def _hearing(
    verdict: Verdict, candidates: Iterable[str], known: Sequence[Fact], rules: Rules, answered: Set[str] = frozenset()
) -> Iterator[WhatIf]:
    """For each of these kinds, the first that such a device typically says of itself and that would turn the verdict; nothing
    under the keys that are `answered` already.
    """
    for kind in candidates:
        for key, value in kinds()[kind].typical:
            imagined = facts([Evidence("", key, value, "imagined", _EVER)])
            if not answered.isdisjoint(fact.key for fact in imagined):
                continue
            other = judge([*known, *imagined], rules)
            if other.kind == kind != verdict.kind:
                yield WhatIf(((key, value),), other.category, other.kind, other.confidence)
                break
