"""How counts, shares and verdicts are said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.classification.vendors import RANDOMISED
from netinv.formats.words import count, make, percent, verdict_line
from netinv.model import Verdict


@pytest.mark.parametrize(
    ("share", "said"), [(0, "<1%"), (0.004, "<1%"), (0.01, "1%"), (0.29, "29%"), (0.979, "97%"), (0.999, "99%"), (1, "99%")]
)
def test_shares_are_rounded_down_and_never_certain(share: float, said: str) -> None:
    assert percent(share) == said


@given(st.floats(0, 1))
def test_no_share_is_said_to_be_more_than_it_is(share: float) -> None:
    assert int(percent(share).strip("<%")) / 100 <= max(share, 0.01) + 1e-9


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        (Verdict("router", "access_point", confidence=0.889), "access point, 88% sure"),
        (Verdict("computer", "unknown", confidence=0.88), "a computer of some kind, 88% sure"),
        (Verdict("other", "unknown", confidence=0.97), "neither router, printer nor computer, 97% sure"),
        (Verdict(), "unknown: too little was heard to say"),
    ],
)
def test_a_verdict_says_as_much_as_is_known(verdict: Verdict, said: str) -> None:
    assert verdict_line(verdict) == said


@pytest.mark.parametrize(
    ("vendor", "model", "said"),
    [
        ("Sony", "PS5", "Sony PS5"),
        ("HP", "HP LaserJet", "HP LaserJet"),
        ("HP", None, "HP"),
        (RANDOMISED, "Pixel-8", "Pixel-8"),
        (RANDOMISED, None, RANDOMISED),
        (None, None, ""),
    ],
)
def test_vendor_and_model_are_said_as_one(vendor: str | None, model: str | None, said: str) -> None:
    assert make(vendor, model) == said


def test_one_is_singular() -> None:
    assert [count(n, "device") for n in (0, 1, 2, 1204)] == ["0 devices", "1 device", "2 devices", "1,204 devices"]
    assert count(2, "reply", "replies") == "2 replies"
