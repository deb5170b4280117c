"""How far each sort of evidence is trusted, and what a share of the weight means: the few numbers that are fitted on data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from math import exp, log

from netinv.classification import knowledge

_EDGE = 1e-6
SURE = 0.9
"""From this confidence on people act without looking."""
_LIKELY = 0.89
"""What is more likely than this and yet not sure is told between the two."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Numbers fitted by `tests.calibration`; `data/calibration.toml` holds those in use."""

    scale: Mapping[str, float]
    """By strength of evidence: what a rule's weight is multiplied by."""
    offset: Mapping[str, float] = field(default_factory=dict)
    """By strength of the weightiest reason; 0 where it is missing."""
    slope: float = 1.0
    """The share of the weight, as log-odds, times `slope` plus `offset` is the log-odds of being right (Platt 1999)."""
    highest: float = 0.995
    """However much speaks for a kind, no more of such verdicts is right: names lie, addresses are copied, rules err."""
    sure_from: float = SURE
    """The probability by that curve below which nothing is called sure: to say a little less than is right misleads nobody."""

    def confidence(self, share: float, strength: str) -> float:
        """Of verdicts with this share of the weight, whose weightiest reason is of this strength, the share that is right."""
        share = min(max(share, _EDGE), 1 - _EDGE)
        found = 1 / (1 + exp(-self.slope * log(share / (1 - share)) - self.offset.get(strength, 0.0)))
        if found >= self.sure_from:
            return self.highest * found
        return found if found < _LIKELY else _LIKELY + (SURE - _LIKELY) * (found - _LIKELY) / (self.sure_from - _LIKELY)


@cache
def calibration() -> Calibration:
    """The one in use."""
    tables = knowledge.tables("calibration.toml")
    return Calibration(tables["scale"], tables["offset"], **tables["confidence"])
