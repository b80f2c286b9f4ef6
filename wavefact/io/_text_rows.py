"""The rows of a text table as numbers; dates and hours before them as they are written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from wavefact.errors import CorruptFileError
from wavefact.io._text_cells import cleaned, mark
from wavefact.io._text_layout import Layout, first_fault, numbered_lines

__all__ = ["read_rows"]


def read_rows(
    path: Path, layout: Layout, dtype: Any, *, first_only: bool = False
) -> tuple[np.ndarray, list[list[str]]]:
    """Return the numbers of all rows (n_rows, n_columns), or of their first column, and dates and hours.

    Raises
    ------
    CorruptFileError
        If a row does not fit; line and column are named.
    """
    instants: list[list[str]] = []
    n_columns = layout.n_columns - layout.n_instants
    try:
        values = np.loadtxt(
            _numbers(path, layout, instants),
            dtype=dtype,
            delimiter=mark(layout.delimiter),
            comments=None,
            ndmin=2,
            usecols=(0,) if first_only else None,
        )
    except ValueError as error:
        raise first_fault(path, layout) or error from None
    if not first_only and values.shape[1] != n_columns:
        raise first_fault(path, layout) or CorruptFileError(f"{path} has rows of different lengths.")
    return values, instants


def _numbers(path: Path, layout: Layout, instants: list[list[str]]) -> Iterator[str]:
    """Yield the numbers of each row; put what dates and hours come before them into a list."""
    separator, n_instants = mark(layout.delimiter), layout.n_instants
    for _, line in numbered_lines(path, layout):
        row = cleaned(line, layout.delimiter)
        if n_instants:
            *before, row = row.split(separator, n_instants)
            instants.append([cell.strip() for cell in before])
        yield row
