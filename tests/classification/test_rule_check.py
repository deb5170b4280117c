"""The self-test that rules are put to."""

from collections.abc import Callable

import pytest

from netinv.classification.rule_check import check
from netinv.classification.rule_reader import parse_rules
from tests.classification.test_rule_reader import rule

KEYS = {"tcp.631", "tcp.22", "dns.ptr"}


def complaints(text: str, is_key: Callable[[str], object] = KEYS.__contains__) -> list[str]:
    problems = check(parse_rules(text, "own.toml"), is_key)
    assert all(problem.hint for problem in problems)
    return [problem.message for problem in problems]


def test_a_sound_rule_passes() -> None:
    assert complaints(rule()) == []
    assert complaints(rule(when="{ 'name.head' = '^printer$' }", examples="[{ 'name.head' = 'printer' }]")) == []


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"when": "{ 'smell' = 'roses' }", "examples": "[{ 'smell' = 'roses' }]"}, "listens to smell, which nothing tells"),
        ({"when": "{ 'mac.vendor' = 'HP' }", "examples": "[{ 'mac.vendor' = 'HP' }]"}, "listens to mac.vendor"),
        ({"unless": "{ 'smell' = 'roses' }"}, "listens to smell"),
        ({"when": "{ 'tcp.22' = { words = ['*'] } }"}, "not a phrase"),
        ({"says": '"It is {words}."'}, "nothing to put in {words}"),
        ({"when": "{ 'tcp.22' = '(' }"}, "not a regular expression"),
        ({"when": "{ 'tcp.22' = '(a+)+' }"}, "could take very long"),
        ({"when": "{ 'tcp.22' = 'x?' }", "examples": "[{ 'tcp.22' = 'x' }]"}, "matches anything"),
        ({"says": '"It is {tcp.22}."'}, "nothing to put in {tcp.22}"),
        ({"then": '{ kind = "printer", model = "{model}" }'}, "nothing to put in {model}"),
        ({"examples": None}, "has no example"),
        ({"examples": "[{ 'tcp.631' = 'closed' }]"}, "does not match its example"),
        ({"examples": "[{ 'tcp.631' = 'open' }, { 'tcp.22' = 'open' }]"}, "does not match its example"),
        ({"unless": "{ 'tcp.631' = 'open' }"}, "does not match its example"),
        ({"counter_examples": "[{ 'tcp.631' = 'open' }]"}, "matches its counter-example"),
    ],
)
def test_a_rule_that_contradicts_itself_is_found(fields: dict[str, str | None], complaint: str) -> None:
    assert any(complaint in found for found in complaints(rule(**fields))), complaints(rule(**fields))


def test_an_id_used_twice_is_found() -> None:
    assert complaints(f"{rule()}\n{rule()}") == ["rule printer.port stands in own.toml and again in own.toml"]


def test_the_keys_of_the_vocabulary_are_those_that_exist() -> None:
    assert check(parse_rules(rule(), "own.toml")) == ()
    (problem,) = check(parse_rules(rule(when="{ 'smell' = 'roses' }", examples="[{ 'smell' = 'roses' }]"), "own.toml"))
    assert "listens to smell, which nothing tells" in problem.message


def test_all_problems_are_told_at_once() -> None:
    assert len(complaints(f"{rule(examples=None)}\n{rule(examples=None)}")) == 3
