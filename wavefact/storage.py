"""Result files: named arrays and attributes in one HDF5 file, written whole or not at all.

Every result that can be saved (a factorization, a modal model) is a set of arrays and a set
of plain attributes under a format name and version; what they mean is the result's affair.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from wavefact.errors import CorruptFileError, InputError, UnknownFormatError
from wavefact.io.atomic import atomic_path

__all__ = ["Reserved", "ReservedRows", "load_fields", "replace_field", "save_fields"]

VERSION = 1
PART = 2**20  # numbers that are multiplied at once
ALIGNED = {"alignment_threshold": 2**16, "alignment_interval": 2**12}  # so that arrays can be mapped
ATTRIBUTES = "attributes"  # name of the data set of JSON text


class Reserved(NamedTuple):
    """An array that is written later, rows at a time; it is not read as a whole either."""

    shape: tuple[int, int]
    dtype: np.dtype


def save_fields(
    path: Path,
    kind: str,
    arrays: Mapping[str, np.ndarray | Reserved | None],
    attributes: Mapping[str, Any],
) -> None:
    """Write a result file.

    Parameters
    ----------
    path : Path
        Created, or replaced once all is written.
    kind : str
        Format name, such as ``"wavefact-factorization"``.
    arrays : mapping of name to array or Reserved
        None is left out; what is reserved has its place in the file, and on the disk, but no values.
    attributes : mapping of name to value
        Anything that JSON can hold.

    Raises
    ------
    UnwritableTargetError
        If the file cannot be created.
    """
    import h5py

    text = np.frombuffer(json.dumps(dict(attributes)).encode(), dtype=np.uint8)
    later = {name: values for name, values in arrays.items() if isinstance(values, Reserved)}
    stored = {
        name: np.asarray(values)
        for name, values in arrays.items()
        if values is not None and name not in later
    }
    # Fixed-length text and checksums, so that a damaged file is noticed and never hangs its reader.
    with atomic_path(path) as temporary:
        with h5py.File(temporary, "w", libver=("v110", "latest"), **ALIGNED) as file:
            file.attrs["format"], file.attrs["version"] = np.bytes_(kind), VERSION
            for name, values in (stored | {ATTRIBUTES: text}).items():
                filled = values.size > 0
                file.create_dataset(name, data=values, chunks=filled or None, fletcher32=filled)
            for name, reserved in later.items():
                _reserve(file, name, reserved)
        if later and hasattr(os, "posix_fallocate"):  # elsewhere a full disk is noticed when rows are written
            with temporary.open("r+b") as raw:
                os.posix_fallocate(raw.fileno(), 0, temporary.stat().st_size)


def load_fields(path: Path, kind: str) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Read a result file; return its arrays and attributes.

    Raises
    ------
    InputError
        If there is no such file.
    UnknownFormatError
        If it is not of this kind, or of a newer version.
    CorruptFileError
        If it is truncated or damaged.
    """
    import h5py

    if not path.is_file():
        raise InputError(f"{path} does not exist or is not a file; expected a {kind} file.")
    try:
        with h5py.File(path, "r") as file:
            found, version = _text(file.attrs.get("format", b"")), int(file.attrs.get("version", 0))
            if found != kind or version > VERSION:
                raise UnknownFormatError(
                    f"{path} holds {found or 'foreign data'} (version {version}); "
                    f"expected {kind} up to version {VERSION}."
                )
            arrays = {name: _values(path, file[name]) for name in file}
            return arrays, json.loads(arrays.pop(ATTRIBUTES).tobytes())
    except (OSError, KeyError, ValueError, RuntimeError) as error:
        if isinstance(error, UnknownFormatError):
            raise
        if not h5py.is_hdf5(path):
            raise UnknownFormatError(f"{path} is not an HDF5 file; expected a {kind} file.") from error
        raise CorruptFileError(f"{path} is truncated or damaged: {error}.") from error


def replace_field(path: Path, name: str, values: np.ndarray) -> None:
    """Write other values of an array's shape and type into a result file, in place."""
    import h5py

    with h5py.File(path, "r+") as file:
        file[name][...] = values


class ReservedRows:
    """Rows of a reserved array, written around the HDF5 library: a killed process leaves a whole file.

    Parameters
    ----------
    path : Path
        Result file.
    name : str
        Of the array.
    """

    def __init__(self, path: Path, name: str) -> None:
        import h5py

        with h5py.File(path, "r") as file:
            dataset = file[name]
            self._offset, self._shape, self._dtype = dataset.id.get_offset(), dataset.shape, dataset.dtype
        self._file = path.open("r+b", buffering=0)

    def __enter__(self) -> ReservedRows:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def write(self, start: int, rows: np.ndarray) -> None:
        """Write rows from number `start` on."""
        left = np.ascontiguousarray(rows, dtype=self._dtype).view(np.uint8).reshape(-1).data
        self._file.seek(self._offset + start * self._shape[1] * self._dtype.itemsize)
        while left:
            left = left[self._file.write(left) :]

    def multiply(self, factors: np.ndarray) -> None:
        """Multiply each column by its factor."""
        size = max(1, PART // self._shape[1])
        for start in range(0, self._shape[0], size):
            rows = np.empty((min(size, self._shape[0] - start), self._shape[1]), self._dtype)
            self._file.seek(self._offset + start * self._shape[1] * self._dtype.itemsize)
            left = rows.view(np.uint8).reshape(-1).data
            while left:
                left = left[self._file.readinto(left) :]
            self.write(start, rows * factors)

    def sync(self) -> None:
        """Return once all that was written is on the disk."""
        os.fsync(self._file.fileno())


def _reserve(file: Any, name: str, reserved: Reserved) -> None:
    """Create an array in one piece whose place is known at once."""
    import h5py

    if 0 in reserved.shape:
        file.create_dataset(name, shape=reserved.shape, dtype=reserved.dtype)
        return
    properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    properties.set_layout(h5py.h5d.CONTIGUOUS)
    properties.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    properties.set_fill_time(h5py.h5d.FILL_TIME_NEVER)
    space, kind = h5py.h5s.create_simple(reserved.shape), h5py.h5t.py_create(reserved.dtype, logical=True)
    h5py.h5d.create(file.id, name.encode(), kind, space, properties)


def _values(path: Path, dataset: Any) -> np.ndarray:
    """Return an array; one that was reserved stays in its file until it is looked at."""
    if dataset.chunks is not None or dataset.size == 0:
        return np.asarray(dataset)
    place = dataset.id.get_offset()
    return np.memmap(path, dtype=dataset.dtype, mode="r", offset=place, shape=dataset.shape)


def _text(value: bytes | str) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
