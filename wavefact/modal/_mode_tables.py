"""Modes as two tables in a CSV file: one row a mode, and one row a channel."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from wavefact.errors import CorruptFileError, UnknownFormatError
from wavefact.geometry import Geometry
from wavefact.io.atomic import atomic_path
from wavefact.io.base import TABLE_OF_MODES
from wavefact.modal.model import ModalModel
from wavefact.modal.notes import titles_of
from wavefact.modal.placing import placed

__all__ = ["read_table", "write_table"]

AXES = ("x", "y", "z")
DIRECTIONS = ("direction x", "direction y", "direction z")


def write_table(model: ModalModel, path: Path, geometry: Geometry | None) -> None:
    """Write modes to a CSV file."""
    points = _points_table(model, geometry)
    with atomic_path(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        titles = titles_of(model.length_unit)
        writer.writerow(["mode", *titles, "quantity", "unit"])
        columns = [getattr(model, name) for name in titles.values()]
        for mode in range(model.n_modes):
            numbers = [_text(column[mode]) for column in columns]
            writer.writerow([mode + 1, *numbers, model.quantity, model.unit])
        writer.writerow([])
        writer.writerow(points)
        writer.writerows(zip(*points.values(), strict=True))


def _points_table(model: ModalModel, geometry: Geometry | None) -> dict[str, list[str]]:
    """Return the columns of the table of channels."""
    names = model.names or [str(point + 1) for point in range(model.n_points)]
    table = {"name" if model.names else "point": list(names)}
    for title, column in _places(model, geometry):
        table[title] = [_text(value) for value in column]
    for mode in range(model.n_modes):
        shape = model.mode_shapes[:, mode]
        parts = {" real": shape.real, " imaginary": shape.imag} if np.iscomplexobj(shape) else {"": shape}
        errors = model.shape_errors[:, mode]
        for part, values in (parts | ({} if np.all(np.isnan(errors)) else {" error": errors})).items():
            table[f"mode {mode + 1}{part}"] = [_text(value) for value in values]
    return table


def _places(model: ModalModel, geometry: Geometry | None) -> Iterator[tuple[str, np.ndarray]]:
    """Yield positions of the channels, and directions where a geometry has them."""
    if geometry is not None:
        fitting = placed(model, geometry)
        yield from zip(_places_in("m"), fitting.points[fitting.channel_points].T, strict=True)
        yield from zip(DIRECTIONS, fitting.channel_directions.T, strict=True)
    elif model.positions is not None:
        positions = np.asarray(model.positions, dtype=float).reshape(model.n_points, -1)
        yield from zip(_places_in(model.length_unit), positions.T, strict=False)


def _places_in(length_unit: str) -> list[str]:
    """Return the titles of positions in a unit of length; those of a geometry are metres."""
    return [f"{axis} [{length_unit}]" for axis in AXES]


def _text(value: Any) -> str:
    """Write a number so that it comes back exactly, and nothing for NaN."""
    return "" if np.isnan(value) else repr(float(value))


# Reading ------------------------------------------------------------------------------------------------


def read_table(path: Path) -> ModalModel:
    """Read modes from a CSV file that `write_table` wrote."""
    try:
        with path.open(newline="", encoding="utf-8") as file:
            reader = csv.reader(file)
            first = next(reader, [])
            if not ",".join(first).startswith(TABLE_OF_MODES):
                raise UnknownFormatError(
                    f"{path} is no table of modes; its first row is not that of `write_modes`."
                )
            rows = [first, *reader]
    except (UnicodeDecodeError, csv.Error) as error:
        raise UnknownFormatError(f"{path} is no table of modes: {error}.") from error
    try:
        gap = rows.index([])
        return _model(_table(rows[:gap]), _table(rows[gap + 1 :]))
    except (ValueError, IndexError, KeyError) as error:
        raise CorruptFileError(f"{path} is damaged or incomplete: {error}.") from error


def _table(rows: list[list[str]]) -> dict[str, list[str]]:
    title, *content = rows
    columns = zip(*content, strict=True) if content else [()] * len(title)
    return dict(zip(title, map(list, columns), strict=True))


def _model(modes: dict[str, list[str]], points: dict[str, list[str]]) -> ModalModel:
    length_unit = "sensor" if "wavenumber [rad/sensor]" in modes else "m"
    fields: dict[str, Any] = {
        name: _numbers(modes[title])
        for title, name in titles_of(length_unit).items()
        if name != "phase_collinearity"
    }
    titles = [*_places_in("m"), *([] if length_unit == "m" else _places_in(length_unit))]
    positions = np.array([_numbers(points[title]) for title in titles if title in points])
    if positions.size:
        fields["positions"] = positions[0] if len(positions) == 1 else positions.T
    shapes, errors = _shapes(points, modes["mode"])
    return ModalModel(
        **fields,
        mode_shapes=shapes,
        shape_errors=errors,
        names=tuple(points["name"]) if "name" in points else None,
        quantity="".join(modes["quantity"][:1]),
        unit="".join(modes["unit"][:1]),
        length_unit=length_unit,
    )


def _shapes(points: dict[str, list[str]], numbers: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return the shapes and their standard errors, (n_points, n_modes) each."""
    n_points = len(next(iter(points.values())))
    unknown = [""] * n_points
    shapes, errors = [], []
    for number in numbers:
        title = f"mode {number}"
        if title in points:
            shapes.append(_numbers(points[title]))
        else:
            shapes.append(_numbers(points[f"{title} real"]) + 1j * _numbers(points[f"{title} imaginary"]))
        errors.append(_numbers(points.get(f"{title} error", unknown)))
    size = (len(numbers), n_points)
    return np.array(shapes).reshape(size).T, np.array(errors).reshape(size).T


def _numbers(texts: list[str]) -> np.ndarray:
    return np.array([float(text) if text else np.nan for text in texts], dtype=float)
