"""`netinv rules`: rules are listed, checked, and tried on an observation."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from netinv.classification.rules import built_in_rules, load_rules
from netinv.cli.app import run
from tests.classification.test_own_rules import BAD, GOOD

Promised = Callable[[str, str], Any]


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("NETINV_CONFIG", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    load_rules.cache_clear()
    (tmp_path / "netinv" / "rules").mkdir(parents=True)
    return tmp_path / "netinv" / "rules"


@pytest.fixture(autouse=True)
def _forget(request: pytest.FixtureRequest) -> Any:
    yield
    load_rules.cache_clear()


def observation(path: Path) -> str:
    path.write_text('{"id": "eye", "evidence": {"dhcp": {"hostname": "garden-eye-2"}, "mac": "30:05:5c:d1:68:0b"}}', "utf-8")
    return str(path)


def test_every_rule_is_listed_and_a_word_chooses(capsys: pytest.CaptureFixture[str], promised: Promised) -> None:
    assert run(["rules", "list"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(built_in_rules())
    assert run(["rules", "list", "printer", "--json"]) == 0
    listed = promised("rules", capsys.readouterr().out)
    assert 0 < len(listed["rules"]) < len(built_in_rules())
    assert not any(rule["is_own"] for rule in listed["rules"])


def test_rules_of_the_users_are_marked_and_wrong_ones_told_of(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (config / "mine.toml").write_text(GOOD + BAD, "utf-8")
    assert run(["rules", "list", "garden"]) == 0
    said = capsys.readouterr()
    assert "camera.name-garden" in said.out
    assert "(yours)" in said.out
    assert "camera.bad" in said.err


def test_checking_tells_good_from_wrong_by_file_and_rule(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], promised: Promised
) -> None:
    assert run(["rules", "check"]) == 0
    assert str(config) in capsys.readouterr().err
    (tmp_path / "empty.toml").touch()
    assert run(["rules", "check", str(tmp_path / "empty.toml")]) == 0
    assert "no rules in " in capsys.readouterr().err
    (config / "mine.toml").write_text(GOOD, "utf-8")
    assert run(["rules", "check"]) == 0
    assert "good:  rule camera.name-garden" in capsys.readouterr().out
    (tmp_path / "bad.toml").write_text(BAD, "utf-8")
    assert run(["rules", "check", str(tmp_path / "bad.toml")]) == 1
    assert "wrong: rule camera.bad in " in capsys.readouterr().out
    assert run(["rules", "check", str(tmp_path / "bad.toml"), "--json"]) == 1
    assert len(promised("rules", capsys.readouterr().out)["problems"]) >= 1


def test_an_observation_shows_which_rules_speak_and_what_follows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], promised: Promised
) -> None:
    seen = observation(tmp_path / "seen.json")
    assert run(["rules", "test", seen]) == 0
    before = capsys.readouterr().out
    assert before.startswith("eye: ")
    assert "camera.name-garden" not in before
    (tmp_path / "mine.toml").write_text(GOOD, "utf-8")
    assert run(["rules", "test", seen, "--rules", str(tmp_path / "mine.toml")]) == 0
    assert "the one I gave my cameras" in capsys.readouterr().out
    assert run(["rules", "test", seen, "--json", "--rules", str(tmp_path / "mine.toml")]) == 0
    (tried,) = promised("rules", capsys.readouterr().out)["documents"]
    spoken = {match["rule"]: match for match in tried["speaking"]}
    assert spoken["camera.name-garden"]["heard"] == [{"key": "dhcp.hostname", "value": "garden-eye-2"}]


@pytest.mark.parametrize("text", ["", "hello", "[]", '{"evidence": 5}', "{}\n{"])
def test_what_is_no_observation_is_a_wrong_use(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "f").write_text(text)
    assert run(["rules", "test", str(tmp_path / "f")]) == 2
    assert "netinv schema evidence" in capsys.readouterr().err


def test_a_wrong_rule_costs_a_scan_a_note_and_no_more(config: Path) -> None:
    from netinv.lab.memory import MemoryNetwork
    from netinv.scanner import scan

    (config / "mine.toml").write_text(BAD, "utf-8")
    found = scan(network=MemoryNetwork())
    assert len(found.devices) > 20
    assert [p.source for p in found.problems if "camera.bad" in p.message] == ["rules"]
