"""How a text file of numbers is laid out, its lines, and which of them does not fit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wavefact.errors import CorruptFileError
from wavefact.io._text_cells import is_number, raw_cells, split
from wavefact.io._text_clock import is_instant
from wavefact.io._text_preamble import Preamble
from wavefact.io.base import head

__all__ = ["Layout", "first_fault", "numbered_lines", "open_text", "text_encoding"]

_THOUSANDS = re.compile(
    r"[+-]?\d{1,3}(?:(?:,\d{3})+\.\d+|(?:\.\d{3})+,\d+|(?:['\u2019\xa0\u202f]\d{3})+(?:[.,]\d+)?"
    r"|(?:,\d{3}){2,}|(?:\.\d{3}){2,})"
)
"""Numbers with thousands separators, but for those that may be decimals: ``1,000``."""


@dataclass(frozen=True)
class Layout:
    """How to read a text file.

    `delimiter` None means blanks; `skip` lines come before the numbers; `names` and `units` are those of
    the columns; `n_instants` of these hold dates or hours; `preamble` is what the lines above the names
    tell; `declared` is what a file of ours says of itself, None for others.
    """

    encoding: str
    delimiter: str | None
    n_columns: int
    skip: int
    names: tuple[str, ...] | None = None
    units: tuple[str, ...] = ()
    n_instants: int = 0
    preamble: Preamble = field(default_factory=Preamble)
    is_complex: bool = False
    declared: Mapping[str, Any] | None = None


def text_encoding(path: Path) -> str | None:
    """Return the encoding of a text file, None if the file is not text."""
    start = head(path, 2**16)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if not start.strip() or any(byte < 9 or 13 < byte < 32 for byte in start):
        return None
    try:
        start.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(start) - 4:
            return "latin-1"
    return "utf-8-sig"


def open_text(path: Path, encoding: str) -> Any:
    """Open a text file so that every kind of line end is understood."""
    return path.open(encoding=encoding)


def first_fault(path: Path, layout: Layout) -> CorruptFileError | None:
    """Return an error that names the line and column of the first row that does not fit."""
    for number, line in numbered_lines(path, layout):
        cells = split(line, layout.delimiter)
        column = _first_odd(cells, layout)
        if column < layout.n_columns or len(cells) != layout.n_columns:
            told = _told(cells, raw_cells(line, layout.delimiter), column, layout.n_columns)
            return CorruptFileError(f"{path}, line {number}, column {column + 1}: {told}.")
    return None


def _first_odd(cells: Sequence[str], layout: Layout) -> int:
    """Return the first cell of a row that is no number, or how many there are of those that should be."""
    for column, cell in enumerate(cells[: layout.n_columns]):
        is_due = column < layout.n_instants and is_instant(cell)
        if not is_due and (not is_number(cell) or ("j" in cell.lower() and not layout.is_complex)):
            return column
    return min(len(cells), layout.n_columns)


def _told(cells: Sequence[str], written: Sequence[str], column: int, n_columns: int) -> str:
    """Say what is wrong with a row from a column on, and quote it as it is written."""
    if column < min(len(cells), n_columns):
        cell = written[column] if len(written) >= len(cells) else cells[column]
        if cell:
            return _thousands_in(cell) or f"{cell[:40]!r} is not a number; repair or remove the row"
    elif len(cells) > n_columns or len(written) <= len(cells):  # else there are only delimiters behind
        thousands = next(filter(None, map(_thousands_in, written)), None)
        return thousands or f"the row has {len(cells)} numbers instead of {n_columns}"
    return "the cell is empty; write nan where a value is missing, or remove the row"


def _thousands_in(cell: str) -> str | None:
    """Say that a cell seems to have thousands separators; None where it has none."""
    if _THOUSANDS.fullmatch(cell) is None:
        return None
    return f"{cell!r} is not a number; it looks like thousands separators: export without them"


def numbered_lines(path: Path, layout: Layout) -> Iterator[tuple[int, str]]:
    """Yield the rows of numbers with their line numbers, from 1; blank lines are passed over."""
    with open_text(path, layout.encoding) as file:
        for number, line in enumerate(file, 1):
            if number > layout.skip and line.strip():
                yield number, line
