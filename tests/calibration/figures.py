"""The figures by which a classifier is judged; any one of them alone can be gamed."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from netinv.classification.kinds import UNKNOWN
from netinv.model import Verdict
from tests.calibration.cases import Case

_ENOUGH = 10
"""Cases a kind needs to count in macro-F1."""
_BINS = 10

Judged = tuple[Case, Verdict]


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured; shares from 0 to 1."""

    cases: int
    coverage: float
    """Of the determined cases, those whose kind is named."""
    precision: float
    """Of these, those named rightly."""
    macro_f1: float
    balanced_category: float
    """Mean recall over the categories."""
    over_claim: float
    """Of the undetermined cases, those of which more is said than can be known."""
    wrong_when_sure: float
    """Of the verdicts with a confidence of .9 or more, those that are wrong."""
    calibration_error: float
    """Expected difference between confidence and share right, over ten bins."""

    def lines(self) -> list[str]:
        return [
            f"cases                            {self.cases}",
            f"coverage                         {self.coverage:.3f}",
            f"precision when answering         {self.precision:.3f}",
            f"macro-F1                         {self.macro_f1:.3f}",
            f"balanced accuracy of categories  {self.balanced_category:.3f}",
            f"over-claim on undetermined       {self.over_claim:.3f}",
            f"wrong at confidence >= .9        {self.wrong_when_sure:.3f}",
            f"expected calibration error       {self.calibration_error:.3f}",
        ]


def figures(judged: Sequence[Judged], undetermined: Sequence[Judged]) -> Figures:
    """Of determined cases and, apart, of undetermined ones."""
    named = [(case, verdict) for case, verdict in judged if verdict.kind != UNKNOWN]
    right = [verdict.kind in case.accept for case, verdict in named]
    sure = [is_right for is_right, (_, verdict) in zip(right, named, strict=True) if verdict.confidence >= 0.9]
    return Figures(
        len(judged),
        len(named) / max(len(judged), 1),
        sum(right) / max(len(named), 1),
        _macro_f1(judged),
        _balanced(judged),
        sum(verdict.kind not in case.accept for case, verdict in undetermined) / max(len(undetermined), 1),
        1 - sum(sure) / max(len(sure), 1),
        _calibration_error([(verdict.confidence, ok) for ok, (_, verdict) in zip(right, named, strict=True)]),
    )


def _macro_f1(judged: Sequence[Judged]) -> float:
    support = Counter(case.label for case, _ in judged)
    true = Counter(case.label for case, verdict in judged if verdict.kind in case.accept)
    false = Counter(verdict.kind for case, verdict in judged if verdict.kind not in (*case.accept, UNKNOWN))
    # 2 TP / (2 TP + FP + FN) is the harmonic mean of precision and recall
    scores = [
        2 * true[kind] / (2 * true[kind] + false[kind] + support[kind] - true[kind])
        for kind, number in support.items()
        if number >= _ENOUGH
    ]
    return sum(scores) / max(len(scores), 1)


def _balanced(judged: Sequence[Judged]) -> float:
    support = Counter(case.category for case, _ in judged)
    right = Counter(case.category for case, verdict in judged if verdict.category in case.categories)
    return sum(right[category] / support[category] for category in support) / max(len(support), 1)


def _calibration_error(rows: Sequence[tuple[float, bool]]) -> float:
    bins: dict[int, list[tuple[float, bool]]] = {}
    for confidence, is_right in rows:
        bins.setdefault(min(int(confidence * _BINS), _BINS - 1), []).append((confidence, is_right))
    off = (abs(sum(c for c, _ in held) - sum(ok for _, ok in held)) for held in bins.values())
    return sum(off) / max(len(rows), 1)
