"""Universal files (UFF): where their data sets are, and what the functions (58 and 58b) among them say.

A file is indexed in one pass that skips over binary data, so a gigabyte takes as long as its headers.
What programs do differently is tolerated: delimiters that follow data without a new line, sizes that are
missing, fields that are not in their columns, single data announced as double and the other way round.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from wavefact.errors import CorruptFileError

__all__ = ["DataSet", "Function", "data_sets", "function_in", "is_universal", "values_of"]

HEAD_LINES = 11  # of data sets 58, before the values
KEPT = {15, 151, 164, 2411}  # data sets whose lines are kept
_LINE = 2**16
_BINARY = re.compile(rb"\s*58\s*[bB]\s*(\d+)\s+(\d+)(?:\s+(\d+)\s+(\d+))?")
_START = re.compile(rb"(?:\s*\r?\n)*[ ]{0,6}-1[ ]*\r?\n[ ]*\d{1,6}(?:[ ]*[bB][ \d]*)?[ ]*\r?\n")


@dataclass(frozen=True)
class DataSet:
    """Say where a data set is: its number, first lines, and the bytes from `start` to `stop` after them.

    `order` is that of the bytes of binary data, ``"<"`` or ``">"``, and empty for text.
    """

    number: int
    lines: tuple[str, ...]
    start: int
    stop: int
    order: str = ""


@dataclass(frozen=True)
class Function:
    """Hold what the head of a data set 58 says of its values.

    `step` is the text of the abscissa's increment; how many digits it has matters.
    """

    place: DataSet
    ids: tuple[str, ...]
    kind: int
    entity: str
    node: int
    direction: int
    data_type: int
    n_points: int
    is_even: bool
    step: str
    abscissa_kind: int
    abscissa_unit: str
    ordinate_kind: int
    unit: str

    @property
    def is_complex(self) -> bool:
        """Whether the values are complex."""
        return self.data_type in (5, 6)

    @property
    def width(self) -> int:
        """How many numbers a point has, its abscissa counted where it is stored."""
        return (2 if self.is_complex else 1) + (0 if self.is_even else 1)

    @property
    def dtype(self) -> np.dtype:
        """Type of the values; for binary ones it follows from their size, which some programs misstate."""
        single = self.data_type in (2, 5)
        if self.place.order:
            single = self._point_size == 4 * self.width
        name = ("c8" if single else "c16") if self.is_complex else ("f4" if single else "f8")
        return np.dtype((self.place.order or "=") + name)

    @property
    def layout(self) -> np.dtype:
        """Type of one binary point: the abscissa, where there is one, and the value."""
        if self.is_even:
            return self.dtype
        size = self._point_size - self.dtype.itemsize
        return np.dtype([("x", f"{self.place.order}f{size}"), ("y", self.dtype)])

    @property
    def _point_size(self) -> int:
        return (self.place.stop - self.place.start) // self.n_points


def is_universal(start: bytes) -> bool:
    """Tell by its first bytes whether a file is universal: a delimiter, and the number of a data set."""
    return _START.match(start) is not None


def data_sets(path: Path) -> list[DataSet]:
    """Return the data sets of a universal file.

    Raises
    ------
    CorruptFileError
        If one of functions has no end.
    """
    with path.open("rb") as file:
        return list(_indexed(file, path))


def _indexed(file: BinaryIO, path: Path) -> Iterator[DataSet]:
    while line := file.readline(_LINE):
        if not _is_delimiter(line):
            continue
        title = file.readline(_LINE)
        while _is_delimiter(title):  # an end is missing, or there is one too many
            title = file.readline(_LINE)
        if not title:
            return
        binary = _BINARY.match(title)
        if binary is not None:
            yield _binary(file, path, [int(part or 0) for part in binary.groups()])
        else:
            yield _textual(file, path, title)


def _is_delimiter(line: bytes) -> bool:
    return line.strip() == b"-1" and len(line.rstrip()) <= 6


def _textual(file: BinaryIO, path: Path, title: bytes) -> DataSet:
    word = title.split()[0] if title.split() else b""
    number = int(word) if word.isdigit() else 0
    n_kept = HEAD_LINES if number == 58 else 2**20 if number in KEPT else 0
    lines: list[str] = []
    start = stop = file.tell()
    while line := file.readline(_LINE):
        if _is_delimiter(line):
            return DataSet(number, tuple(lines), start, stop)
        if len(lines) < n_kept:
            lines.append(_text(line))
            start = file.tell() if number == 58 else start
        stop += len(line)
    raise CorruptFileError(f"{path} is truncated: its data set {number}, at byte {start}, has no end.")


def _binary(file: BinaryIO, path: Path, fields: list[int]) -> DataSet:
    order, _, n_lines, n_bytes = fields
    lines = tuple(_text(file.readline(_LINE)) for _ in range(n_lines if n_lines > HEAD_LINES else HEAD_LINES))
    start = file.tell()
    place = DataSet(58, lines, start, start + n_bytes, "<" if order == 1 else ">")
    function = function_in(place, path)
    numbers, mixed = function.n_points * function.width, 4 * function.n_points * (2 * function.width - 1)
    sizes = {4 * numbers, 8 * numbers} if function.is_even else {4 * numbers, 8 * numbers, mixed}
    for size in sorted(sizes, key=lambda size: abs(size - n_bytes)):
        file.seek(start + size)
        rest = re.match(rb"\s{0,6}-1[ ]*(?:\r?\n|$)", file.read(80))
        if rest is not None:
            file.seek(start + size + rest.end())
            return DataSet(58, lines, start, start + size, place.order)
    raise CorruptFileError(f"{path} is truncated: its function at byte {start} does not end where it says.")


def _text(line: bytes) -> str:
    try:
        return line.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        return line.decode("latin-1").rstrip("\r\n")


def _fields(line: str, widths: tuple[int, ...], kinds: str) -> list[Any]:
    """Return the fields of a record: by columns, or between blanks where a program ignores them."""
    stops = np.cumsum(widths)
    cells = [line[stop - width : stop].strip() for stop, width in zip(stops, widths, strict=True)]
    try:
        return [_value(cell, kind) for cell, kind in zip(cells, kinds, strict=True)]
    except ValueError:
        cells = (line.split() + [""] * len(widths))[: len(widths)]
        return [_value(cell, kind) for cell, kind in zip(cells, kinds, strict=True)]


def _value(cell: str, kind: str) -> Any:
    if kind == "i":
        return int(cell or 0)
    if kind == "f":
        float(cell.replace("D", "E").replace("d", "e") or 0.0)
        return cell or "0"
    return "" if cell.upper() == "NONE" else cell


def function_in(place: DataSet, path: Path) -> Function:
    """Return what the head of a data set 58 says.

    Raises
    ------
    CorruptFileError
        If it says nothing sensible.
    """
    if len(place.lines) < HEAD_LINES:
        raise CorruptFileError(f"{path} is truncated: its function at byte {place.start} has no head.")
    lines = place.lines
    try:
        dof = _fields(lines[5], (5, 10, 5, 10, 11, 10, 4), "iiiisii")
        form = _fields(lines[6], (10, 10, 10, 13, 13, 13), "iiifff")
        axes = [_fields(line, (10, 5, 5, 5, 21, 21), "iiiiss") for line in lines[7:9]]
    except ValueError as error:
        where = f"{path} has a function, before byte {place.start}"
        raise CorruptFileError(f"{where}, whose head is damaged: {error}") from error
    if form[0] not in (2, 4, 5, 6) or not 0 < form[1] < 2**40 or form[2] not in (0, 1):
        raise CorruptFileError(
            f"{path} has a function of type {form[0]} with {form[1]} points and spacing {form[2]}: damaged."
        )
    return Function(
        place=place,
        ids=tuple(_value(line.strip(), "s") for line in lines[:5]),
        kind=dof[0],
        entity=dof[4],
        node=dof[5],
        direction=dof[6],
        data_type=form[0],
        n_points=form[1],
        is_even=form[2] == 1,
        step=form[4],
        abscissa_kind=axes[0][0],
        abscissa_unit=axes[0][5],
        ordinate_kind=axes[1][0],
        unit=axes[1][5],
    )


def values_of(function: Function, path: Path) -> tuple[np.ndarray, np.ndarray | None]:
    """Return the values of a function (n_points,), and its abscissae where they are stored."""
    place = function.place
    if place.order:
        points = np.fromfile(path, function.layout, function.n_points, offset=place.start)
        return (points, None) if function.is_even else (points["y"], points["x"].astype(float))
    table = _numbers(function, path).reshape(function.n_points, function.width)
    numbers = np.ascontiguousarray(table if function.is_even else table[:, 1:])
    values = numbers.view(complex if function.is_complex else float)[:, 0].astype(function.dtype)
    return values, None if function.is_even else table[:, 0]


def _numbers(function: Function, path: Path) -> np.ndarray:
    """Return the numbers of a function that is written as text, in the order of the file."""
    place, expected = function.place, function.n_points * function.width
    with path.open("rb") as file:
        file.seek(place.start)
        text = file.read(place.stop - place.start).replace(b"D", b"E").replace(b"d", b"e")
    for cells in (text.split(), _columns(function, text)):
        try:
            numbers = np.array(cells, dtype=float)
        except ValueError:
            continue
        if numbers.size == expected:
            return numbers
    raise CorruptFileError(
        f"{path} has a function, at byte {place.start}, that does not hold {expected} numbers."
    )


def _columns(function: Function, text: bytes) -> list[bytes]:
    """Return the cells of lines whose numbers may touch each other."""
    if function.data_type in (2, 5):
        widths: tuple[int, ...] = (13,)
    else:
        widths = (20,) if function.is_even else (13, *(20,) * (function.width - 1))
    row = re.compile(b"".join(b"(.{%d})" % width for width in widths))
    return [
        cell
        for line in text.splitlines()
        for found in row.finditer(line)
        for cell in found.groups()
        if cell.strip()
    ]
