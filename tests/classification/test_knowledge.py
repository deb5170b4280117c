"""The packed copy of the data files, and when it is believed."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from netinv.classification import knowledge


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Two data files of one's own, packed."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "kinds.toml").write_text("a = 1\n")
    (tmp_path / "rules" / "own.toml").write_text("b = 2\n")
    monkeypatch.setattr(knowledge, "DATA", tmp_path)
    _forget()
    knowledge.pack()
    yield tmp_path
    _forget()


def _forget() -> None:
    knowledge._digests.cache_clear()
    knowledge._packed.cache_clear()


def test_the_packed_copy_is_fresh() -> None:
    stale = [name for name in knowledge._digests() if not knowledge.is_packed(name)]
    assert not stale, "run: python -m netinv.classification.knowledge"


def test_what_was_packed_is_read_from_the_copy(data: Path) -> None:
    assert knowledge.rule_files() == ("rules/own.toml",)
    assert all(map(knowledge.is_packed, ("kinds.toml", "rules/own.toml")))
    assert knowledge.tables("kinds.toml") == {"a": 1}


def test_a_file_changed_since_is_read_itself(data: Path) -> None:
    (data / "kinds.toml").write_text("a = 3\n")
    _forget()
    assert knowledge.tables("kinds.toml") == {"a": 3}
    assert not knowledge.is_packed("kinds.toml")
    assert knowledge.is_packed("rules/own.toml")


@pytest.mark.parametrize("rubbish", [None, b"{", b"[]", b"\xff"])
def test_without_a_readable_copy_the_files_are_read(data: Path, rubbish: bytes | None) -> None:
    packed = data / "knowledge.json"
    packed.unlink()
    if rubbish is not None:
        packed.write_bytes(rubbish)
    _forget()
    assert knowledge.tables("kinds.toml") == {"a": 1}


def test_the_digest_changes_with_any_file(data: Path) -> None:
    before = knowledge.digest()
    (data / "rules" / "own.toml").write_text("b = 3\n")
    _forget()
    assert knowledge.digest() != before
    assert "own" in json.dumps(list(knowledge._digests()))
