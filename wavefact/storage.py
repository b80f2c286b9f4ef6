"""Result files: named arrays and attributes in one HDF5 file, written whole or not at all.

Every result that can be saved (a factorization, a modal model) is a set of arrays and a set
of plain attributes under a format name and version; what they mean is the result's affair.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from wavefact.errors import CorruptFileError, InputError, UnknownFormatError
from wavefact.io.atomic import atomic_path

__all__ = ["load_fields", "save_fields"]

VERSION = 1
ATTRIBUTES = "attributes"  # name of the data set of JSON text


def save_fields(
    path: Path, kind: str, arrays: Mapping[str, np.ndarray | None], attributes: Mapping[str, Any]
) -> None:
    """Write a result file.

    Parameters
    ----------
    path : Path
        Created, or replaced once all is written.
    kind : str
        Format name, such as ``"wavefact-factorization"``.
    arrays : mapping of name to array
        None is left out.
    attributes : mapping of name to value
        Anything that JSON can hold.

    Raises
    ------
    UnwritableTargetError
        If the file cannot be created.
    """
    import h5py

    text = np.frombuffer(json.dumps(dict(attributes)).encode(), dtype=np.uint8)
    stored = {name: np.asarray(values) for name, values in arrays.items() if values is not None}
    # Fixed-length text and checksums, so that a damaged file is noticed and never hangs its reader.
    with atomic_path(path) as temporary, h5py.File(temporary, "w", libver=("v110", "latest")) as file:
        file.attrs["format"], file.attrs["version"] = np.bytes_(kind), VERSION
        for name, values in (stored | {ATTRIBUTES: text}).items():
            file.create_dataset(name, data=values, chunks=values.size > 0 or None, fletcher32=values.size > 0)


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
            arrays = {name: np.asarray(file[name]) for name in file}
            return arrays, json.loads(arrays.pop(ATTRIBUTES).tobytes())
    except (OSError, KeyError, ValueError, RuntimeError) as error:
        if isinstance(error, UnknownFormatError):
            raise
        if not h5py.is_hdf5(path):
            raise UnknownFormatError(f"{path} is not an HDF5 file; expected a {kind} file.") from error
        raise CorruptFileError(f"{path} is truncated or damaged: {error}.") from error


def _text(value: bytes | str) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
