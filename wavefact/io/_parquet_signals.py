"""Signals that stay in a Parquet file until they are sliced."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from wavefact._arrays import complex_of
from wavefact._packages import optional
from wavefact.errors import InputError
from wavefact.io.base import reading

__all__ = ["PARTS", "ParquetSignals", "parquet"]

PARTS = (".real", ".imag")  # of a complex number, in a column each


def parquet() -> Any:
    """Return the module that reads and writes Parquet."""
    return optional("pyarrow.parquet", "tables", "Parquet files")


@dataclass(frozen=True)
class ParquetSignals:
    """Read the columns of a Parquet file by slicing; only row groups that are needed are read.

    Parameters
    ----------
    path : Path
    titles : tuple of n_sensors str
        The sensors' columns; of complex numbers without the ending.
    shape : tuple of int
        (n_sensors, n_samples)
    dtype : numpy.dtype
    """

    path: Path
    titles: tuple[str, ...]
    shape: tuple[int, int]
    dtype: np.dtype
    ndim: int = 2

    def __getitem__(self, key: Any) -> np.ndarray:
        """Return a part of the signals as a NumPy array."""
        if not self.path.is_file():
            raise InputError(f"{self.path} is gone; the signals were to be read from it when needed.")
        rows, samples = key if isinstance(key, tuple) else (key, slice(None))
        rows = slice(None) if rows is Ellipsis else rows
        start, stop = 0, self.shape[1]
        if isinstance(samples, slice) and samples.step in {None, 1}:
            start, stop, _ = samples.indices(self.shape[1])
            samples = slice(None)
        with reading(self.path, "parquet"):
            return self._window(start, max(start, stop))[rows][..., samples]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        """Return all signals in memory."""
        if copy is False:
            raise ValueError("Signals in a file cannot become an array without a copy.")
        values = self[:, :]
        return values if dtype is None else values.astype(dtype, copy=False)

    def _window(self, start: int, stop: int) -> np.ndarray:
        """Return the samples of all sensors from `start` to before `stop`."""
        with parquet().ParquetFile(self.path, page_checksum_verification=True) as file:
            counts = [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)]
            if sum(counts) != self.shape[1]:
                raise InputError(f"{self.path} has changed since it was opened; read it again.")
            ends = np.cumsum(counts)
            groups = [i for i, end in enumerate(ends) if end > start and end - counts[i] < stop]
            values = np.empty((self.shape[0], stop - start), self.dtype)
            for i in groups:
                first = int(ends[i]) - counts[i]
                low, high = max(first, start), min(int(ends[i]), stop)
                block = _columns(file, i, self.titles, self.dtype)
                values[:, low - start : high - start] = block[:, low - first : high - first]
        return values


def _columns(file: Any, group: int, titles: tuple[str, ...], dtype: np.dtype) -> np.ndarray:
    """Return the columns of one row group, (n_sensors, n_rows)."""
    if dtype.kind != "c":
        table = file.read_row_group(group, columns=list(titles))
        return np.stack([table.column(title).to_numpy() for title in titles])
    real, imaginary = (
        _columns(file, group, tuple(title + part for title in titles), np.zeros(0, dtype).real.dtype)
        for part in PARTS
    )
    return complex_of(real, imaginary)
