"""Result files: named arrays and attributes in one HDF5 file, written whole or not at all.

Every result that can be saved (a factorization, a modal model) is a set of arrays and a set
of plain attributes under a format name and version; what they mean is the result's affair.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from wavefact.errors import CorruptFileError, InputError, UnknownFormatError, UnwritableTargetError
from wavefact.io.atomic import atomic_path

__all__ = ["Reserved", "ReservedColumns", "load_fields", "replace_field", "save_fields"]

VERSION = 1
PART = 2**16  # numbers that are multiplied at once
ALIGNED = {"alignment_threshold": 2**16, "alignment_interval": 2**12}  # so that arrays can be mapped
BY_COLUMN = "by column"  # attribute of arrays that are stored transposed
HEADERS = 2**16  # bytes, about, that HDF5 adds
ATTRIBUTES = "attributes"  # name of the data set of JSON text


class Reserved(NamedTuple):
    """An array that is written later, some rows at a time; it is not read as a whole either."""

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
        A file with reserved arrays is no result yet, so it is written where it is.
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
    with nullcontext(path) if later else atomic_path(path) as temporary:
        n_reserved = sum(place.shape[0] * place.shape[1] * place.dtype.itemsize for place in later.values())
        _check_room(temporary, n_reserved + text.nbytes + sum(values.nbytes for values in stored.values()))
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


@dataclass(frozen=True)
class ReservedColumns:
    """Columns of a reserved array, written around the HDF5 library: a killed process leaves a whole file.

    It holds no handle, so it can be sent to other processes, which write where they see the file.

    Parameters
    ----------
    path : Path
        Result file.
    offset : int
        Of the array in the file [bytes].
    shape : tuple of int
    dtype : numpy.dtype
    identity : tuple of int
        What tells this file from any other of that path: its number and its size.
    """

    path: Path
    offset: int
    shape: tuple[int, int]
    dtype: np.dtype
    identity: tuple[int, int]

    @staticmethod
    def of(path: Path, name: str) -> ReservedColumns:
        """Return those of the array of that name."""
        import h5py

        with h5py.File(path, "r") as file:
            stored, place = file[name], file[name].id.get_offset()
            return ReservedColumns(path, place, stored.shape[::-1], stored.dtype, _identity(path))

    @property
    def is_here(self) -> bool:
        """Whether this process sees the file."""
        return self.path.is_file() and _identity(self.path) == self.identity

    def write(self, start: int, columns: np.ndarray) -> None:
        """Write rows from number `start` on, given as columns (n_columns, n_rows)."""
        try:
            with self.path.open("r+b", buffering=0) as file:
                for number, column in enumerate(columns):
                    _write(file, self._place(start, number), np.ascontiguousarray(column, dtype=self.dtype))
        except OSError as error:  # told from an error of reading where both are done on a worker
            raise UnwritableTargetError(error.strerror or str(error)) from error

    def multiply(self, factors: np.ndarray) -> None:
        """Multiply each column by its factor."""
        with self.path.open("r+b", buffering=0) as file:
            place = np.empty(min(PART, self.shape[0]), self.dtype)
            for number in np.flatnonzero(factors != 1.0).tolist():
                for start in range(0, self.shape[0], PART):
                    values = place[: self.shape[0] - start]
                    _read(file, self._place(start, number), values)
                    values *= factors[number]
                    _write(file, self._place(start, number), values)

    def sync(self) -> None:
        """Return once all that was written is on the disk."""
        with self.path.open("r+b") as file:
            os.fsync(file.fileno())

    def _place(self, row: int, column: int) -> int:
        return self.offset + (column * self.shape[0] + row) * self.dtype.itemsize


def _check_room(path: Path, n_bytes: int) -> None:
    """Refuse what the disk, a quota or a limit will not take; where HDF5 cannot end a file, it may crash."""
    if hasattr(os, "posix_fallocate"):
        with path.open("wb") as raw:
            os.posix_fallocate(raw.fileno(), 0, n_bytes + HEADERS)


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_ino, found.st_size


def _write(file: FileIO, place: int, values: np.ndarray) -> None:
    left = values.view(np.uint8).data
    file.seek(place)
    while left:
        left = left[file.write(left) :]


def _read(file: FileIO, place: int, into: np.ndarray) -> None:
    left = into.view(np.uint8).data
    file.seek(place)
    while left:
        left = left[file.readinto(left) :]


def _reserve(file: Any, name: str, reserved: Reserved) -> None:
    """Create an array in one piece whose place is known at once, each of its columns together."""
    import h5py

    if 0 in reserved.shape:
        file.create_dataset(name, shape=reserved.shape, dtype=reserved.dtype)
        return
    properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    properties.set_layout(h5py.h5d.CONTIGUOUS)
    properties.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    properties.set_fill_time(h5py.h5d.FILL_TIME_NEVER)
    space, kind = (
        h5py.h5s.create_simple(reserved.shape[::-1]),
        h5py.h5t.py_create(reserved.dtype, logical=True),
    )
    h5py.h5d.create(file.id, name.encode(), kind, space, properties)
    file[name].attrs[BY_COLUMN] = True


def _values(path: Path, dataset: Any) -> np.ndarray:
    """Return an array; one that was reserved stays in its file until it is looked at."""
    if dataset.chunks is not None or dataset.size == 0:
        return np.asarray(dataset)
    place = dataset.id.get_offset()
    values = np.memmap(path, dtype=dataset.dtype, mode="r", offset=place, shape=dataset.shape)
    return values.T if BY_COLUMN in dataset.attrs else values


def _text(value: bytes | str) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
