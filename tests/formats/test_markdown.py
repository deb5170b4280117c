"""Markdown: tables whose cells hold text, whatever that looks like."""

import re

from hypothesis import given

from netinv.formats import Report
from tests.formats.reports import device, household, reports, scan
from tests.formats.written import attackers, attacking, attacks, written

_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


def _rows(text: str) -> list[list[str]]:
    """The cells of each row of each table, as GFM splits them."""
    return [re.split(r"(?<!\\)\|", line)[1:-1] for line in text.splitlines() if line.startswith("| ")]


def test_a_household_has_a_table_for_each_category() -> None:
    text = written("markdown", household())
    assert [line for line in text.splitlines() if line.startswith("## ")] == [
        "## Routers (2)", "## Printers (2)", "## Computers (5)", "## Other (9)", "## Unknown (2)",
    ]  # fmt: skip
    assert "| `192.168.178.11` | diskstation | nas | 96% | Synology | DS920+ | `00:11:32:a8:7c:05` |" in text


def test_what_the_scan_found_is_told() -> None:
    text = written("markdown", Report((), scan()))
    assert "192.168.178.0/24" in text
    assert text.startswith("# Devices on the network\n\nno devices · asked 254 addresses by ARP")


@given(reports | attacking)
def test_whatever_devices_say_every_row_has_every_cell(report: Report) -> None:
    rows = _rows(written("markdown", report))
    assert all(len(row) == 9 for row in rows)
    assert sum(row[0] not in (" Address ", " --- ") for row in rows) == len(report.devices)


@given(attacks)
def test_nothing_a_device_says_is_markup(said: str) -> None:
    (row,) = [row for row in _rows(written("markdown", Report([device(name=said, vendor=said)]))) if "`" in row[0]]
    for cell in (row[1], row[4]):
        bare = _ESCAPED.sub("", cell.replace(" **new**", ""))
        assert not re.search(r"[\\`*_\[\]<>#|~$&@{}]|www\.|https?:", bare), cell


def test_attackers_are_written_as_what_they_said() -> None:
    for one in attackers().devices:
        (row,) = [row for row in _rows(written("markdown", Report([one]))) if "`" in row[0]]
        assert _ESCAPED.sub(r"\1", row[1]).strip() == " ".join((one.name or "").split())
