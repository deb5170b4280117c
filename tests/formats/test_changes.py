"""A change as a person reads it."""

import pytest

from netinv.formats.changes import MOST, sentence
from netinv.model import Change
from tests.classification.heard import NOON


def _said(field: str, before: list[str], after: list[str]) -> str:
    return sentence(Change(NOON, "d1", field, ", ".join(before), ", ".join(after)))


@pytest.mark.parametrize("field", ["addresses", "ports", "macs", "tags"])
def test_a_list_is_compared_whole_however_long_it_is(field: str) -> None:
    many = [f"2001:db8::{number:x}" for number in range(1000)]
    told = _said(field, many, [many[0], "fe80::7", *many[1:-1]])
    assert "fe80::7" in told
    assert many[-1] in told
    assert not [one for one in many[1:-1] if one in told.replace(many[-1], "").split()]
    assert "as before, in another order" in _said(field, many, many[::-1])


def test_of_many_that_came_some_are_named_and_the_others_counted() -> None:
    many = [f"10.0.0.{number}" for number in range(MOST + 5)]
    assert _said("addresses", [], many[:MOST]) == f"address {', '.join(many[:MOST])} added"
    assert _said("addresses", [], many) == f"address {', '.join(many[:MOST])} and 5 more added"
    assert _said("ports", many, []) == f"port {', '.join(many[:MOST])} and 5 more closed"


def test_what_is_in_a_list_says_nothing_of_its_own() -> None:
    assert _said("tags", ["a\x1b[31m"], ["b\n" + "x" * 9999]) == f"tag a [31m -> b {'x' * 510}"
