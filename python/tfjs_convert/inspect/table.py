"""Aligned text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from tfjs_convert.report.text import shorten

WIDTH = 100
"""Columns of a line, at most."""

_INDENT = "  "
_LONGEST_CELL = 48
_TEXT = WIDTH - 6


def table(rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> list[str]:
    """Rows as lines of aligned columns; the columns in `right` are aligned on the right."""
    rows = [[shorten(cell, _LONGEST_CELL) for cell in row] for row in rows]
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))] if rows else []
    return ["  ".join(_cell(cell, widths, place, right) for place, cell in enumerate(row)).rstrip() for row in rows]


def _cell(cell: str, widths: Sequence[int], place: int, right: Sequence[int]) -> str:
    return cell.rjust(widths[place]) if place in right else cell.ljust(widths[place])


def indented(lines: Iterable[str]) -> Iterator[str]:
    """Lines moved to the right."""
    return (_INDENT + line if line else line for line in lines)


def wrapped(text: str) -> list[str]:
    """Running text as lines."""
    return textwrap.wrap(text, _TEXT, subsequent_indent=_INDENT, break_long_words=False, break_on_hyphens=False)
