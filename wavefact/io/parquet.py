"""Parquet tables, read and written by pyarrow: rows are samples, columns are sensors.

What a table cannot hold is in its metadata, where pandas looks for ``attrs``; so
``pandas.read_parquet`` gives a table that `from_pandas` understands, and the other way round.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from wavefact._packages import optional
from wavefact.errors import CorruptFileError, InputError
from wavefact.io._pandas import attributes_of, fields_of_attributes, is_time, report_left_out
from wavefact.io._parquet_signals import PARTS, ParquetSignals, parquet
from wavefact.io._text_titles import time_unit
from wavefact.io._times import clock
from wavefact.io.base import (
    SCHEMA,
    ReadOptions,
    RecordingInfo,
    describe,
    head,
    in_memory,
    reading,
    refuse_axis,
    refuse_part,
    stored_recording,
)
from wavefact.recording import Recording

_ATTRIBUTES = b"PANDAS_ATTRS"
_GROUP_BYTES = 2**23


@dataclass(frozen=True)
class ParquetFormat:
    """Read and write recordings as Parquet, in row groups of about 8 MiB."""

    name: str = "parquet"
    extensions: tuple[str, ...] = (".parquet", ".pq")
    magic: bytes = b"PAR1"
    compressions: tuple[str | None, ...] = ("zstd", "gzip", None)

    def sniff(self, path: Path) -> bool:
        """Tell by its first bytes whether the file is Parquet."""
        return head(path, len(self.magic)) == self.magic

    def read(self, path: Path, options: ReadOptions) -> Recording:
        """Return the recording, its signals left in the file if asked: they are read by row groups."""
        refuse_axis(path, options)
        refuse_part(path, options)
        with reading(path, self.name), _opened(path, self) as file:
            layout = _layout(file, path)
            fields = _fields(file, layout, path, options)
            signals = ParquetSignals(path.resolve(), layout.titles, layout.shape, layout.dtype)
            return stored_recording(path, signals=signals if options.lazy else signals[:, :], **fields)

    def scan(self, path: Path, options: ReadOptions) -> RecordingInfo:
        """Describe the recording; of the signals only the header is read."""
        return describe(self.read(path, replace(options, lazy=True)), path, self.name)

    def write(self, recording: Recording, path: Path, compression: str | None) -> None:
        """Write the recording by row groups, with checksums."""
        arrow = optional("pyarrow", "tables", "Parquet files")
        if not recording.is_lazy:
            recording = recording.replace(signals=in_memory(recording))
        dtype = np.dtype(recording.signals.dtype).newbyteorder("=")
        attributes = attributes_of(recording) | {"dtype": dtype.name}
        titles = _titles(recording, dtype.kind == "c")
        kind = arrow.from_numpy_dtype(np.zeros(0, dtype).real.dtype)
        schema = arrow.schema([(title, kind) for title in titles], {_ATTRIBUTES: json.dumps(attributes)})
        n_rows = max(1, _GROUP_BYTES // (recording.n_sensors * dtype.itemsize))
        settings: dict[str, Any] = {"compression": compression or "none", "write_page_checksum": True}
        with parquet().ParquetWriter(path, schema, use_dictionary=False, **settings) as writer:
            for block in recording.iter_blocks(n_rows):
                columns = [arrow.array(column) for row in block.astype(dtype) for column in _parts(row)]
                writer.write_table(arrow.table(columns, schema=schema), row_group_size=n_rows)


@dataclass(frozen=True)
class _Layout:
    """Which columns of a file are sensors, and which is time."""

    titles: tuple[str, ...]
    shape: tuple[int, int]
    dtype: np.dtype
    time: str | None
    attributes: dict[str, Any]


@contextmanager
def _opened(path: Path, form: ParquetFormat) -> Iterator[Any]:
    if not form.sniff(path):
        raise CorruptFileError(f"{path} is no Parquet file, or a damaged one.")
    with parquet().ParquetFile(path, page_checksum_verification=True) as file:
        yield file


def _layout(file: Any, path: Path) -> _Layout:
    """Return the layout of a file from its footer."""
    schema = file.schema_arrow
    attributes = json.loads((schema.metadata or {}).get(_ATTRIBUTES, b"{}"))
    types = {name: _numpy_type(kind) for name, kind in zip(schema.names, schema.types, strict=True)}
    if len(types) < len(schema.names):
        raise InputError(f"{path} has several columns of one name; rename them.")
    is_ours = attributes.get("format") == SCHEMA
    sensors = attributes.get("names") or () if is_ours else ()
    time = next((name for name, dtype in types.items() if is_time(name, dtype) and name not in sensors), None)
    others = [name for name in types if name != time and not name.startswith("__index_level_")]
    titles = [name for name in others if types[name].kind in "iuf"]
    report_left_out([name for name in others if name not in titles], len(titles), str(path))
    declared = str(attributes.get("dtype", "")) if is_ours else ""  # by what we wrote, without gaps
    kinds = [types[name] if declared else _with_gaps(file, name, types[name]) for name in titles]
    dtype = np.result_type(*kinds)
    if declared.startswith("complex"):
        titles = [title.removesuffix(PARTS[0]) for title in titles[::2]]
        dtype = np.dtype(declared)
    return _Layout(tuple(titles), (len(titles), file.metadata.num_rows), dtype, time, attributes)


def _numpy_type(kind: Any) -> np.dtype:
    """Return the type of a column's numbers or times; that of objects for all else."""
    try:
        return np.dtype(kind.to_pandas_dtype())
    except (NotImplementedError, TypeError):  # dates with a time zone are an extension of pandas
        return np.dtype("M8[ns]") if str(kind).startswith("timestamp") else np.dtype(object)


def _with_gaps(file: Any, name: str, dtype: np.dtype) -> np.dtype:
    """Return the type that can hold a column with its missing values, which are NaN.

    The column is read for that: statistics of a damaged file would crash pyarrow.
    """
    if dtype.kind == "f":
        return dtype
    groups = (file.read_row_group(i, columns=[name]).column(name) for i in range(file.num_row_groups))
    return np.dtype(float) if any(column.null_count for column in groups) else dtype


def _fields(file: Any, layout: _Layout, path: Path, options: ReadOptions) -> dict[str, Any]:
    fields: dict[str, Any] = {"names": layout.titles}
    fields |= fields_of_attributes(layout.attributes, str(path))
    if layout.time is not None and options.sampling_rate is None and fields.get("sampling_rate") is None:
        times = file.read([layout.time]).column(layout.time).to_numpy()
        rate, start = clock(times, str(path), time_unit(layout.time) or 1.0)
        fields |= {"sampling_rate": rate}
        fields.setdefault("metadata", {"start_time": start} if start else {})
    return fields


def _titles(recording: Recording, is_complex: bool) -> list[str]:
    """Return column titles that are no times, all different; names themselves are in the metadata."""
    names = recording.names or tuple(str(i) for i in range(recording.n_sensors))
    clear = len(set(names)) == len(names) and all(
        name and not is_time(name, np.dtype(float)) for name in names
    )
    titles = names if clear else [f"{i + 1}: {name}" for i, name in enumerate(names)]
    return [title + part for title in titles for part in (PARTS if is_complex else ("",))]


def _parts(row: np.ndarray) -> list[np.ndarray]:
    return [np.ascontiguousarray(part) for part in (row.real, row.imag)] if row.dtype.kind == "c" else [row]
