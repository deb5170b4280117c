"""Fitting the few numbers of `data/calibration.toml` by maximum likelihood."""

from collections.abc import Sequence
from dataclasses import replace
from math import exp, log

from netinv.classification.calibration import SURE, Calibration
from netinv.classification.kinds import UNKNOWN
from netinv.classification.rule_base import Match
from netinv.classification.verdict import decide, weigh
from netinv.classification.vocabulary import STRENGTHS
from tests.calibration.cases import Case

_STEPS = (1.2, 1.05)
"""By how much a scale is changed at a time, first boldly."""
_ROUNDS = 12
_STIFFNESS = 20.0
"""How much a scale holds to 1, in units of log-likelihood: what the rules say was somebody's judgement, and data are few."""
_MOST = 1.0
"""A scale may fall but not rise: the rules' author has seen some of the files, on which his rules look better than they are."""
_DOUBTED = 0.2
"""Shares smaller than this never become a verdict and say nothing of how verdicts are calibrated."""
_DRAWN = 1.0
"""How much the offset of one strength is drawn towards the common one."""
_HIGHEST = 0.985
_SURE_FROM = (0.9, 0.91, 0.92, 0.93, 0.94, 0.95, 0.955, 0.96, 0.965, 0.97, 0.975, 0.98, 0.985)
_WRONG_WHEN_SURE = 0.015
"""Of the verdicts that say .9 or more people act on without looking; more of them than this shall not be wrong."""


def fit(cases: Sequence[Case]) -> Calibration:
    """The calibration these cases suggest: how often right the rules are where no knowledge written for the very family helps."""
    cases = without_own_knowledge(cases)
    trust = Calibration({strength: 1.0 for strength in STRENGTHS if strength != "fact"})
    best = _surprise(cases, trust)
    for step in _STEPS:
        for _ in range(_ROUNDS):
            before = best
            for strength in trust.scale:
                for factor in (step, 1 / step):
                    scale = min(trust.scale[strength] * factor, _MOST)
                    tried = replace(trust, scale={**trust.scale, strength: scale})
                    if (surprise := _surprise(cases, tried)) < best:
                        trust, best = tried, surprise
            if best > before - 0.01:
                break
    slope, offset = _platt(_rows(cases, trust))
    return _cautious(replace(trust, slope=slope, offset=offset, highest=_HIGHEST), cases)


def without_own_knowledge(cases: Sequence[Case]) -> list[Case]:
    """The cases without the matches of knowledge that fits no other family here.

    Who wrote a rule, or a phrase into one, may have had the one family in sight that it fits: that it is right there says nothing
    of devices nobody had in sight. What fits several families is what will be heard of unseen ones.
    """
    families: dict[tuple[str, str], set[str]] = {}
    for case in cases:
        for match in case.matches:
            families.setdefault(_knowledge(match), set()).add(case.family)
    return [
        replace(case, matches=tuple(match for match in case.matches if len(families[_knowledge(match)]) > 1)) for case in cases
    ]


def _knowledge(match: Match) -> tuple[str, str]:
    """The least piece of knowledge that spoke: a rule, and the phrase of it that was found."""
    return match.rule.id, match.heard.get("words", "").casefold()


def _cautious(trust: Calibration, cases: Sequence[Case]) -> Calibration:
    """The bar for calling a verdict sure raised until those above it are right often enough."""
    for sure_from in _SURE_FROM:
        tried = replace(trust, sure_from=sure_from)
        if _is_sure_enough(tried, cases):
            break
    return tried


def _is_sure_enough(trust: Calibration, cases: Sequence[Case]) -> bool:
    decided = [(case, decide(weigh(case.matches, trust), trust)) for case in cases if case.is_determined]
    sure = [made.kind in case.accept for case, made in decided if made.kind != UNKNOWN and made.confidence >= SURE]
    return len(sure) - sum(sure) <= _WRONG_WHEN_SURE * len(sure)


def _surprise(cases: Sequence[Case], trust: Calibration) -> float:
    """Minus the log-likelihood of the labels, and what it costs to leave the rules' own judgement."""
    cost = sum(_STIFFNESS * log(scale) ** 2 for scale in trust.scale.values())
    for case in cases:
        shares = weigh(case.matches, trust).shares
        accepted = case.accept if case.is_determined else {*case.accept, UNKNOWN}
        cost -= log(max(sum(shares.get(kind, 0.0) for kind in accepted), 1e-3))
    return cost


_Row = tuple[float, str, bool]


def _rows(cases: Sequence[Case], trust: Calibration) -> list[_Row]:
    """The log-odds of the share of each case's likeliest kind, the strength of the weightiest reason, and whether it is right."""
    rows: list[_Row] = []
    for case in cases:
        weighing = weigh(case.matches, trust)
        if not (ranked := weighing.ranked()):
            continue
        share = min(max(weighing.shares[ranked[0]], 1e-6), 1 - 1e-6)
        if share >= _DOUBTED:
            rows.append((log(share / (1 - share)), weighing.strength(ranked[0]), ranked[0] in case.accept))
    return rows


def _platt(rows: Sequence[_Row]) -> tuple[float, dict[str, float]]:
    """The slope and, for each strength, the offset of the logistic curve through the rows (Platt 1999), by gradient descent.

    An offset is drawn towards what all rows together suggest, as if there were a few more of them.
    """
    slope, common = 1.0, 0.0
    own = {strength: 0.0 for _, strength, _ in rows}
    for _ in range(4000):
        down_slope, down_common = 0.0, 0.0
        down = {strength: _DRAWN * offset for strength, offset in own.items()}
        for x, strength, is_right in rows:
            error = 1 / (1 + exp(-(slope * x + common + own[strength]))) - is_right
            down_slope += error * x
            down_common += error
            down[strength] += error
        rate = 2.0 / len(rows)
        slope -= rate * down_slope * 0.3
        common -= rate * down_common
        for strength in own:
            own[strength] -= rate * down[strength]
        if abs(down_slope) + abs(down_common) + sum(map(abs, down.values())) < 0.01 * len(own):
            break
    return max(slope, 0.1), {strength: common + offset for strength, offset in own.items()}
