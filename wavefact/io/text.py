"""Tables of numbers as text (CSV, TSV): rows are samples, as loggers write them.

Files that wavefact writes begin with a comment line that holds, as JSON, what columns cannot;
so they lose nothing, and a truncated one is noticed.  Files from elsewhere may have lines above the
table that tell the sampling rate, names and units of the columns, a first column of time or two of date
and hour, commas, semicolons, tabs or blanks between the cells, and decimal commas.  Of those, a file that
was cut between two rows cannot be told from a whole one.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from wavefact.errors import CorruptFileError, UnknownFormatError, WavefactError
from wavefact.io._text_detection import MAGIC, read_layout
from wavefact.io._text_layout import Layout, numbered_lines
from wavefact.io._text_rows import read_rows
from wavefact.io._text_tables import needs_all_columns, recording_of
from wavefact.io.base import (
    VERSION,
    ReadOptions,
    RecordingInfo,
    describe,
    logger,
    reading,
    refuse_axis,
    refuse_part,
    stored_recording,
)
from wavefact.recording import Recording

_ROWS = 4096  # written at a time


@dataclass(frozen=True)
class TextFormat:
    """Read and write recordings as tables of numbers."""

    name: str = "text"
    extensions: tuple[str, ...] = (".csv", ".tsv", ".txt")
    magic: bytes = MAGIC.encode()
    compressions: tuple[str | None, ...] = (None,)

    def sniff(self, path: Path) -> bool:
        """Tell whether the first lines are a table of numbers."""
        try:
            return read_layout(path) is not None
        except WavefactError:  # a table, but a damaged or doubtful one, or of modes
            return True

    def read(self, path: Path, options: ReadOptions) -> Recording:
        """Return the recording; text cannot be read lazily."""
        if options.lazy:
            logger.info("%s: text is read whole; lazy has no effect", path)
        refuse_part(path, options)
        with reading(path, self.name):
            layout = _layout(path)
            if layout.declared is not None:
                refuse_axis(path, options)
                values = _declared_values(path, layout, layout.declared)
                return stored_recording(path, signals=values, **_declared_fields(layout, layout.declared))
            return recording_of(path, layout, *read_rows(path, layout, _type_of(layout)), options)

    def scan(self, path: Path, options: ReadOptions) -> RecordingInfo:
        """Describe the recording; of a file from elsewhere only a column is read, unless that may be time."""
        refuse_part(path, options)
        with reading(path, self.name):
            layout = _layout(path)
            if layout.declared is not None:
                declared = layout.declared
                signals = _placeholder(
                    declared["n_sensors"], declared["n_samples"], np.dtype(declared["dtype"])
                )
                recording = stored_recording(path, signals=signals, **_declared_fields(layout, declared))
            else:
                values, days = read_rows(path, layout, _type_of(layout), first_only=True)
                if needs_all_columns(layout, values[:, 0]):
                    values, days = read_rows(path, layout, _type_of(layout))
                shape = len(values), layout.n_columns - layout.n_instants
                recording = recording_of(path, layout, np.broadcast_to(values, shape), days, options)
            return describe(recording, path, self.name)

    def write(self, recording: Recording, path: Path, compression: str | None) -> None:
        """Write a line of JSON, the names where there are any, and a row for each sample."""
        delimiter = "," if path.suffix.lower() == ".csv" else "\t"
        dtype = np.dtype(str(recording.signals.dtype).rpartition(".")[2]).newbyteorder("=")
        header = {
            "version": VERSION,
            "delimiter": delimiter,
            "dtype": dtype.name,
            "n_sensors": recording.n_sensors,
            "n_samples": recording.n_samples,
            "named": recording.names is not None,
            "sampling_rate": recording.sampling_rate,
            "positions": None if recording.positions is None else recording.positions.tolist(),
            "unit": recording.unit,
            "quantity": recording.quantity,
            "metadata": dict(recording.metadata),
        }
        cell = _cell_writer(dtype)
        with path.open("w", encoding="utf-8", newline="\n") as file:
            file.write(f"{MAGIC}{json.dumps(header)}\n")
            if recording.names is not None:
                csv.writer(file, delimiter=delimiter, lineterminator="\n").writerow(recording.names)
            for block in recording.iter_blocks(_ROWS):
                file.writelines(delimiter.join(map(cell, row)) + "\n" for row in np.asarray(block).T.tolist())


def _layout(path: Path) -> Layout:
    layout = read_layout(path)
    if layout is None:
        raise UnknownFormatError(f"{path} is not a table of numbers.")
    if layout.declared is not None and layout.declared["version"] > VERSION:
        raise UnknownFormatError(f"{path} was written by a newer wavefact; update this one.")
    return layout


def _type_of(layout: Layout) -> type:
    return np.complex128 if layout.is_complex else np.float64


def _declared_values(path: Path, layout: Layout, declared: Any) -> np.ndarray:
    dtype, expected = np.dtype(declared["dtype"]), (declared["n_samples"], declared["n_sensors"])
    wide = {"c": np.complex128, "i": np.int64, "u": np.uint64}.get(dtype.kind, np.float64)
    with path.open("rb") as file:
        file.seek(-1, 2)
        whole = file.read() == b"\n"
    if next(numbered_lines(path, layout), None) is None:
        raise CorruptFileError(f"{path} is truncated: it ends before the first sample.")
    values, _ = read_rows(path, layout, wide)
    if values.shape != expected or not whole:
        raise CorruptFileError(
            f"{path} is truncated or damaged: {values.shape[0]} whole samples of {values.shape[1]} sensors, "
            f"declared are {expected[0]} of {expected[1]}."
        )
    return values.astype(dtype, copy=False).T


def _declared_fields(layout: Layout, declared: Any) -> dict[str, Any]:
    names = ("sampling_rate", "positions", "unit", "quantity", "metadata")
    return {"names": layout.names, **{name: declared[name] for name in names}}


def _placeholder(n_sensors: int, n_samples: int, dtype: np.dtype) -> np.ndarray:
    return np.broadcast_to(np.zeros((), dtype), (n_sensors, n_samples))


def _cell_writer(dtype: np.dtype) -> Callable[[Any], str]:
    """Return what writes a number with just the digits that bring back the same number."""
    if dtype == np.float32:
        return "{:.9g}".format
    if dtype == np.complex64:
        return lambda value: f"{value.real:.9g}{value.imag:+.9g}j"
    if dtype.kind == "c":
        return lambda value: f"{value.real!r}{value.imag:+}j"
    return repr
