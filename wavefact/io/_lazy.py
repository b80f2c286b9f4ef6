"""Signals that stay in a file until they are sliced; here in HDF5."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from wavefact.errors import InputError
from wavefact.io.base import reading

__all__ = ["InFile", "LazySignals", "Turned"]


class InFile:
    """What signals in a file of any format have in common: they are read by slicing, and only then.

    No handle stays open between accesses, so an instance can be pickled and sent to another process.
    """

    path: Path
    shape: tuple[int, ...]
    dtype: np.dtype

    @property
    def ndim(self) -> int:
        """Number of dimensions."""
        return len(self.shape)

    def __getitem__(self, key: Any) -> np.ndarray:
        """Return a part of the signals as a NumPy array."""
        raise NotImplementedError

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        """Return all signals in memory."""
        if copy is False:
            raise ValueError("Signals in a file cannot become an array without a copy.")
        values = self[:, :]
        return values if dtype is None else values.astype(dtype, copy=False)

    def _check_there(self) -> None:
        if not self.path.is_file():
            raise InputError(f"{self.path} is gone; the signals were to be read from it when needed.")

    def _mapped(self, dtype: np.dtype, offset: int, shape: tuple[int, ...]) -> np.ndarray:
        """Return bytes of the file as an array, without reading them yet."""
        self._check_there()
        try:
            return np.memmap(self.path, dtype, "r", offset, shape)
        except (ValueError, OSError) as error:
            raise InputError(f"{self.path} has changed since it was opened; read it again.") from error


@dataclass(frozen=True)
class LazySignals(InFile):
    """Read an HDF5 dataset by slicing, opening the file for each access only.

    Parameters
    ----------
    path : Path
        The file.
    dataset : str
        Name of the dataset of shape (n_sensors, n_samples).
    shape : tuple of int
    dtype : numpy.dtype
    chunks : tuple of int, optional
        Shape of the pieces that the file stores, where it stores pieces: they are best read whole.

    Examples
    --------
    >>> import tempfile, h5py
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with h5py.File(f"{folder}/a.h5", "w") as file:
    ...         file["x"] = np.arange(6.0).reshape(2, 3)
    ...     LazySignals(Path(folder) / "a.h5", "x", (2, 3), np.dtype(float))[:, 1]
    array([1., 4.])
    """

    path: Path
    dataset: str
    shape: tuple[int, ...]
    dtype: np.dtype
    chunks: tuple[int, ...] | None = None

    def __getitem__(self, key: Any) -> np.ndarray:
        """Return a part of the dataset as a NumPy array."""
        import h5py

        self._check_there()
        with reading(self.path, "hdf5"), h5py.File(self.path, "r") as file:
            dataset = file[self.dataset]
            if dataset.shape != self.shape or dataset.dtype != self.dtype:
                raise InputError(f"{self.path} has changed since it was opened; read it again.")
            return np.asarray(dataset[key])


@dataclass(frozen=True)
class Turned(InFile):
    """Read signals in a file with their two axes exchanged."""

    T: InFile

    @property
    def path(self) -> Path:  # type: ignore[override]
        """The file."""
        return self.T.path

    @property
    def shape(self) -> tuple[int, ...]:  # type: ignore[override]
        """Shape of the signals as they come out."""
        return self.T.shape[::-1]

    @property
    def dtype(self) -> np.dtype:  # type: ignore[override]
        """Type of the numbers."""
        return self.T.dtype

    def __getitem__(self, key: Any) -> np.ndarray:
        """Return a part of the signals as a NumPy array."""
        rows, *columns = key if isinstance(key, tuple) else (key,)
        return self.T[columns[0] if columns else slice(None), rows].T
