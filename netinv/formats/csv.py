"""CSV for people and spreadsheets: RFC 4180, one row a device, and no cell that a spreadsheet would run as a formula."""

import csv
import re
from collections.abc import Sequence
from typing import TextIO

from netinv.formats.base import COLUMNS, Format, Report, Style, in_order
from netinv.text import clean

# What spreadsheets take for the start of a formula, with the wide and small forms that Japanese ones fold (OWASP, "CSV
# Injection"); also after `;`, which separates cells where the decimal comma is in use. Tab and newline `clean` has removed.
_FORMULA = re.compile(r"(^|;) *(?=[=+\-@＝＋－＠﹦﹢﹣﹫])")
_STARTS = frozenset(" =+-@＝＋－＠﹦﹢﹣﹫")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
_LONGEST = 32_000
"""Excel holds 32,767 characters in a cell; some are kept for apostrophes."""


def cell(value: str | float | bool | None) -> str | float:
    """A value as a cell that no spreadsheet runs."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return value
    if value.isprintable() and ";" not in value and value[:1] not in _STARTS and len(value) <= _LONGEST:
        return value  # as nearly all are
    value = clean(value, _LONGEST)
    return value if _NUMBER.fullmatch(value) else _FORMULA.sub(r"\g<0>'", value)


def write(report: Report, stream: TextIO, style: Style) -> None:
    """A header and a row for each device, lines ended by CRLF (RFC 4180, 2); the stream must not translate them."""
    if style.excel:
        stream.write("\ufeff")
    rows = csv.writer(stream, lineterminator="\r\n")
    rows.writerow(column.name for column in COLUMNS)
    devices = in_order(report.devices)
    rows.writerows(zip(*(_cells([column.cell(device) for device in devices]) for column in COLUMNS), strict=True))


def _cells(column: Sequence[str | float | bool | None]) -> Sequence[str | float]:
    """As `cell` has each; whether all are plain text is asked of a column at once."""
    values = ["" if value is None else value for value in column]
    if set(map(type, values)) <= {str}:
        joined = "".join(values)  # type: ignore[arg-type]
        is_plain = joined.isprintable() and ";" not in joined and _STARTS.isdisjoint(value[:1] for value in values)  # type: ignore[index]
        if is_plain and max(map(len, values), default=0) <= _LONGEST:  # type: ignore[arg-type]
            return values
    return list(map(cell, column))


FORMAT = Format("csv", suffix=".csv", summary="one row a device, for spreadsheets", write=write, needs_evidence=False)
