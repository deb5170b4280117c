"""Lines that fit the terminal: what is too long goes on below, indented; in a pipe a line stays whole."""

import sys
from collections.abc import Iterator, Sequence
from textwrap import wrap

_PROSE = 20
"""Columns the last cell of a row needs at least to go on under itself; with less, the cells go on under one another."""
_INDENT = 4


def room() -> int | None:
    """Columns of the terminal on standard output; None where it is not one."""
    from netinv.cli.output import terminal

    return terminal(sys.stdout).width


def fitted(line: str, width: int | None, indent: int = _INDENT) -> list[str]:
    """A line, or as many as it takes in a terminal of `width`, all but the first of them indented."""
    if not width or len(line) <= width:
        return [line]
    return wrap(line, max(width, indent + 20), subsequent_indent=" " * indent, break_on_hyphens=False)


def rows(table: Sequence[Sequence[str]], widths: Sequence[int], width: int | None) -> Iterator[str]:
    """Rows of as many cells each, the last of them prose, all but that one padded to `widths`.

    In a terminal that is too narrow columns are only as wide as they need be, then the prose goes on under itself, and where
    that has no room either a row takes as many lines as it needs.
    """
    usual = [_beside(cells, widths) for cells in table]
    if not width or max(map(len, usual), default=0) <= width:
        yield from usual
        return
    least = [max(map(len, column)) for column in zip(*table, strict=True)][:-1]
    at = sum(least) + 2 * len(least)
    for cells in table:
        if at + _PROSE <= width:
            first, *rest = fitted(cells[-1], width - at, 0) or [""]
            yield _beside((*cells[:-1], first), least)
            yield from (" " * at + more for more in rest)
        else:
            yield from _below(cells, width)


def _beside(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (f"{cell:<{wide}}" for cell, wide in zip(cells, widths, strict=False))
    return "  ".join((*padded, cells[-1])).rstrip()


def _below(cells: Sequence[str], width: int) -> Iterator[str]:
    line = cells[0]
    for cell in filter(str.strip, cells[1:]):
        if len(line) + 2 + len(cell) <= width:
            line += f"  {cell}"
        else:
            yield from fitted(line, width)
            line = " " * _INDENT + cell
    yield from fitted(line, width)
