"""The shipped rules, all of them, and how rules are found by what was heard."""

import subprocess
import sys
from collections import Counter
from pathlib import Path
from time import perf_counter

import pytest

from netinv import classification
from netinv.classification import knowledge
from netinv.classification.facts import DERIVED, Fact
from netinv.classification.kinds import kinds
from netinv.classification.patterns import LONGEST
from netinv.classification.rule_base import Rules
from netinv.classification.rule_check import check
from netinv.classification.rule_reader import parse_rules
from netinv.classification.rules import fingerprint, load_rules

FOLDER = Path(classification.__file__).parent / "data" / "rules"
PORT = """
[[rule]]
id = "printer.port"
when = { "tcp.631" = ["open"], "tcp.80" = ["Open", "closed"] }
unless = { "tcp.22" = ["open"] }
then = { kind = "printer" }
weight = 4
says = "IPP is {tcp.631}, the web page {tcp.80}."
examples = [{ "tcp.631" = "open", "tcp.80" = "open" }]

[[rule]]
id = "printer.name"
when = { "name" = '^laser(?P<model>\\d+)' }
then = { kind = "printer", model = "LaserJet {model}" }
weight = 3
says = "Its name is that of a LaserJet {model}."
examples = [{ "name" = "laser400" }]
"""


@pytest.fixture
def rules() -> Rules:
    return Rules(parse_rules(PORT, "test.toml"))


def fact(key: str, value: str) -> Fact:
    return Fact(key, value, f"{key}={value}")


def test_every_shipped_rule_proves_itself_and_listens_to_keys_of_the_vocabulary() -> None:
    assert [problem.message for problem in check(load_rules())] == []


def test_every_kind_has_rules_and_every_file_a_family() -> None:
    spoken_for = Counter(kind for rule in load_rules() for kind, weight in rule.weights.items() if weight >= 4)
    assert set(spoken_for) == set(kinds())
    assert {rule.source for rule in load_rules()} == {file.name for file in FOLDER.glob("*.toml")}
    assert len(load_rules()) >= 400


def test_every_shipped_rule_speaks_in_sentences_and_has_a_counter_example() -> None:
    for rule in load_rules():
        assert rule.says[0].isupper() or rule.says[0] == "{" or rule.says.startswith("netinv"), rule.id
        assert rule.says.endswith((".", "name.head}.")), rule.id
        assert rule.counter_examples, rule.id


@pytest.mark.quiet
def test_no_shipped_rule_is_slow_on_hostile_values() -> None:
    hostile = [c * (LONGEST // len(c)) for c in ("a", "-", "0", "a-", "A1", "-a0_", " a")]
    hostile += [start + "a-" * 120 for start in ("HP", "Galaxy-", "web-", "Bose-", "reolink")]
    listening = {key for key in load_rules().keys if key in DERIVED}
    began = perf_counter()
    for value in hostile:
        load_rules().speaking([fact(key, value) for key in listening])
    assert perf_counter() - began < 2


def test_a_rule_speaks_when_all_it_wants_was_heard(rules: Rules) -> None:
    assert rules.speaking([fact("tcp.631", "open")]) == []
    (match,) = rules.speaking([fact("tcp.631", "open"), fact("tcp.80", "CLOSED"), fact("tcp.22", "closed")])
    assert match.rule.id == "printer.port"
    assert match.evidence == ("tcp.631=open", "tcp.80=CLOSED")
    assert match.fill(match.rule.says) == "IPP is open, the web page CLOSED."


def test_a_rule_is_silenced_by_what_it_excludes_and_says_by_what(rules: Rules) -> None:
    facts = [fact("tcp.631", "open"), fact("tcp.80", "open"), fact("tcp.22", "open")]
    assert rules.speaking(facts) == []
    (match,) = rules.hearing(facts)
    assert not match.speaks
    assert match.silenced == (facts[2],)


def test_a_rule_that_still_waits_says_for_what(rules: Rules) -> None:
    (match,) = rules.hearing([fact("tcp.80", "open")])
    assert match.missing == ("tcp.631",)
    assert not match.speaks


def test_a_rule_cites_all_the_evidence_that_satisfies_it(rules: Rules) -> None:
    (match,) = rules.speaking([fact("name", "laser400"), fact("name", "laser401")])
    assert match.evidence == ("name=laser400", "name=laser401")
    assert match.fill(match.rule.tells["model"]) == "LaserJet 400"


def test_what_was_heard_cannot_write_templates_of_its_own(rules: Rules) -> None:
    (match,) = rules.speaking([fact("tcp.631", "open"), fact("tcp.80", "open"), fact("name", "{tcp.631}")])
    assert "{" not in match.fill(match.rule.says)
    long = Rules(parse_rules(PORT.replace("\\d+", ".+"), "x"))
    (match,) = long.speaking([fact("name", "laser{name}" + "x" * 200)])
    assert match.fill("{model}").startswith("{name}xx")
    assert len(match.fill("{model}")) <= 80


def test_remembering_values_is_bounded(rules: Rules) -> None:
    for number in range(25_000):
        rules.speaking([fact("name", f"laser{number}")])
    assert len(rules._remembered) <= 20_000


@pytest.mark.quiet
def test_the_rules_load_quickly_once() -> None:
    assert load_rules() is load_rules()
    load_rules.cache_clear()
    began = perf_counter()
    load_rules()
    assert perf_counter() - began < 0.5  # 30 ms where nothing else runs


def test_the_fingerprint_changes_with_rules_code_or_vendors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprint()
    assert before == fingerprint() == load_rules().fingerprint
    rules = tmp_path / "rules"
    rules.mkdir(parents=True)
    (rules / "own.toml").write_text(PORT)
    monkeypatch.setattr(knowledge, "DATA", tmp_path)
    knowledge._digests.cache_clear()
    changed = fingerprint()
    assert changed != before
    (rules / "own.toml").write_text(PORT + "\n# more\n")
    knowledge._digests.cache_clear()
    assert fingerprint() != changed
    knowledge._digests.cache_clear()


def test_importing_the_room_parses_nothing() -> None:
    script = (
        "import sys, netinv.classification.rules as c; c.fingerprint(); print('tomllib' in sys.modules, 'scapy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
