"""`netinv export`, as a user meets it."""

from pathlib import Path

import pytest

from netinv.cli.app import run


def test_a_file_has_the_format_of_its_suffix(store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", str(tmp_path / "a.jsonl"), "--store", str(store)]) == 0
    assert (tmp_path / "a.jsonl").read_text("utf-8").count("\n") == 2
    assert capsys.readouterr().err == f"2 devices written to {tmp_path / 'a.jsonl'}\n"


@pytest.mark.parametrize(
    ("words", "beginning"),
    [
        ([], b"ip,mac,"),
        (["--excel"], b"\xef\xbb\xbfip,mac,"),
        (["-f", "json"], b'{\n  "schema"'),
        (["-f", "table"], b"    ADDRESS"),
    ],
)
def test_standard_output_gets_csv_unless_told_otherwise(
    words: list[str], beginning: bytes, store: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert run(["export", "-", *words, "--store", str(store)]) == 0
    assert capsysbinary.readouterr().out.startswith(beginning)
