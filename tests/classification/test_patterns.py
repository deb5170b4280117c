"""What rule authors may write as a pattern."""

import re
import signal
from contextlib import suppress
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netinv.classification.patterns import LONGEST, pattern, slowness
from netinv.errors import RuleError

SLOW = [
    *("(a+)+b", "(a|a)*b", "(a|ab|b)+", "(a*)*b", "(.*)*", "(a?){50}", ".*.*.*.*x", r"(\w+\s?)*$", "(a?b?)+", r"(a)\1+"),
    *("a?" * 40, "(?x) (a+) +", "((a|b)c?){2,}", r"^(\d{1,3}\.)*x", "^" + r"\w{0,16}" * 6),
]
ORDINARY = [
    *("^open$", "([0-9a-f]{2}:)+", r"HP (?P<model>(Laser|Office|Desk)Jet [\w ]+?)(/|$)", "^(a|b)$", "(?:ab)?c", r"[\](a+)+]*"),
    *("a{2,5}", "(?-i:AFT[A-Z]{1,3})", "^x.*y.*z", "(?<!a)b", r"\(a+\)+"),
]
PIECES = ("a", "b", "[ab]", ".", r"\w", "(", "(?:", ")", "|", "*", "+", "?", "{2}", "{1,3}", "{0,20}", "{2,}", "^", "$", "(?=")


@pytest.mark.parametrize("text", SLOW)
def test_a_pattern_that_could_take_very_long_is_refused_with_a_hint(text: str) -> None:
    with pytest.raises(RuleError, match="could take very long") as refused:
        pattern(text)
    assert refused.value.hint


@pytest.mark.parametrize("text", ORDINARY)
def test_a_pattern_of_the_ordinary_sort_is_taken(text: str) -> None:
    assert slowness(text) is None
    assert pattern(text).flags & re.IGNORECASE


@pytest.mark.parametrize("text", ["(", "[a", "*a", "(?P<x", "a{3,1}", "[[a]"])
def test_what_is_no_regular_expression_is_refused_with_a_hint(text: str) -> None:
    with pytest.raises(RuleError, match="not a regular expression") as refused:
        pattern(text)
    assert refused.value.hint


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PIECES), min_size=3, max_size=14).map("".join))
def test_whatever_passes_is_quick_on_hostile_values(text: str) -> None:
    try:
        compiled = pattern(text)
    except RuleError:
        return

    def give_up(number: int, frame: FrameType | None) -> None:
        raise AssertionError(f"{text!r} takes longer than two seconds")

    before = signal.signal(signal.SIGALRM, give_up)  # the engine looks for signals while it tries
    try:
        for value in ("a" * LONGEST, "ab" * (LONGEST // 2), "a" * (LONGEST - 1) + "c", "b" * (LONGEST - 1) + "c"):
            signal.setitimer(signal.ITIMER_REAL, 2)
            compiled.search(value)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@given(st.text(max_size=40))
def test_no_text_breaks_the_check(text: str) -> None:
    with suppress(RuleError):
        pattern(text)
