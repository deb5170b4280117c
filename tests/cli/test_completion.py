"""What a shell is told when somebody presses Tab."""

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from netinv.cli.app import app, run


def completed(line: str, store: Path, **environ: str) -> list[str]:
    """The words offered for the last word of a line, as bash asks for them."""
    words = f"netinv {line}"
    asked = {"_NETINV_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(len(words.split(" ")) - 1)}
    done: Any = CliRunner().invoke(app, [], env={**asked, "NETINV_STORE": str(store), **environ}, prog_name="netinv")
    assert not done.stderr
    return sorted(done.stdout.split())


def test_kinds_columns_and_devices_are_completed(store: Path) -> None:
    assert completed("list --kind ca", store) == ["camera"]
    assert completed("export x.csv --sort last", store) == ["last_seen"]
    assert completed("show va", store) == ["vault"]
    assert completed("map 10.0.0.", store) == ["10.0.0.5", "10.0.0.6"]


def test_a_name_of_several_words_or_with_a_mark_for_the_shell_is_not_offered(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["set", "10.0.0.5", "--name", "vault of $(reboot)", "--store", str(store)]) == 0
    capsys.readouterr()
    assert completed("show va", store) == []


@pytest.mark.parametrize("place", ["/nonexistent/a.db", "mysql://x", "/etc/passwd"])
def test_where_there_is_no_inventory_nothing_is_offered_and_nothing_said(place: str, store: Path) -> None:
    assert completed(f"show --store {place} va", store) == []
