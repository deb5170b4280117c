"""`netinv kinds` teaches what netinv tells apart, and by what."""

from collections.abc import Callable
from typing import Any

import pytest

from netinv.classification.kinds import kinds
from netinv.cli.app import run
from netinv.formats.words import spoken


def test_every_kind_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["kinds"]) == 0
    said = capsys.readouterr().out
    for kind in kinds().values():
        assert spoken(kind.name) in said
        assert " ".join(kind.summary.split()[:4]) in said
    assert said.count("Given away by:") == len(kinds())


def test_of_one_kind_the_rules_are_shown_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["kinds", "access point"]) == 0
    said = capsys.readouterr().out
    assert "rules speak for it" in said
    assert said.count("Given away by:") == 1


def test_in_json_as_well(capsys: pytest.CaptureFixture[str], promised: Callable[[str, str], Any]) -> None:
    assert run(["kinds", "--json"]) == 0
    told = promised("kinds", capsys.readouterr().out)["kinds"]
    assert [kind["kind"] for kind in told] == list(kinds())
    assert all(kind["rules"] and kind["telling"] for kind in told if kind["kind"] != "network_other")


def test_a_kind_nobody_has_heard_of_is_a_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["kinds", "printr"]) == 2
    assert "did you mean printer?" in capsys.readouterr().err
