"""The options for how a report is written, which every command that writes one has and none declares."""

from pathlib import Path
from typing import Any

import pytest
import typer.main

from netinv.cli.app import app, run

_OPTIONS = {"--format", "-f", "--json", "--jsonl", "--csv", "--output", "-o", "--why"}


@pytest.mark.parametrize("name", ["scan", "list", "read", "replay"])
def test_every_command_that_writes_a_report_has_the_same_options(name: str) -> None:
    group: Any = typer.main.get_command(app)
    parameters = {option: p for p in group.commands[name].params for option in p.opts if option in _OPTIONS}
    assert set(parameters) == _OPTIONS
    assert parameters["--format"].envvar == "NETINV_FORMAT"
    assert "out" not in {p.name for p in group.commands[name].params}


@pytest.mark.parametrize("name", ["scan", "list"])
def test_what_contradicts_itself_is_refused_before_the_command_begins(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = tmp_path / "new.db"
    assert run([name, "--csv", "--json", "--store", str(store)]) == 2
    assert "csv and json are different formats" in capsys.readouterr().err
    assert not store.exists()


def test_the_place_and_the_format_reach_the_command(store: Path, tmp_path: Path) -> None:
    assert run(["list", "-o", str(tmp_path / "devices.md"), "--store", str(store)]) == 0
    assert (tmp_path / "devices.md").read_text("utf-8").startswith("# Devices on the network")
