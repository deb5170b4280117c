"""The user's own rules count after netinv's, may replace them, and where one is wrong only that one is left out."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from netinv.classification import own_rules
from netinv.classification.rules import built_in_rules, fingerprint, load_rules
from netinv.classification.verdict import classify
from tests.classification.heard import heard

GOOD = """
[[rule]]
id = "camera.name-garden"
when = { "name.host" = '^garden-eye' }
then = { kind = "camera" }
weight = 6.5
says = "Its name, {name.host}, is the one I gave my cameras."
examples = [{ "name.host" = "garden-eye-2" }]
"""
BAD = """
[[rule]]
id = "camera.bad"
when = { "name.host" = '(a+)+' }
then = { kind = "camera" }
weight = 6.5
says = "Never."
examples = [{ "name.host" = "aaa" }]
"""
Write = Callable[[str, str], Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Write]:
    """`write(name, text)`: a file of rules of the user's."""
    monkeypatch.delenv("NETINV_CONFIG", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    load_rules.cache_clear()

    def put(name: str, text: str) -> Path:
        path = tmp_path / "netinv" / "rules" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        load_rules.cache_clear()
        return path

    yield put
    load_rules.cache_clear()


def test_a_rule_of_the_users_counts(write: Write) -> None:
    evidence = heard(("mdns.hostname", "garden-eye-2"))
    assert classify(evidence).kind != "camera"
    write("mine.toml", GOOD)
    verdict = classify(evidence)
    assert (verdict.kind, verdict.because[0].rule) == ("camera", "camera.name-garden")
    assert load_rules().problems == ()


MINE = """
[[rule]]
id = "mine.cad"
when = {{ "name.host" = '^cad$' }}
then = {{ kind = "tv" }}
weight = {weight}
says = "My {{name.host}} is a TV."
examples = [{{ "name.host" = "cad" }}]
"""
DELL = ("mac", "f8:b1:56:2c:a8:05")
PRINTER = (("snmp.sysdescr", "HP LaserJet 4250"), ("http.title", "HP LaserJet 4250"), ("mdns.service", "_ipp._tcp"))


def test_what_the_user_is_sure_of_outranks_what_is_so_in_general(write: Write) -> None:
    write("mine.toml", MINE.format(weight=7))
    alone = classify(heard(("dhcp.hostname", "cad")))
    assert alone.kind == "tv"
    for others in ((DELL,), (("mac", "90:09:d0:5f:22:c8"),), PRINTER):
        verdict = classify(heard(("dhcp.hostname", "cad"), *others))
        assert verdict.kind == "tv"
        assert verdict.confidence >= 0.9
        assert verdict.because[0].rule == "mine.cad"
    assert classify(heard(*PRINTER)).kind == "printer"


def test_what_the_user_holds_for_likely_is_weighed(write: Write) -> None:
    write("mine.toml", MINE.format(weight=2))
    assert classify(heard(("dhcp.hostname", "cad"), DELL, *PRINTER)).kind == "printer"


def test_it_replaces_the_rule_of_netinv_with_its_id(write: Write) -> None:
    theirs = next(rule for rule in built_in_rules() if rule.kind == "printer")
    write("mine.toml", GOOD.replace("camera.name-garden", theirs.id))
    now = [rule for rule in load_rules() if rule.id == theirs.id]
    assert [rule.kind for rule in now] == ["camera"]
    assert len(load_rules()) == len(built_in_rules())


def test_opinions_are_made_anew_when_the_users_rules_change(write: Write) -> None:
    seen = {fingerprint()}
    path = write("mine.toml", GOOD)
    seen.add(fingerprint())
    path.write_text(GOOD.replace("6.5", "6"), "utf-8")
    seen.add(fingerprint())
    path.unlink()
    assert len(seen) == 3
    assert fingerprint() in seen


def test_a_wrong_rule_costs_itself_and_a_message_that_names_it(write: Write) -> None:
    path = write("mine.toml", BAD + GOOD)
    write("broken.toml", "[[rule")
    found = own_rules.own_rules()
    assert [rule.id for rule in found.rules] == ["camera.name-garden"]
    said = [problem.message for problem in found.problems]
    assert any("camera.bad" in message and str(path) in message for message in said)
    assert any("broken.toml is not TOML" in message for message in said)
    assert classify(heard(("mdns.hostname", "garden-eye-2"))).kind == "camera"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD.replace("weight = 6.5", ""), "needs `kind` and `weight` together"),
        (GOOD.replace('kind = "camera"', 'kind = "dragon"'), "unknown kind 'dragon'"),
        (GOOD.replace("garden-eye-2", "else"), "does not match its example"),
        (GOOD.replace("examples", "exampels"), "unknown field 'exampels'"),
        (GOOD + GOOD, "stands in"),
        ("rule = 5", "something other than rules"),
        ("[[rule]]\n", "needs an id"),
        ('rule = ["text"]', "needs an id"),
    ],
)
def test_what_is_wrong_is_said_with_rule_and_field(text: str, said: str, write: Write) -> None:
    write("mine.toml", text)
    (problem, *_) = own_rules.own_rules().problems
    assert said in problem.message
    assert "mine.toml" in problem.message
    assert problem.hint


def test_what_others_may_have_written_is_not_read(write: Write) -> None:
    path = write("mine.toml", GOOD)
    path.chmod(0o666)
    found = own_rules.own_rules()
    assert not found.rules
    assert "somebody else" in found.problems[0].message


def test_no_rules_are_taken_from_where_somebody_happens_to_stand(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("mine.toml", GOOD)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", ".")
    monkeypatch.setenv("HOME", "/nonexistent")
    assert own_rules.files() == ()


def test_pipes_and_huge_files_are_passed_over(write: Write) -> None:
    path = write("large.toml", "#" * (own_rules.LARGEST + 1))
    os.mkfifo(path.with_name("pipe.toml"))
    said = " ".join(problem.message for problem in own_rules.own_rules().problems)
    assert "larger than" in said
    assert "no ordinary file" in said
