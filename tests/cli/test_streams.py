"""Standard streams that are closed, full, or read by somebody who leaves early: an error or none, and never a traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

COMMANDS = (
    "--help", "--version", "list", "list --csv", "list --help", "show 10.0.0.5", "explain 10.0.0.5", "explain 10.0.0.5 --json",
    "schema",
    "interfaces", "interfaces --json", "doctor", "doctor --json", "vendors info", "vendors lookup 3c:22:fb:01:02:03", "export -",
)  # fmt: skip


def netinv(words: str, redirection: str, store: Path) -> "subprocess.CompletedProcess[str]":
    """Run a command of netinv in a shell; its own exit code, whatever it is piped into."""
    line = f'"{sys.executable}" -m netinv {words} {redirection}; exit "${{PIPESTATUS[0]}}"'
    environ = {**os.environ, "NETINV_STORE": str(store), "NO_COLOR": "1"}
    return subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False, env=environ, timeout=30)


@pytest.mark.parametrize("words", COMMANDS)
def test_output_that_cannot_be_written_is_an_error(words: str, store: Path) -> None:
    for redirection, cause in (("> /dev/full", "No space left on device"), (">&-", "standard output is closed")):
        done = netinv(words, redirection, store)
        assert done.returncode == 1, done.stderr
        lines = [line for line in done.stderr.splitlines() if not line.startswith("warning: ")]
        assert lines[-2] == f"error: cannot write the output: {cause}"
        assert lines[-1].startswith("hint: ")
        assert "Traceback" not in done.stderr
        assert "Exception" not in done.stderr


@pytest.mark.parametrize("words", ["--help", "explain 10.0.0.5", "explain 10.0.0.5 --json", "list", "schema"])
def test_a_reader_that_has_read_enough_is_no_error(words: str, store: Path) -> None:
    done = netinv(words, "| true", store)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("redirection", ["2>&-", "2> /dev/full", "<&-", "<&- 2>&-"])
def test_without_a_place_for_notes_the_output_is_the_same(redirection: str, store: Path) -> None:
    assert netinv("show 10.0.0.5", redirection, store).stdout == netinv("show 10.0.0.5", "", store).stdout
    failed = netinv("show 10.9.9.9", redirection, store)
    assert (failed.returncode, failed.stdout) == (1, "")


def test_a_file_is_written_where_the_streams_are_closed(store: Path, tmp_path: Path) -> None:
    whole = tmp_path / "devices.csv"
    assert netinv(f"export {whole}", "<&- >&- 2>&-", store).returncode == 0
    assert whole.read_text("utf-8").startswith("ip,mac,")
    assert netinv("list --json", "", store).returncode == 0, "nothing was written into the inventory"
