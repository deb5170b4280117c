"""From evidence to a verdict, with reasons: pure functions over rules that are data.

    evidence -> facts -> rules that match -> log-odds for each kind -> verdict, or silence

`classify` gives the verdict, `argument.argue` the case for and against it; `naming` says what to call the device. Rules live in
`data/rules`, kinds in `data/kinds.toml`; `rules.fingerprint` tells when verdicts have to be made anew.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from netinv.classification.rule_base import Rules
    from netinv.model import Evidence, Verdict

__all__ = ["classify"]


def classify(evidence: "Iterable[Evidence]", rules: "Rules | None" = None) -> "Verdict":
    """What the device is that all this was heard of, by `rules` or those that come with netinv."""
    from netinv.classification.verdict import classify as judge  # 15 ms that a list of devices with kept verdicts does not need

    return judge(evidence, rules)
