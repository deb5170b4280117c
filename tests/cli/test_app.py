"""The command line as a whole: how it ends, and what it says of wrong use."""

import pytest

from netinv.cli.app import run


@pytest.mark.parametrize("words", [[], ["vendors"]])
def test_without_a_command_the_help_is_printed_and_no_error(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(words) == 2
    out, err = capsys.readouterr()
    assert "Usage: netinv" in out
    assert err == ""


def test_wrong_use_is_told_with_the_help_that_is_about_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["show"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error: Missing argument 'DEVICE'")
    assert err.endswith("hint: netinv show --help\n")


def test_only_commands_with_a_format_speak_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("list", "show", "explain", "doctor", "interfaces"):
        assert run([command, "--help"]) == 0
        shown = " ".join(capsys.readouterr().out.split())
        assert ("same as --format" in shown) == (command == "list"), command
        assert "Example" in shown, command
