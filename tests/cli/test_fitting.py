"""What `history`, `diff`, `scans` and `networks` print on a narrow terminal, on a wide one, and in a pipe."""

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.cli.fitting import rows
from netinv.inventory.store import open_inventory
from tests.inventory.scans import PHONE, ROUTER, TV, heard, scan

HOUSE = (heard("10.0.0.1", ROUTER, dns_ptr="router.lan"), heard("10.0.0.20", TV, dns_ptr="tv.lan"))
COMMANDS = (["history"], ["history", "tv"], ["diff", "first"], ["scans"], ["networks"])


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("past") / "inventory.db"
    with open_inventory(path) as store:
        for hours in range(3):
            store.record(scan(*HOUSE, hours=hours, name=f"20260301T{12 + hours}0000Z-0a1b2c"))
        moved = heard("10.0.0.21", TV, dns_ptr="tv.lan", tcp_22="open")
        guest = heard("10.0.0.40", PHONE, dns_ptr="the-telephone-of-somebody-with-a-long-name.lan")
        store.record(scan(HOUSE[0], moved, guest, hours=20, name="20260302T080000Z-0a1b2c", targets="10.0.0.0/24, 10.1.0.0/28"))
    return path


def written(words: list[str], past: Path, columns: int | None) -> list[str]:
    """The lines of a command in a terminal of so many columns; in a pipe where that is None."""
    command = [sys.executable, "-m", "netinv", *words]
    environment = {k: v for k, v in os.environ.items() if k != "COLUMNS"} | {"NETINV_STORE": str(past), "TZ": "UTC"}
    if columns is None:
        return subprocess.run(command, env=environment, text=True, capture_output=True, check=True).stdout.splitlines()
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    with subprocess.Popen(command, env=environment, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        told = b""
        while True:
            try:
                data = os.read(ours, 1 << 16)
            except OSError:  # EIO: nobody writes any more
                break
            told += data
    os.close(ours)
    assert process.returncode == 0, told
    return told.decode().splitlines()


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_no_line_is_wider_than_the_terminal_and_no_word_is_lost(words: list[str], past: Path) -> None:
    whole = written(words, past, None)
    assert len(whole) == len(written(words, past, 400))
    for columns in (40, 80, 120):
        lines = written(words, past, columns)
        assert max(map(len, lines)) <= columns
        assert "".join("".join(lines).split()) == "".join("".join(whole).split())


def test_in_a_pipe_a_row_is_a_line(past: Path) -> None:
    assert len(written(["scans"], past, None)) == 4
    assert any(len(line) > 80 for line in written(["scans"], past, None))


_cell = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=30)
_prose = st.lists(_cell, max_size=12).map(" ".join)


@given(st.lists(st.tuples(_cell, _cell, _prose), max_size=5), st.integers(40, 200))
def test_whatever_is_in_a_table_it_fits(table: list[tuple[str, str, str]], width: int) -> None:
    lines = list(rows(table, (12, 20), width))
    assert all(len(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join("".join(map("".join, table)).split())
