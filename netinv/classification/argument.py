"""The case for a verdict, as a person would argue it: what was heard, who speaks for and against, what would change the mind."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from netinv.classification.details import details
from netinv.classification.facts import DERIVED, Fact, facts
from netinv.classification.kinds import UNKNOWN, category
from netinv.classification.rule_base import Rules
from netinv.classification.rules import load_rules
from netinv.classification.verdict import MENTIONED, Weighing, judge, weigh
from netinv.model import Alternative, Detail, Evidence, Reason, Verdict

_SHOWN = 5
"""Silent rules and what-ifs worth a person's time."""
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
    reasons_for: tuple[Reason, ...]
    reasons_against: tuple[Reason, ...]
    details: tuple[Detail, ...]
    """All that is told of vendor, model, os, firmware and serial, the likeliest first, the unlikely ones too."""
    rivals: tuple[Alternative, ...]
    """What else it might be, likeliest first, each with the reasons that do not speak for `about` as well."""
    silent: tuple[Silence, ...]
    """Rules that nearly spoke, weightiest first."""
    without: tuple[WhatIf, ...]
    """What the verdict would be without each thing it rests on, where that is another verdict."""
    hearing: tuple[WhatIf, ...]
    """What evidence not heard so far would make of it, where that is another verdict, likeliest first."""


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
    return Argument(
        verdict,
        about,
        heard,
        tuple(fact for fact in known if fact.key in DERIVED),
        verdict.because or weighing.speaking_for(about),
        weighing.speaking_against(about),
        details(known, speaking, verdict.kind),
        tuple(islice(_rivals(weighing, about), _SHOWN)),
        tuple(islice(_silences(known, rules), _SHOWN)),
        tuple(islice(_without(verdict, known, rules), _SHOWN)),
        tuple(islice(sorted(_hearing(verdict, known, rules), key=lambda w: (-w.confidence, w.facts)), _SHOWN)),
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
            yield Alternative(category(kind), kind, weighing.shares[kind], own)


def _silences(known: Sequence[Fact], rules: Rules) -> Iterator[Silence]:
    keys = {fact.key for fact in known}
    quiet = [match for match in rules.hearing(known) if not match.speaks and keys.isdisjoint(match.missing)]
    quiet.sort(key=lambda m: (not m.silenced, -max(map(abs, m.rule.weights.values()), default=0.0), m.rule.id))
    for match in quiet:
        yield Silence(match.rule.id, match.missing, match.silenced)


def _without(verdict: Verdict, known: Sequence[Fact], rules: Rules) -> Iterator[WhatIf]:
    for reason in verdict.because:
        gone = tuple((fact.key, fact.value) for fact in known if fact.evidence in reason.evidence and fact.key not in DERIVED)
        other = judge([fact for fact in known if fact.evidence not in reason.evidence], rules)
        if (other.category, other.kind) != (verdict.category, verdict.kind):
            yield WhatIf(gone, other.category, other.kind, other.confidence)


def _hearing(verdict: Verdict, known: Sequence[Fact], rules: Rules) -> Iterable[WhatIf]:
    """Let each rule hear its own first example, as far as its keys are silent so far; the strongest case for each kind."""
    keys = {fact.key for fact in known}
    best: dict[str, WhatIf] = {}
    for rule in rules:
        wanted = {condition.key for condition in rule.when}
        if any(key.startswith("local.") for key in wanted):  # no other device could be the one netinv runs on
            continue
        if not rule.examples or not any(weight > 0 for weight in rule.weights.values()) or wanted & keys:
            continue
        imagined = tuple((key, value) for key, value in rule.examples[0].items() if key in wanted)
        other = judge([*known, *(Fact(key, value, f"imagined {key}") for key, value in imagined)], rules)
        if other.kind in (UNKNOWN, verdict.kind):
            continue
        if other.kind not in best or other.confidence > best[other.kind].confidence:
            best[other.kind] = WhatIf(imagined, other.category, other.kind, other.confidence)
    return best.values()
