"""A word at the end on how many real daemons there were."""

import pytest

SAID = pytest.StashKey[str]()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if said := config.stash.get(SAID, None):
        terminalreporter.write_line(f"real daemons: {said}")
