"""Rules as people write them, and what they are told when they err."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.classification.rule_reader import parse_rules, read_rules
from netinv.errors import RuleError

GOOD = {
    "id": '"printer.port"',
    "when": '{ "tcp.631" = ["open"] }',
    "then": '{ kind = "printer" }',
    "weight": "4",
    "says": '"IPP is open."',
    "examples": '[{ "tcp.631" = "open" }]',
}


def rule(**fields: str | None) -> str:
    return "[[rule]]\n" + "\n".join(f"{name} = {text}" for name, text in {**GOOD, **fields}.items() if text is not None)


def test_a_rule_is_read() -> None:
    (read,) = parse_rules(rule(leans="{ router = -2 }", unless="{ name = 'x' }"), "own.toml")
    assert read.id == "printer.port"
    assert read.kind == "printer"
    assert read.weights == {"printer": 4.0, "router": -2.0}
    assert read.when[0].values == {"open"}
    assert read.unless[0].regex == "x"
    assert read.source == "own.toml"


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"id": None}, "needs an id"),
        ({"id": '"Printer"'}, "needs an id"),
        ({"when": None}, "has no `when`"),
        ({"when": '{ "tcp.631" = [] }'}, "wants nothing clear of tcp.631"),
        ({"when": "{ tcp.631 = ['open'] }"}, "wants nothing clear of tcp"),
        ({"when": "3"}, "that is no table"),
        ({"says": None}, "does not say why"),
        ({"then": '{ kind = "toaster" }'}, "unknown kind 'toaster'"),
        ({"then": '{ colour = "red" }'}, "unknown 'colour'"),
        ({"then": "{ kind = 3 }"}, "other than texts in `then`"),
        ({"weight": None}, "`kind` and `weight` together"),
        ({"then": None}, "`kind` and `weight` together"),
        ({"weight": "0"}, "the weight 0"),
        ({"weight": "8"}, "the weight 8"),
        ({"weight": "nan"}, "the weight nan"),
        ({"weight": "true"}, "the weight True"),
        ({"weight": '"4"'}, "the weight '4'"),
        ({"leans": "{ router = 99 }"}, "gives router the weight 99"),
        ({"leans": "{ unknown = 1 }"}, "unknown kind 'unknown'"),
        ({"then": None, "weight": None}, "concludes nothing"),
        ({"wieght": "4"}, "unknown field 'wieght'"),
        ({"when": '{ "name.head" = ["@toys"] }'}, "wants the words @toys"),
        ({"examples": "3"}, "that are no list"),
        ({"examples": "[3]"}, "other than texts in `examples`"),
    ],
)
def test_a_malformed_rule_is_refused_with_a_hint(fields: dict[str, str | None], complaint: str) -> None:
    with pytest.raises(RuleError) as refused:
        parse_rules(rule(**fields), "own.toml")
    assert complaint in refused.value.message
    assert "own.toml" in refused.value.message
    assert refused.value.hint


def test_a_list_of_words_that_rules_share_stands_among_values() -> None:
    (read,) = parse_rules(rule(unless='{ "name.head" = ["@machines", "Printer"] }'), "own.toml")
    assert read.unless[0].values >= {"laptop", "pc", "printer"}
    assert "@machines" not in read.unless[0].values


@pytest.mark.parametrize("text", ["[[rule", "[other]\nx = 1", "rule = 3", "x = 1", "[rule]\nid = 'x.y'", "a=" + "[" * 5000])
def test_what_is_not_a_file_of_rules_is_refused_with_a_hint(text: str) -> None:
    with pytest.raises(RuleError) as refused:
        parse_rules(text, "own.toml")
    assert refused.value.hint


def test_a_file_that_cannot_be_read_is_an_error_a_user_understands(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="No such file"):
        read_rules(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b"# \xff")
    with pytest.raises(RuleError, match="not UTF-8"):
        read_rules(tmp_path / "latin.toml")


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    with suppress(RuleError):
        parse_rules(text, "x")
