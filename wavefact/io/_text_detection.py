"""Find out how a text file of numbers is laid out: delimiter, header, where the rows begin.

Files that wavefact wrote say so in their first line; for others the first lines are looked at.
"""

from __future__ import annotations

import csv
import itertools
import json
import re
from collections import Counter
from pathlib import Path

from wavefact.errors import CorruptFileError, UnknownFormatError
from wavefact.io._text_cells import (
    COMMA_BLANK,
    DELIMITERS,
    has_decimal_commas,
    is_number,
    refuse_comma_pairs,
    split,
)
from wavefact.io._text_clock import is_instant
from wavefact.io._text_layout import Layout, open_text, text_encoding
from wavefact.io._text_preamble import preamble_of, tells
from wavefact.io._text_titles import cells_of, is_units, time_unit, titles_of
from wavefact.io.base import TABLE_OF_MODES

__all__ = ["MAGIC", "misunderstood", "read_layout"]

MAGIC = "# wavefact-recording "
_COMMENTS = ("#", "%", "//")
_SAMPLE, _BODY, _TAIL = 200, 50, 12  # lines looked at: in all, of the numbers, and to choose a delimiter
_FOREIGN = re.compile(r"\s*-1\s*$|LabVIEW Measurement")  # first lines of universal and LabVIEW files


def read_layout(path: Path) -> Layout | None:
    """Return the layout of a text file of numbers, None if the file is something else.

    Raises
    ------
    CorruptFileError
        If a file of ours has a damaged first line, or a header does not fit its rows.
    UnknownFormatError
        If it is a table of modes.
    """
    encoding = text_encoding(path)
    if encoding is None:
        return None
    try:
        lines = _first_lines(path, encoding)
    except UnicodeError:
        return None
    if _FOREIGN.match(lines[0]):
        return None
    if lines[0].startswith(TABLE_OF_MODES):
        raise UnknownFormatError(f"{path} holds modes: read them with read_modes.")
    if lines[0].startswith(MAGIC):
        return _declared_layout(path, encoding, lines)
    return _detected_layout(path, encoding, lines)


def _first_lines(path: Path, encoding: str) -> list[str]:
    with open_text(path, encoding) as file:
        return list(itertools.islice(iter(lambda: file.readline(2**24), ""), _SAMPLE))


def _declared_layout(path: Path, encoding: str, lines: list[str]) -> Layout:
    try:
        declared = json.loads(lines[0].removeprefix(MAGIC))
        delimiter, n_sensors = declared["delimiter"], declared["n_sensors"]
        names = tuple(next(csv.reader([lines[1]], delimiter=delimiter))) if declared["named"] else None
        is_complex = declared["dtype"].startswith("complex")
        return Layout(
            encoding,
            delimiter,
            n_sensors,
            2 if names else 1,
            names,
            is_complex=is_complex,
            declared=declared,
        )
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, csv.Error) as error:
        raise CorruptFileError(f"{path} is truncated or damaged: its header cannot be read.") from error


def _detected_layout(path: Path, encoding: str, lines: list[str]) -> Layout | None:
    content = [(i, line) for i, line in enumerate(lines) if line.strip() and not _is_comment(line)]
    if not content:
        return None
    tail = [line for _, line in content[-_TAIL:]]
    delimiter = _delimiter(tail)
    n_columns = _n_columns([split(line, delimiter) for line in tail])
    rows = [(i, split(line, delimiter)) for i, line in content]
    first = _first_row([cells for _, cells in rows], n_columns)
    while first < len(rows) and tells(content[first][1]):  # a rate for each column, say
        first += 1 + _first_row([cells for _, cells in rows[first + 1 :]], n_columns)
    body = rows[first : first + _BODY]
    whole = [cells for _, cells in body if len(cells) == n_columns and _is_whole(cells)]
    if not body or (first > 2 and 2 * len(whole) < len(body)):
        return None
    if delimiter == ",":
        refuse_comma_pairs(whole, path)
    above = [(i, line.strip().lstrip("#%/ ")) for i, line in enumerate(lines[: body[0][0]]) if line.strip()]
    names, units, free = _titles(path, above, delimiter, n_columns, strict=first in (1, 2))
    return Layout(
        encoding,
        delimiter,
        n_columns,
        body[0][0],
        names,
        units,
        n_instants=sum(is_instant(cell) for cells in whole[:1] for cell in cells),
        is_complex=any("j" in cell.lower() for cells in whole[:1] for cell in cells),
        preamble=preamble_of(free, decimal_comma=delimiter != "," and any("," in line for line in tail)),
    )


def _is_comment(line: str) -> bool:
    """Tell whether a line says itself that it holds no numbers."""
    return line.lstrip().startswith(_COMMENTS)


def _delimiter(lines: list[str]) -> str | None:
    """Return what separates the cells of lines: what makes most rows, then cells, of numbers."""
    best = max(DELIMITERS, key=lambda candidate: _score(candidate, lines))
    return COMMA_BLANK if best == "," and has_decimal_commas(lines) else best


def _score(delimiter: str | None, lines: list[str]) -> tuple[int, int]:
    rows = [split(line, delimiter) for line in lines]
    return sum(map(_is_whole, rows)), sum(is_number(cell) for cells in rows for cell in cells)


def _n_columns(rows: list[list[str]]) -> int:
    whole = [cells for cells in rows if _is_whole(cells)] or rows
    return Counter(map(len, whole)).most_common(1)[0][0]


def _is_whole(cells: list[str]) -> bool:
    """Tell whether cells are all numbers, but for a date or hour at the beginning."""
    n_instants = sum(map(is_instant, cells[:2]))
    return n_instants < len(cells) and all(map(is_number, cells[n_instants:]))


def _first_row(rows: list[list[str]], n_columns: int) -> int:
    """Return which row is the first of the table, perhaps a damaged one; the number of rows if none is."""
    first = next((i for i, cells in enumerate(rows) if _is_row(cells, n_columns)), len(rows))
    while 0 < first < len(rows) and _is_row(rows[first - 1], len(rows[first - 1])):
        first -= 1
    return first


def _is_row(cells: list[str], n_columns: int) -> bool:
    """Tell a (perhaps damaged) row of numbers from a header."""
    numeric = [is_number(cell) or is_instant(cell) for cell in cells]
    is_mostly = 2 * sum(numeric) > len(cells) or (numeric[0] and 2 * sum(numeric) == len(cells))
    return len(cells) == n_columns and is_mostly and time_unit(cells[0]) is None


def _titles(
    path: Path, above: list[tuple[int, str]], delimiter: str | None, n_columns: int, *, strict: bool
) -> tuple[tuple[str, ...] | None, tuple[str, ...], list[tuple[int, str]]]:
    """Return names and units of the columns in the lines above the numbers, and the other lines."""
    cells = [cells_of(line, delimiter, n_columns) for _, line in above[-2:]]
    fits = [
        len(each) == n_columns and not tells(line) for each, (_, line) in zip(cells, above[-2:], strict=True)
    ]
    free = [(i + 1, line) for i, line in above]
    if (
        len(cells) == 2
        and all(fits)
        and (is_units(cells[1]) or len(above) == 2 or time_unit(cells[0][0]) is not None)
    ):
        return *titles_of(cells[0], cells[1] if is_units(cells[1]) else None), free[:-2]
    for back in range(1, len(cells) + 1):
        if fits[-back]:
            return *titles_of(cells[-back], None), free[:-back] + free[len(free) - back + 1 :]
    is_header = bool(cells) and delimiter is not None and len(cells[-1]) > 1
    if strict and is_header and not re.search("[:=]", above[-1][1]) and not tells(above[-1][1]):
        raise CorruptFileError(
            f"{path}, line {above[-1][0] + 1}: the header has {len(cells[-1])} names for {n_columns} "
            "columns; mend it, or remove it."
        )
    return None, (), free


def misunderstood(path: Path) -> str | None:
    """Say of a text file that is no table which line is not understood; None if the file is not text."""
    encoding = text_encoding(path)
    try:
        lines = [] if encoding is None else _first_lines(path, encoding)
    except UnicodeError:
        return None
    content = [(i, line) for i, line in enumerate(lines, 1) if line.strip() and not _is_comment(line)]
    if not content:
        return None
    number, line = max(
        content, key=lambda item: max(_score(delimiter, [item[1]]) for delimiter in DELIMITERS)
    )
    return (
        f"{path} looks like text, but does not begin with a table of numbers; line {number} "
        f"comes nearest: {line.strip()[:60]!r}. Export a row for each sample and a column for each sensor as "
        "CSV, without what is no number."
    )
