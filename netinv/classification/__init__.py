"""From evidence to a verdict, with reasons: pure functions over rules that are data.

    evidence -> facts -> rules that match -> log-odds for each kind -> verdict, or silence

`classify` gives the verdict and `argue` the case for and against it; `names`, `display_name` and `vendor_of` say what to call the
device. Rules live in `data/rules`, kinds in `data/kinds.toml`; `fingerprint` tells when verdicts have to be made anew.
"""

from netinv.classification.argument import Argument, argue
from netinv.classification.kinds import CATEGORIES, UNKNOWN, Kind, category, kinds
from netinv.classification.naming import display_name, names, vendor_of
from netinv.classification.rule_check import check
from netinv.classification.rules import Rules, fingerprint, load_rules
from netinv.classification.verdict import classify

__all__ = [
    "CATEGORIES",
    "UNKNOWN",
    "Argument",
    "Kind",
    "Rules",
    "argue",
    "category",
    "check",
    "classify",
    "display_name",
    "fingerprint",
    "kinds",
    "load_rules",
    "names",
    "vendor_of",
]
