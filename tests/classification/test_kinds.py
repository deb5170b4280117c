"""The vocabulary."""

import pytest

from netinv.classification.kinds import CATEGORIES, UNKNOWN, category, kinds

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
