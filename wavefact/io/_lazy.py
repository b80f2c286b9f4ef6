"""Signals that stay in an HDF5 file until they are sliced."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from wavefact.errors import InputError
from wavefact.io.base import reading

__all__ = ["LazySignals"]


@dataclass(frozen=True)
class LazySignals:
    """Read an HDF5 dataset by slicing, opening the file for each access only.

    No handle stays open between accesses, so an instance can be pickled and sent to another
    process, and the file can be moved away.

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

    @property
    def ndim(self) -> int:
        """Number of dimensions."""
        return len(self.shape)

    def __getitem__(self, key: Any) -> np.ndarray:
        """Return a part of the dataset as a NumPy array."""
        import h5py

        if not self.path.is_file():
            raise InputError(f"{self.path} is gone; the signals were to be read from it when needed.")
        with reading(self.path, "hdf5"), h5py.File(self.path, "r") as file:
            dataset = file[self.dataset]
            if dataset.shape != self.shape or dataset.dtype != self.dtype:
                raise InputError(f"{self.path} has changed since it was opened; read it again.")
            return np.asarray(dataset[key])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        """Return the whole dataset in memory."""
        if copy is False:
            raise ValueError("Signals in a file cannot become an array without a copy.")
        values = self[...]
        return values if dtype is None else values.astype(dtype, copy=False)
