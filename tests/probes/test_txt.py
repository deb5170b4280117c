"""Codes in TXT records."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.probes.txt import TELLS, read


@pytest.mark.parametrize(
    ("service", "item", "fact"),
    [
        ("_hap._tcp", "ci=5", ("homekit.category", "5")),
        ("_hap._udp", "CI=010", ("homekit.category", "10")),
        ("_matterc._udp", "DT=257", ("matter.device-type", "257")),
        ("_googlecast._tcp", "fn=Kitchen=1 ", ("cast.name", "Kitchen=1")),
        ("_matterc._udp", "VP=4937+32769", ("matter.vendor", "4937")),
    ],
)
def test_codes_are_told_as_numbers(service: str, item: str, fact: tuple[str, str]) -> None:
    assert list(read(service, item)) == [fact]


@pytest.mark.parametrize(
    ("service", "item"),
    [("_hap._tcp", "ci="), ("_hap._tcp", "ci=x"), ("_hap._tcp", "ci=" + "9" * 99), ("_http._tcp", "ci=5"), ("", "")],
)
def test_what_is_no_code_is_left_alone(service: str, item: str) -> None:
    assert list(read(service, item)) == []


@given(st.sampled_from(["_hap._tcp", "_matterc._udp", "_googlecast._tcp"]), st.text(max_size=50))
def test_no_text_makes_it_stumble(service: str, item: str) -> None:
    assert {key for key, _ in read(service, item)} <= set(TELLS)
