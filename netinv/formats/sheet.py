"""Reading a CSV back that a person has edited in a spreadsheet, whichever way that spreadsheet wrote it."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import NamedTuple

from netinv.errors import FormatError
from netinv.formats.base import COLUMNS
from netinv.text import clean

LARGEST = 64 << 20
"""Bytes: ten thousand devices take a tenth of it."""
TELLING = ("id", "mac", "macs", "ip", "addresses", "name")
"""Columns that say which device is meant, the surest first: of a row, the first that is filled in."""
_LONGEST = 32_767
"""Characters in a cell, as in Excel."""
_DELIMITERS = ",;\t"
_DECLARED = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
# The apostrophe that csv.py puts before what would be a formula.
_GUARD = re.compile(r"((?:^|;) *)'(?=[=+\-@＝＋－＠﹦﹢﹣﹫])")


class Row(NamedTuple):
    """A device's line."""

    line: int
    """Where it is in the file, for errors."""
    cells: dict[str, str]
    """By column, as they stand."""


def read_sheet(content: bytes) -> list[Row]:
    """The rows of a CSV with a header of our columns, one of `TELLING` among them; empty lines are left out.

    Takes UTF-8 with and without a byte-order mark, UTF-16 with one, and Windows-1252 where it is neither; commas, semicolons and
    tabs; and Excel's `sep=` line. Raises FormatError, with the nearest name for a column nobody knows.
    """
    if len(content) > LARGEST:
        raise FormatError(f"the file is larger than {LARGEST >> 20} MiB", hint="export the inventory again, and edit that")
    text = _decoded(content)
    declared = _DECLARED.match(text)
    text = text[declared.end() :] if declared else text
    first = text.split("\n", 1)[0]
    delimiters = [declared[1]] if declared else sorted(_DELIMITERS, key=first.count, reverse=True)
    lines = _lines(text, delimiters[0], 2 if declared else 1)
    _, header = next(lines, (1, []))
    columns = [_column(cell) for cell in header]
    if not set(TELLING) & set(columns):
        hint = "export the inventory as CSV, and edit that"
        raise FormatError(f"there is no column by which devices are told: {', '.join(TELLING)}", hint=hint)
    if twice := next((name for name in columns if columns.count(name) > 1), None):
        raise FormatError(f"the column '{twice}' is there twice", hint="delete one of them")
    return [_row(line, cells, columns) for line, cells in lines if any(cell.strip() for cell in cells)]


def unguarded(cell: str) -> str:
    """A cell as it was before `csv.cell` made it safe for spreadsheets."""
    return _GUARD.sub(r"\1", cell)


def _row(line: int, cells: Sequence[str], columns: Sequence[str]) -> Row:
    if any(cell.strip() for cell in cells[len(columns) :]):
        hint = "a cell that holds a comma, or whatever parts the cells, must stand in quotes"
        raise FormatError(f"line {line} has {len(cells)} cells, the header {len(columns)}", hint=hint)
    return Row(line, dict(zip(columns, cells, strict=False)))


def _decoded(content: bytes) -> str:
    marks = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
    encodings = next(([name] for mark, name in marks.items() if content.startswith(mark)), ["utf-8", "cp1252", "latin-1"])
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise FormatError("this is no text that a spreadsheet wrote", hint="save the sheet as CSV, UTF-8 if there is a choice")


def _lines(text: str, delimiter: str, first: int) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    # the module has one limit for all readers
    before = csv.field_size_limit(_LONGEST)
    try:
        while True:
            line = first + reader.line_num
            try:
                yield line, next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise FormatError(f"line {line} cannot be read: {error}", hint="save the sheet as CSV again") from error
    finally:
        csv.field_size_limit(before)


def _column(cell: str) -> str:
    names = [column.name for column in COLUMNS]
    name = clean(cell, 80).lower()
    if name in names:
        return name
    near = get_close_matches(name, names, n=1)
    hint = f"did you mean '{near[0]}'?" if near else f"columns: {', '.join(names)}"
    raise FormatError(f"there is no column '{clean(cell, 80)}'", hint=hint)
