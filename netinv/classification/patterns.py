"""Regular expressions as rule authors may write them: quick on any value a hostile device can send."""

import re
import warnings
from functools import cache

from netinv.errors import RuleError

LONGEST = 256
"""Characters of a value that rules look at; SNMP's longest display string has 255 (RFC 2579), a DNS name 253 (RFC 1035)."""

_MOST_WAYS = 2**22
"""Ways of matching one value that a pattern may have; trying them all takes about a tenth of a second at most."""

_FAR = LONGEST // 2
"""In how many ways, on average, an endless repeat can end or a search begin: they share the length of the value."""

_TOKEN = re.compile(
    r"""(?P<refused> \\[1-9] | \(\?P=\w+\) | \(\?\( | \(\?[a-wyz-]*x )
      | (?P<ignored> \(\?\#[^)]*\) | \(\?[a-zA-Z]+\) )
      | (?P<open> \( (?: \? (?: P<\w+> | [a-zA-Z-]*: | <?[=!] | > ) )? )
      | (?P<close> \) )
      | (?P<either> \| )
      | (?P<repeat> (?: [*+?] | \{\d+\} | \{\d*,\d*\} ) [?+]? )
      | (?P<atom> \\. | \[\^?\]?(?:\\.|[^\]\\])*\] | . )""",
    re.VERBOSE | re.DOTALL,
)


@cache
def tested(text: str) -> re.Pattern[str]:
    """`text` compiled as `pattern` does it, where it is known that `pattern` takes it: testing costs as much as compiling."""
    return re.compile(text, re.IGNORECASE)


@cache
def pattern(text: str) -> re.Pattern[str]:
    """`text` compiled, ignoring case; RuleError where it is no regular expression or could take very long."""
    try:
        with warnings.catch_warnings(action="error"):  # of what a coming Python will read otherwise
            compiled = re.compile(text, re.IGNORECASE)
    except (re.error, OverflowError, RecursionError, Warning) as error:
        raise RuleError(
            f"not a regular expression: {text!r}: {error}", hint="Single quotes keep \\ as it is: '^HP-\\d+$'."
        ) from None
    if complaint := slowness(text):
        raise RuleError(
            f"the pattern {text!r} could take very long: {complaint}", hint="Spell the repetition out, or anchor it with ^."
        )
    return compiled


def slowness(text: str) -> str | None:
    """Why matching `text` could take very long on some value; None where it cannot.

    Counted are the ways of matching a value of `LONGEST` characters: what follows each other multiplies, alternatives add up,
    and a search that is not anchored may begin anywhere. A repeated group that can match in several ways, as in `(a+)+` or
    `(a|ab)*`, makes them exponential and is refused whatever its bounds.
    """
    open_groups = [_Ways()]
    last = 1.0  # ways of the part that a following repeat would apply to
    for token in _TOKEN.finditer(text):
        here = open_groups[-1]
        if repeat := token["repeat"]:
            least, most = _bounds(repeat)
            if most > 1 and last > 1:
                return "it repeats a group that itself repeats or has alternatives"
            here.follow(min(most - least, _FAR) + (1 if most > 1 else last), instead_of=last)
            last = 1
        elif token["either"]:
            here.either()
            last = 1
        elif token["open"]:
            open_groups.append(_Ways())
        elif token["close"] and len(open_groups) > 1:
            last = open_groups.pop().total
            open_groups[-1].follow(last)
        elif token["refused"]:
            return "it refers back to a group, or is in verbose form"
        else:
            last = 1
    ways = open_groups[0].total * (1 if re.match(r"\^|\\A", text) and not open_groups[0].has_alternatives else _FAR)
    return f"{ways:,.0f} ways of matching one value" if ways > _MOST_WAYS else None


class _Ways:
    """In how many ways a group can match, counted from left to right."""

    def __init__(self) -> None:
        self._others = 0.0
        self._here = 1.0

    @property
    def total(self) -> float:
        return self._others + self._here

    @property
    def has_alternatives(self) -> bool:
        return self._others > 0

    def follow(self, ways: float, instead_of: float = 1) -> None:
        self._here = self._here / instead_of * ways

    def either(self) -> None:
        self._others += self._here
        self._here = 1.0


def _bounds(repeat: str) -> tuple[float, float]:
    """Least and most repetitions of a quantifier such as `+?` or `{2,5}`."""
    if simple := {"?": (0.0, 1.0), "*": (0.0, float("inf")), "+": (1.0, float("inf"))}.get(repeat[0]):
        return simple
    least, comma, most = repeat.strip("{}?+").partition(",")
    return float(least or 0), float(most or "inf") if comma else float(least)
