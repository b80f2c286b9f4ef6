"""Segments of text files of LabVIEW: their headers, their tables, and which channels go together.

A file begins with a header that says how it is written (``Separator``, ``Decimal_Separator``, ``X_Columns``);
each segment has one more, with a column for each channel, then a line of names and rows of numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path

import numpy as np

from wavefact.errors import CorruptFileError
from wavefact.io._steps import rate_of_step, sampling_rate_of
from wavefact.io._text_layout import open_text, text_encoding
from wavefact.io.base import one_line

__all__ = ["Segment", "segments_of"]

_END, _SPECIAL, _END_SPECIAL = "***End_of_Header***", "***Start_Special", "***End_Special"
Entries = Mapping[str, list[str]]


@dataclass(frozen=True)
class Segment:
    """Hold channels of one length and rate: what headers say, and the values (n_channels, n_samples)."""

    values: np.ndarray
    names: tuple[str, ...]
    units: tuple[str, ...]
    quantities: tuple[str, ...]
    rate: float | None
    start: float
    began: datetime | None

    def follows(self, earlier: Segment) -> bool:
        """Tell whether the samples come right after those of another segment."""
        alike = ("names", "units", "quantities", "rate")
        if self.rate is None or any(getattr(self, name) != getattr(earlier, name) for name in alike):
            return False
        elapsed = self.start - earlier.start
        if self.began is not None and earlier.began is not None:
            elapsed += (self.began - earlier.began).total_seconds()
        return abs(elapsed * self.rate - earlier.values.shape[1]) < 0.5


@dataclass(frozen=True)
class Table:
    """Hold a segment as written: both headers, the line of names, and the rows."""

    path: Path
    file: Entries
    header: Entries
    titles: list[str]
    rows: list[str]

    @property
    def decimal(self) -> str:
        """The sign of the decimal point."""
        return self.file.get("Decimal_Separator", ["."])[0] or "."

    @property
    def mode(self) -> str:
        """How many columns of abscissae there are: No, One or Multi."""
        return self.file.get("X_Columns", ["One"])[0]

    def cells(self, key: str, n_channels: int) -> list[str]:
        """Return the entries of a line of the header, empty where there is none."""
        return (self.header.get(key, []) + [""] * n_channels)[:n_channels]

    def began(self) -> datetime | None:
        """Return date and time of the segment, or else of the file."""
        for entries in (self.header, self.file):
            day, hour = (entries.get(key, [""])[0].replace(self.decimal, ".") for key in ("Date", "Time"))
            with suppress(ValueError):
                return datetime.strptime(f"{day} {hour[:15]}", "%Y/%m/%d %H:%M:%S.%f")
            with suppress(ValueError):
                return datetime.strptime(f"{day} {hour[:8]}", "%Y/%m/%d %H:%M:%S")
        return None


def segments_of(path: Path) -> Iterator[Segment]:
    """Yield the channels of each segment, by their lengths and rates."""
    with open_text(path, text_encoding(path) or "utf-8-sig") as file:
        lines = iter(file)
        entries = _header(lines, path, None)
        separator = "," if entries.get("Separator", ["Tab"])[0] == "Comma" else "\t"
        first = _following(lines)
        if first is None:
            raise CorruptFileError(f"{path} is truncated: it ends before the first segment.")
        while first is not None:
            header = _header(chain([first], lines), path, separator)
            rows: list[str] = []
            first = _take_rows(lines, rows)
            titles = [cell.strip() for cell in rows[0].rstrip("\r\n").split(separator)] if rows else []
            yield from _channels(Table(path, entries, header, titles, rows[1:]), separator)


def _following(lines: Iterator[str]) -> str | None:
    """Return the next line that is not empty; what is special to LabVIEW is passed over."""
    special = False
    for line in lines:
        text = line.strip(" \t\r\n,")
        if text.startswith((_SPECIAL, _END_SPECIAL)):
            special = text.startswith(_SPECIAL)
        elif text and not special:
            return line
    return None


def _header(lines: Iterable[str], path: Path, separator: str | None) -> Entries:
    """Return the entries of a header by their keys, up to the line that ends it."""
    entries: dict[str, list[str]] = {}
    for line in lines:
        mark = separator or ("\t" if "\t" in line else ",")
        key, *cells = [cell.strip() for cell in line.rstrip("\r\n").split(mark)]
        if key == _END:
            return entries
        entries[key] = cells or [""]
    raise CorruptFileError(f"{path} is truncated: a header has no end.")


def _take_rows(lines: Iterator[str], rows: list[str]) -> str | None:
    """Collect the names and rows of a segment; return the line that begins the next, None at the end."""
    for line in lines:
        if line.startswith("Channels"):
            return line
        if line.startswith(_SPECIAL):
            return _following(chain([line], lines))
        if line.strip(" \t\r\n,"):
            rows.append(line)
    return None


def _channels(table: Table, separator: str) -> Iterator[Segment]:
    n_channels = int(table.cells("Channels", 1)[0] or 0)
    if not 0 < n_channels < 2**20 or not table.rows:
        raise CorruptFileError(
            f"{table.path} is truncated: a segment has {n_channels} channels and {len(table.rows)} rows."
        )
    columns = [2 * i + 1 if table.mode == "Multi" else i + 1 for i in range(n_channels)]
    numbers = _numbers(table, separator, max(columns) + 1)
    lengths = _lengths(table, n_channels)
    steps, starts = ([text.replace(table.decimal, ".") for text in table.cells(key, n_channels)]
                     for key in ("Delta_X", "X0"))  # fmt: skip
    alike: dict[tuple[int, str], list[int]] = {}
    for channel in range(n_channels):
        alike.setdefault((lengths[channel], steps[channel]), []).append(channel)
    for (length, step), channels in alike.items():
        rate = rate_of_step(step) if step else None
        if rate is None and table.mode != "No":
            column = columns[channels[0]] - 1 if table.mode == "Multi" else 0
            rate = sampling_rate_of(numbers[:length, column], 1.0, table.path)
        texts = {key: table.cells(key, n_channels) for key in ("Y_Unit_Label", "Y_Dimension")}
        titles = table.titles + [""] * max(columns)
        yield Segment(
            values=numbers[:length, [columns[channel] for channel in channels]].T,
            names=tuple(one_line(titles[columns[channel]]) for channel in channels),
            units=tuple(texts["Y_Unit_Label"][channel] for channel in channels),
            quantities=tuple(texts["Y_Dimension"][channel].lower() for channel in channels),
            rate=rate,
            start=float(starts[channels[0]] or 0.0),
            began=table.began(),
        )


def _lengths(table: Table, n_channels: int) -> list[int]:
    """Return the number of samples of each channel; with one heading, rows may follow those it counts."""
    n_rows = len(table.rows)
    lengths = [int(text or n_rows) for text in table.cells("Samples", n_channels)]
    if max(lengths) > n_rows or min(lengths) < 1:
        raise CorruptFileError(
            f"{table.path} is truncated: {n_rows} of {max(lengths)} rows of a segment are left."
        )
    return lengths if len(set(lengths)) > 1 else [n_rows] * n_channels


def _numbers(table: Table, separator: str, n_columns: int) -> np.ndarray:
    """Return the rows as numbers (n_rows, n_columns), NaN where a cell is empty; comments are left out."""
    point = table.decimal
    rows = (row.replace(point, ".") for row in table.rows) if point != "." else table.rows
    cells = [(row.rstrip("\r\n").split(separator) + [""] * n_columns)[:n_columns] for row in rows]
    try:
        return np.array([[float(cell) if cell else np.nan for cell in row] for row in cells])
    except ValueError as error:
        raise CorruptFileError(f"{table.path} has a cell that is no number: {error}.") from error
