"""Find out how a text file of numbers is laid out: delimiter, header, where the rows begin.

Files that wavefact wrote say so in their first line; for others the first lines are looked at.
"""

from __future__ import annotations

import csv
import itertools
import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wavefact.errors import CorruptFileError, InputError
from wavefact.io.base import head

MAGIC = "# wavefact-recording "
_DELIMITERS = ("\t", ";", ",", None)  # None: any run of blanks
_COMMENTS = ("#", "%", "//")
_SAMPLE = 50  # lines looked at
_FOREIGN = re.compile(r"\s*-1\s*$|LabVIEW Measurement")  # first lines of universal and LabVIEW files
_TIME = re.compile(
    r"\s*(?:time|times|t|zeit|temps|seconds|sec)(?:\s*(?P<bracket>[\[(])?[\s/_,]*(?P<unit>(?<=\W|_)[a-zµμ]+)[\])]?)?\s*",
    re.IGNORECASE,
)
_SECONDS = {"": 1.0, "s": 1.0, "sec": 1.0, "seconds": 1.0, "ms": 1e-3, "ns": 1e-9, "min": 60.0, "h": 3600.0}
_SECONDS |= dict.fromkeys(("us", "µs", "μs"), 1e-6)


@dataclass(frozen=True)
class Layout:
    """How to read a text file.

    `delimiter` None means blanks; `skip` lines come before the numbers; `names` are those of the
    columns; `declared` is what a file of ours says of itself, None for others.
    """

    encoding: str
    delimiter: str | None
    n_columns: int
    skip: int
    names: tuple[str, ...] | None = None
    is_complex: bool = False
    declared: Mapping[str, Any] | None = None


def cleaned(line: str, delimiter: str | None) -> str:
    """Return a row of numbers with decimal points, without quotes and without a delimiter at its end."""
    line = line.replace('"', "").strip(" \r\n")
    return line if delimiter == "," else line.replace(",", ".")


def split(line: str, delimiter: str | None) -> list[str]:
    """Return the cells of a row of numbers; a delimiter at the end of the line adds none."""
    line = cleaned(line, delimiter)
    return [cell.strip() for cell in (line.removesuffix(delimiter) if delimiter else line).split(delimiter)]


def is_number(cell: str) -> bool:
    """Tell whether a cell is a real or complex number."""
    try:
        complex(cell)
    except ValueError:
        return False
    return "_" not in cell


def time_unit(name: str) -> float | None:
    """Return the unit [s] of a column called `name` if that means time, NaN if its unit is unknown."""
    match = _TIME.fullmatch(name)
    if match is None:
        return None
    unknown = math.nan if match["bracket"] else None
    return _SECONDS.get((match["unit"] or "").lower(), unknown)


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


def read_layout(path: Path) -> Layout | None:
    """Return the layout of a text file of numbers, None if the file is something else.

    Raises
    ------
    CorruptFileError
        If a file of ours has a damaged first line, or a header does not fit its rows.
    """
    encoding = text_encoding(path)
    if encoding is None:
        return None
    try:
        with open_text(path, encoding) as file:
            lines = list(itertools.islice(iter(lambda: file.readline(2**24), ""), _SAMPLE))
    except UnicodeError:
        return None
    if _FOREIGN.match(lines[0]):
        return None
    if lines[0].startswith(MAGIC):
        return _declared_layout(path, encoding, lines)
    return _detected_layout(path, encoding, lines)


def _declared_layout(path: Path, encoding: str, lines: list[str]) -> Layout:
    try:
        declared = json.loads(lines[0].removeprefix(MAGIC))
        delimiter, n_sensors = declared["delimiter"], declared["n_sensors"]
        names = tuple(next(csv.reader([lines[1]], delimiter=delimiter))) if declared["named"] else None
        is_complex = declared["dtype"].startswith("complex")
        return Layout(encoding, delimiter, n_sensors, 2 if names else 1, names, is_complex, declared)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, csv.Error) as error:
        raise CorruptFileError(f"{path} is truncated or damaged: its header cannot be read.") from error


def _detected_layout(path: Path, encoding: str, lines: list[str]) -> Layout | None:
    n_comments = sum(1 for _ in itertools.takewhile(lambda line: _is_comment(line), lines))
    content = [(i, line) for i, line in enumerate(lines[n_comments:], n_comments) if line.strip()]
    if not content:
        return None
    delimiter = max(_DELIMITERS, key=lambda candidate: _score(candidate, [line for _, line in content[:12]]))
    rows = [(i, split(line, delimiter)) for i, line in content]
    headers = list(itertools.takewhile(lambda row: not _is_row(row[1]), rows))[:3]
    body = rows[len(headers) :]
    if len(headers) > 2 or not body:
        return None
    whole = [cells for _, cells in body if all(map(is_number, cells))] or [cells for _, cells in body]
    n_columns = Counter(map(len, whole)).most_common(1)[0][0]
    is_complex = any("j" in cell.lower() for cells in whole[:1] for cell in cells)
    titles = [(i, lines[i]) for i, _ in headers]
    if not titles and n_comments:
        titles = [(n_comments - 1, lines[n_comments - 1].lstrip("#%/ "))]
    names = _names(path, titles, delimiter, n_columns, strict=bool(headers))
    return Layout(encoding, delimiter, n_columns, body[0][0], names, is_complex)


def _is_comment(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith(_COMMENTS)


def _score(delimiter: str | None, lines: list[str]) -> tuple[int, int]:
    """Rate a delimiter: rows that are numbers throughout, then numbers."""
    numeric = [[is_number(cell) for cell in split(line, delimiter)] for line in lines]
    return sum(map(all, numeric)), sum(map(sum, numeric))


def _is_row(cells: list[str]) -> bool:
    """Tell a (perhaps damaged) row of numbers from a header."""
    numeric = sum(map(is_number, cells))
    return numeric > 0 and 2 * numeric >= len(cells) and time_unit(cells[0]) is None


def _names(
    path: Path, titles: list[tuple[int, str]], delimiter: str | None, n_columns: int, *, strict: bool
) -> tuple[str, ...] | None:
    """Return the column names found in the lines above the numbers."""
    for number, line in titles:
        text = line.strip(" \r\n")
        cells = text.split() if delimiter is None else next(csv.reader([text], delimiter=delimiter))
        if len(cells) == n_columns + 1 and not cells[-1]:
            cells = cells[:-1]
        if len(cells) == n_columns:
            return tuple(" ".join(cell.replace('"', " ").split()) for cell in cells)
        if strict and delimiter is not None and len(cells) > 1:
            raise CorruptFileError(
                f"{path}, line {number + 1}: the header has {len(cells)} names for {n_columns} columns."
            )
    return None


def first_fault(path: Path, layout: Layout) -> CorruptFileError | None:
    """Return an error that names the line and column of the first row that does not fit."""
    for number, line in numbered_lines(path, layout):
        cells = split(line, layout.delimiter)
        for column, cell in enumerate(cells[: layout.n_columns]):
            if not is_number(cell) or ("j" in cell.lower() and not layout.is_complex):
                where = f"{path}, line {number}, column {column + 1}"
                return CorruptFileError(f"{where}: {cell[:40]!r} is not a number; repair or remove the row.")
        if len(cells) != layout.n_columns:
            where = f"{path}, line {number}, column {min(len(cells), layout.n_columns) + 1}"
            return CorruptFileError(
                f"{where}: the row has {len(cells)} numbers instead of {layout.n_columns}."
            )
    return None


def numbered_lines(path: Path, layout: Layout) -> Iterator[tuple[int, str]]:
    """Yield the rows of numbers with their line numbers, from 1; blank lines are passed over."""
    with open_text(path, layout.encoding) as file:
        for number, line in enumerate(file, 1):
            if number > layout.skip and line.strip():
                yield number, line


def sampling_rate_of(times: Any, unit: float, path: Path | str) -> float | None:
    """Return the sampling rate [Hz] of a time column that is uniform, None for a single time.

    Raises
    ------
    InputError
        If a step differs from the mean step by more than 5 %.
    """
    if len(times) < 2:
        return None
    steps = times[1:] - times[:-1]
    mean = (times[-1] - times[0]) / (len(times) - 1)
    uneven = ~(abs(steps - mean) <= 0.05 * abs(mean))
    if mean <= 0 or uneven.any():
        i = int(abs(steps - mean).argmax())
        raise InputError(
            f"{path}: the time steps are not uniform ({steps[i]:g} after sample {i}, {mean:g} on average); "
            f"resample, or give sampling_rate to ignore the column."
        )
    return float(f"{1.0 / (mean * unit):.9g}")
