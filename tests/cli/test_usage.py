"""What is said of a command line that means nothing: what is wrong, and what helps."""

from pathlib import Path

import pytest

from netinv.cli.app import run


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        ("scna", "No such command 'scna'", "did you mean scan, scans or schema?"),
        ("config shw", "No such command 'shw'", "did you mean show?"),
        ("scan --foo json", "No such option: --foo", "did you mean --format?"),
        ("scan --nothing-like-it", "No such option: --nothing-like-it", "netinv scan --help"),
        ("scan --rate 0", "Invalid value for '--rate': 0 is not from 1 to 1,000,000", "netinv scan --help"),
        ("scan --timeout soon", "Invalid value for '--timeout': 'soon' is no number", "netinv scan --help"),
        ("scans --limit -1", "Invalid value for '--limit' / '-n': -1 is less than 0", "netinv scans --help"),
        ("list --tag", "Option '--tag' requires an argument", "netinv list --help"),
        ("interfaces eth7 eth8", "There is no place for 'eth7 eth8'", "netinv interfaces --help"),
        ("merge laptop", "Missing argument 'OTHER...'", "netinv merge --help"),
    ],
)
def test_what_is_wrong_is_said_apart_from_what_helps(
    line: str, message: str, hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(line.split()) == 2
    assert capsys.readouterr().err == f"error: {message}\nhint: {hint}\n"


@pytest.mark.parametrize("line", ["undo", "set nas --name attic", "store vacuum", "store prune --keep 90d", "merge a b"])
def test_a_command_that_changes_an_inventory_makes_none(line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    none = tmp_path / "none.db"
    assert run([*line.split(), "--store", str(none)]) == 5
    assert "there is no inventory yet" in capsys.readouterr().err
    assert not none.exists()


@pytest.mark.parametrize("keep", ["3m", "now", "0d", "2200-01-01"])
def test_what_would_forget_nearly_everything_is_refused(store: Path, keep: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["store", "prune", "--keep", keep, "--store", str(store)]) == 2
    assert "3mo" in capsys.readouterr().err
