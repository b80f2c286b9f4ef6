"""Signals that stay in a binary file, each in a place of its own, until they are sliced."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from wavefact.io._lazy import InFile

__all__ = ["LazyRows"]


@dataclass(frozen=True)
class LazyRows(InFile):
    """Read rows of equal length by slicing; the file is mapped into memory for each access only.

    Parameters
    ----------
    path : Path
    offsets : tuple of n_sensors int
        Where each row begins [bytes].
    shape : (n_sensors, n_samples)
    dtype : numpy.dtype

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "a.bin"
    ...     np.arange(6.0).tofile(path)
    ...     LazyRows(path, (8, 24), (2, 2), np.dtype(float))[:, 1]
    array([2., 4.])
    """

    path: Path
    offsets: tuple[int, ...]
    shape: tuple[int, int]
    dtype: np.dtype

    def __getitem__(self, key: Any) -> np.ndarray:
        """Return a part of the rows as a NumPy array."""
        rows, *columns = key if isinstance(key, tuple) else (key,)
        wanted = np.arange(self.shape[0])[rows]
        parts = [self._row(int(row), tuple(columns)) for row in np.atleast_1d(wanted)]
        return np.stack(parts) if np.ndim(wanted) else parts[0]

    def _row(self, row: int, columns: Any) -> np.ndarray:
        """Return a copy of a part of a row, so that no more than one is mapped at a time."""
        return np.array(self._mapped(self.dtype, self.offsets[row], (self.shape[1],))[columns])
