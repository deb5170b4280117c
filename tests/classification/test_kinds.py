"""The vocabulary."""

import pytest

from netinv.classification.kinds import CATEGORIES, UNKNOWN, category, hint, kinds
from netinv.classification.verdict import classify
from netinv.probes import probes
from tests.classification.heard import heard

PROMISED = {
    "router": {"router", "firewall"},
    "printer": {"printer"},
    "computer": {"computer", "server", "vm"},
    "other": {
        *("switch", "access_point", "network_other", "phone", "tablet", "nas", "camera", "tv", "media_player", "speaker"),
        *("game_console", "smart_home", "industrial", "voip", "ups", "management"),
    },
}


def test_kinds_and_their_categories_are_those_promised() -> None:
    assert {kind.name: kind.category for kind in kinds().values()} == {k: c for c, named in PROMISED.items() for k in named}
    assert {*PROMISED, UNKNOWN} == set(CATEGORIES)


def test_every_kind_is_explained_in_sentences() -> None:
    for kind in kinds().values():
        for sentence in (kind.summary, kind.gives_away):
            assert sentence[0].isupper(), kind
            assert sentence.endswith("."), kind


def test_priors_are_mild_and_add_up_to_one() -> None:
    priors = [kind.prior for kind in kinds().values()]
    assert sum(priors) == pytest.approx(1)
    assert max(priors) < 5 * min(priors)


def test_unknown_is_its_own_category() -> None:
    assert category(UNKNOWN) == UNKNOWN
    assert category("nas") == "other"


@pytest.mark.parametrize("kind", sorted(PROMISED["router"] | PROMISED["printer"] | PROMISED["computer"] | PROMISED["other"]))
def test_what_a_kind_typically_says_tells_it_alone_and_is_asked_for_by_default(kind: str) -> None:
    told = {key for probe in probes() if probe.by_default for key in probe.tells}
    assert kinds()[kind].typical
    for key, value in kinds()[kind].typical:
        assert classify(heard((key, value))).kind == kind, value
        assert key in told


@pytest.mark.parametrize(("word", "meant"), [("pritner", "printer"), ("accesspoint", "access_point"), ("nass", "nas")])
def test_a_mistyped_kind_is_recognised(word: str, meant: str) -> None:
    assert hint(word, kinds()) == f"did you mean {meant}?"


@pytest.mark.parametrize("word", ["toaster", "fridge", "x" * 10_000, ""])
def test_what_is_near_no_kind_is_answered_with_all(word: str) -> None:
    assert hint(word, kinds()) == f"kinds: {', '.join(kinds())}"
