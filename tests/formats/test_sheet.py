"""A CSV comes back from a spreadsheet in many ways."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.errors import FormatError
from netinv.formats.base import COLUMNS
from netinv.formats.csv import cell
from netinv.formats.sheet import Row, read_sheet, unguarded
from netinv.text import clean

TEXT = 'id,name,tags\r\nd1,Küche,a b\r\n\r\nd2,"a, b\r\nc",\r\n'
ROWS = [Row(2, {"id": "d1", "name": "Küche", "tags": "a b"}), Row(4, {"id": "d2", "name": "a, b\r\nc", "tags": ""})]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encodings_and_delimiters_of_spreadsheets_are_understood(encoding: str, delimiter: str) -> None:
    rows = list(csv.reader(io.StringIO(TEXT, newline="")))
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=delimiter).writerows(rows)
    found = read_sheet(written.getvalue().encode(encoding))
    assert [row.cells for row in found] == [row.cells for row in ROWS]
    assert [row.line for row in found] == [2, 4]


def test_the_line_that_tells_excel_the_delimiter_is_understood() -> None:
    [row] = read_sheet(b"sep=|\r\nname|id\r\nx|d1\r\n")
    assert row == Row(3, {"name": "x", "id": "d1"})


@pytest.mark.parametrize(
    ("content", "hint"),
    [
        (b"", "export"),
        (b"kind,owner\r\nx,y\r\n", "export"),
        (b"id,onwer\r\n", "'owner'"),
        (b"id,blood group\r\n", "columns: "),
        (b"id,ID\r\n", "delete one"),
        (b"id,name\r\nd1,x,y,z\r\n", "quotes"),
        (b'id,name\r\nd1,"x', "save the sheet"),
        (b"id,name\r\nd1," + b"x" * 40_000, "save the sheet"),
        (b"PK\x03\x04\0\0\0\0", "save the sheet as CSV"),
    ],
)
def test_what_is_no_sheet_of_ours_is_answered_with_a_hint(content: bytes, hint: str) -> None:
    with pytest.raises(FormatError) as caught:
        read_sheet(content)
    assert hint in (caught.value.hint or "")


@given(st.text().map(clean))
def test_the_guard_against_formulas_is_undone(text: str) -> None:
    guarded = str(cell(text))
    assert unguarded(guarded) == unguarded(text)
    if "'" not in text:
        assert unguarded(guarded) == text


@given(
    st.binary() | st.lists(st.sampled_from(["id", "name", ",", ";", "\r\n", '"', "d1", "\0", "é"])).map("".join).map(str.encode)
)
def test_bytes_of_any_kind_are_read_or_refused(content: bytes) -> None:
    before = csv.field_size_limit()
    try:
        read_sheet(content)
    except FormatError as error:
        assert error.hint  # noqa: PT017 - either is right
    assert csv.field_size_limit() == before


def test_every_column_we_write_is_known_when_it_comes_back() -> None:
    assert read_sheet(",".join(column.name for column in COLUMNS).encode()) == []
