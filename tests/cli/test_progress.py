"""The progress bar, seen on a terminal of its own."""

import os
import pty
import re
import select
import time
from typing import Any

import pytest

from netinv.lab.ethernet import Lan


def watch(netinv: Any, *words: str) -> list[tuple[float, str]]:
    """What a scan writes to its terminal, each piece with the second it came at."""
    ours, theirs = pty.openpty()
    begin = time.monotonic()
    seen = []
    with netinv.start(
        *words, env={"FORCE_COLOR": "1", "TERM": "xterm-256color", "COLUMNS": "80"}, stdout=-3, stderr=theirs
    ) as scan:
        os.close(theirs)
        while select.select([ours], [], [], 30)[0]:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # the other side is closed
                break
            seen.append((time.monotonic() - begin, re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", piece.decode("utf-8", "replace"))))
    os.close(ours)
    assert scan.returncode == 0, seen[-3:]
    return seen


def test_the_first_answer_is_on_the_screen_while_others_are_asked_and_the_bar_is_gone_in_the_end(lan: Lan, netinv: Any) -> None:
    seen = watch(netinv, "scan", "--json")
    first = next(at for at, text in seen if "10.77.0." in text)
    assert first < seen[-1][0] / 2
    assert any("found: 10.77.0." in text for _, text in seen)
    assert any("identifying" in text for _, text in seen)
    assert "asking" not in seen[-1][1]


@pytest.mark.parametrize("quiet", ["-q", "--quiet"])
def test_who_wants_quiet_sees_no_bar(lan: Lan, netinv: Any, quiet: str) -> None:
    assert "asking" not in "".join(text for _, text in watch(netinv, "scan", "--fast", "--json", quiet))
