"""Cells of text tables: what stands between them, decimal commas, and which are numbers."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from pathlib import Path

from wavefact.errors import InputError

__all__ = [
    "COMMA_BLANK",
    "DELIMITERS",
    "cleaned",
    "has_decimal_commas",
    "is_number",
    "mark",
    "raw_cells",
    "refuse_comma_pairs",
    "split",
]

COMMA_BLANK = ", "
"""Delimiter of tables whose decimals are commas too, as in ``0,25, -1,50``."""
DELIMITERS = ("\t", ";", ",", None)  # None: any run of blanks

_QUOTED = re.compile(r'"\s*([+-]?\d+),(\d+(?:[eE][+-]?\d+)?)\s*"')
_BETWEEN = re.compile(r",\s+")
_DECIMAL = re.compile(r"[+-]?\d+,\d+(?:[eE][+-]?\d+)?")
_WHOLE = re.compile(r"[+-]?(?:0|[1-9]\d*)")
_DECIMALS = re.compile(r"\d{2,}(?:[eE][+-]?\d+)?")


def mark(delimiter: str | None) -> str | None:
    """Return the sign that separates the cells of a cleaned row, None for blanks."""
    return ";" if delimiter == COMMA_BLANK else delimiter


def cleaned(line: str, delimiter: str | None) -> str:
    """Return a row with decimal points, one sign between cells, no quotes and no delimiters at its end."""
    if delimiter == "," and '"' in line:  # which sets a decimal comma apart from those between the cells
        line = _QUOTED.sub(r"\1.\2", line)
    line = line.replace('"', "").strip(" \r\n")
    if delimiter == COMMA_BLANK:
        line = _BETWEEN.sub(";", line.rstrip(","))
    line = line if delimiter == "," else line.replace(",", ".")
    return line.rstrip(f" {mark(delimiter) or ''}")


def split(line: str, delimiter: str | None) -> list[str]:
    """Return the cells of a row of numbers; delimiters at the end of the line add none."""
    return [cell.strip() for cell in cleaned(line, delimiter).split(mark(delimiter))]


def raw_cells(line: str, delimiter: str | None) -> list[str]:
    """Return the cells of a row as they are written, with all that delimiters at its end add."""
    sign = "," if delimiter == COMMA_BLANK else delimiter
    if sign is None:
        return line.split()
    try:
        cells = next(csv.reader([line.strip(" \r\n")], delimiter=sign, skipinitialspace=True))
    except csv.Error:  # no cell is as long
        return []
    return [cell.strip() for cell in cells]


def is_number(cell: str) -> bool:
    """Tell whether a cell is a real or complex number."""
    try:
        complex(cell)
    except ValueError:
        return False
    return "_" not in cell


def has_decimal_commas(lines: Sequence[str]) -> bool:
    """Tell whether rows have commas with blanks between the cells and commas without within them."""
    rows = [row for row in (_BETWEEN.split(line.strip(' \r\n,"')) for line in lines) if len(row) > 1]
    cells = [cell for row in rows for cell in row]
    n_decimal = sum(1 for cell in cells if _DECIMAL.fullmatch(cell))
    return 2 * n_decimal > len(cells) and all(_DECIMAL.fullmatch(c) or _WHOLE.fullmatch(c) for c in cells)


def refuse_comma_pairs(rows: Sequence[Sequence[str]], path: Path) -> None:
    """Refuse rows between commas that are pairs of whole numbers and decimals: ``0,12573,-0,13210``.

    Decimals have the same number of digits in each column, and what no whole number has: a leading zero
    (``0,05``), an exponent, or a negative zero before them.

    Raises
    ------
    InputError
        If the rows are such pairs, a first column of row numbers left aside.
    """
    if len(rows) < 2 or len(rows[0]) < 2:
        return
    columns = list(zip(*rows, strict=True))[len(rows[0]) % 2 :]
    wholes, decimals = columns[::2], columns[1::2]
    fits = all(_WHOLE.fullmatch(cell) for column in wholes for cell in column) and all(
        _DECIMALS.fullmatch(cell) and len(cell) == len(column[0]) for column in decimals for cell in column
    )
    odd = any(cell == "-0" for column in wholes for cell in column) or any(
        cell.startswith("0") or not cell.isdigit() for column in decimals for cell in column
    )
    if fits and odd:
        example = ",".join(rows[0])
        raise InputError(
            f"{path}: rows such as {example[:50]!r} look like decimal commas with commas between the numbers "
            f"too, {len(wholes)} numbers a row or {len(rows[0])}; export with semicolons or tabs between the "
            "columns, or with decimal points."
        )
