"""Signals that stay in a binary file, each in a place of its own, until they are sliced."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from wavefact.errors import InputError

__all__ = ["LazyRows"]


@dataclass(frozen=True)
class LazyRows:
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

    @property
    def ndim(self) -> int:
        """Number of dimensions."""
        return 2

    def __getitem__(self, key: Any) -> np.ndarray:
        """Return a part of the rows as a NumPy array."""
        rows, *columns = key if isinstance(key, tuple) else (key,)
        if not self.path.is_file():
            raise InputError(f"{self.path} is gone; the signals were to be read from it when needed.")
        wanted = np.arange(self.shape[0])[rows]
        parts = [self._row(int(row))[tuple(columns)] for row in np.atleast_1d(wanted)]
        return np.stack(parts) if np.ndim(wanted) else parts[0]

    def _row(self, row: int) -> np.ndarray:
        try:
            mapped = np.memmap(self.path, self.dtype, "r", self.offsets[row], (self.shape[1],))
        except (ValueError, OSError) as error:
            raise InputError(f"{self.path} has changed since it was opened; read it again.") from error
        return np.asarray(mapped)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        """Return all rows in memory."""
        if copy is False:
            raise ValueError("Signals in a file cannot become an array without a copy.")
        values = self[:, :]
        return values if dtype is None else values.astype(dtype, copy=False)
