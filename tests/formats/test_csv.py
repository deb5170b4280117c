"""CSV: rows that come back as they went, and cells that stay cells."""

import csv
import io
import re

import pytest
from hypothesis import given, settings

from netinv.formats import Report, Style, formats
from netinv.formats.base import COLUMNS, in_order
from netinv.model import Name
from tests.formats.reports import device, household, reports, texts

_PLAIN = Style()
_NAMES = [column.name for column in COLUMNS]


def _written(report: Report, style: Style = _PLAIN) -> str:
    stream = io.StringIO(newline="")
    formats()["csv"].write(report, stream, style)
    return stream.getvalue()


def _rows(report: Report) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(_written(report), newline="")))


def _cell(name: str) -> str:
    return _rows(Report([device(name=name)]))[0]["name"]


def test_the_columns_are_those_that_scripts_rely_on() -> None:
    assert _NAMES == [
        "ip", "mac", "name", "vendor", "category", "kind", "model", "os", "confidence", "is_new", "first_seen", "last_seen",
        "rtt_ms", "addresses", "macs", "names", "because", "id", "presence", "network", "owner", "location", "notes", "tags",
        "trusted", "firmware", "serial",
    ]  # fmt: skip


def test_a_device_is_a_row() -> None:
    names = (Name("box", "dns.ptr"), Name("box", "mdns.host"), Name("my box", "netbios.name"))
    one = device(host=10, names=names, addresses=("192.168.178.10", "fe80::1%eth0"))
    assert _written(Report([one])) == (
        ",".join(_NAMES) + "\r\n"
        "192.168.178.10,02:00:00:00:00:0a,box,Acme,computer,server,,Linux,0.9,false,2026-02-02T12:00:00Z,2026-03-14T12:00:00Z,0.412,"
        "192.168.178.10 fe80::1%eth0,02:00:00:00:00:0a,box; my box,somebody said so,d00000a,here,,,,,,,,\r\n"
    )


def test_a_household_comes_back_with_the_same_rows() -> None:
    report = household()
    rows = _rows(report)
    assert [row["ip"] for row in rows] == [d.ip for d in report.devices]
    assert [row["name"] for row in rows] == [d.name or "" for d in report.devices]
    assert [row["mac"] for row in rows] == [str(d.mac) for d in report.devices]


@settings(max_examples=50)
@given(reports)
def test_whatever_devices_say_every_row_has_every_column_and_no_line_more(report: Report) -> None:
    text = _written(report)
    text.encode()
    assert text.count("\r\n") == text.count("\n") == text.count("\r") == len(report.devices) + 1
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert all(len(row) == len(_NAMES) for row in rows)
    assert [row[_NAMES.index("id")] for row in rows[1:]] == [d.id for d in in_order(report.devices)]


@given(texts)
def test_no_cell_is_a_formula_wherever_its_separators_are_seen(text: str) -> None:
    cell = _cell(text)
    assert cell.isprintable()
    if not re.fullmatch(r"[+-]?[0-9.]+", cell):
        assert not re.search(r"(^|;)\s*[=+\-@＝＋－＠]", cell)


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("=cmd|'/C calc'!A0", "'=cmd|'/C calc'!A0"),
        ("+1+1", "'+1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-2+3", "'-2+3"),
        ("＝1+1", "'＝1+1"),
        ("\t=1+1", "'=1+1"),
        ("\r\n=1+1", "'=1+1"),
        ("a; =1+1", "a; '=1+1"),
        ("-5", "-5"),
        ("+4.5", "+4.5"),
        ("+٤", "'+٤"),
        ("box-1", "box-1"),
        ('a "quoted", comma', 'a "quoted", comma'),
        ("\x1b[31mred", "[31mred"),
        ("a\udcffb", "a b"),
    ],
)
def test_a_hostile_cell_is_harmless_and_a_plain_one_is_left_alone(name: str, cell: str) -> None:
    assert _cell(name) == cell


def test_excel_is_told_that_it_is_utf_8() -> None:
    assert _written(household(), Style(excel=True)).startswith("\ufeffip,")
    assert _written(household()).startswith("ip,")


def test_every_cell_fits_a_spreadsheet() -> None:
    assert len(_cell("x" * 100_000)) < 32_767
