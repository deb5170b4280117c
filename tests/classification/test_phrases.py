"""Phrases found in what devices say."""

from contextlib import suppress
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.classification.phrases import Phrases, parsed
from netinv.errors import RuleError


def found(phrase: str, text: str) -> list[str]:
    phrases: Phrases[int] = Phrases()
    phrases.add(phrase, 1)
    return [hit.text for hit in phrases.find(text)]


@pytest.mark.parametrize(
    ("phrase", "text", "words"),
    [
        ("LaserJet", "HP LaserJet 4250", ["LaserJet"]),
        ("laserjet", "HP-LASERJET", ["LASERJET"]),
        ("LaserJet", "LaserJetty", []),
        ("NAS", "jonas", []),
        ("DIR ###", "DIR-645 Ver 1.04", ["DIR-645"]),
        ("DIR-###", "DIR_645", ["DIR_645"]),
        ("DIR ###", "DIR 64", []),
        ("WRT##*", "Linksys WRT54GL", ["WRT54GL"]),
        ("WRT##*", "WRTX", []),
        ("Cisco IOS", "Cisco (IOS) Software", ["Cisco (IOS"]),
        ("Cisco IOS", "IOS Cisco", []),
        ("##LM*", "42LM620S", ["42LM620S"]),
        ("R#", "r2 d2", ["r2"]),
        ("S7", "S7 S7", ["S7", "S7"]),
        ("MFC L*", "Brother MFC-L2750DW", ["MFC-L2750DW"]),
        ("a b", "a", []),
        ("ÉCRAN", "écran plat", ["écran"]),
    ],
)
def test_a_phrase_is_found_word_by_word(phrase: str, text: str, words: list[str]) -> None:
    assert found(phrase, text) == words


@pytest.mark.parametrize("phrase", ["", "*", " ", "a**", "*a", "a.b", "(", "-", "a|b"])
def test_what_would_be_found_anywhere_is_no_phrase(phrase: str) -> None:
    with pytest.raises(RuleError) as refused:
        parsed(phrase)
    assert refused.value.hint


@given(st.text(max_size=30), st.text(max_size=300))
def test_no_text_breaks_the_search(phrase: str, text: str) -> None:
    with suppress(RuleError):
        found(phrase, text)


@pytest.mark.quiet
def test_thousands_of_phrases_cost_no_more_than_a_few() -> None:
    phrases: Phrases[int] = Phrases()
    for number in range(20_000):
        phrases.add(f"word{number}", number)
    began = perf_counter()
    for number in range(1000):
        assert [hit.of for hit in phrases.find(f"this is word{number}, and more of it")] == [number]
    assert perf_counter() - began < 1
