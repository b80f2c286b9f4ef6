"""Read and write recordings; one file per format, and the table `FORMATS` of them all.

To add a format: one file with one class that satisfies `wavefact.io.base.Format`, and one line
in the table.  A file is recognised by its content, a new one is written by its suffix.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from wavefact._arrays import to_numpy
from wavefact.errors import CorruptFileError, InputError, UnknownFormatError
from wavefact.io._pandas import from_pandas, to_pandas
from wavefact.io._patch import from_patch, to_patch
from wavefact.io._xarray import from_xarray, to_xarray
from wavefact.io.atomic import atomic_path
from wavefact.io.base import Format, ReadOptions, RecordingInfo, head, is_known, logger
from wavefact.io.das import DasFormat
from wavefact.io.hdf5 import Hdf5Format
from wavefact.io.netcdf import NetcdfFormat
from wavefact.io.npy import NpyFormat
from wavefact.io.npz import NpzFormat
from wavefact.io.parquet import ParquetFormat
from wavefact.io.seismic import MINISEED, SAC, SEG2, SEGY
from wavefact.io.text import TextFormat
from wavefact.recording import Recording

__all__ = [
    "FORMATS",
    "RecordingInfo",
    "atomic_path",
    "from_pandas",
    "from_patch",
    "from_xarray",
    "read",
    "scan",
    "to_pandas",
    "to_patch",
    "to_xarray",
    "write",
]

FORMATS: tuple[Format, ...] = (
    Hdf5Format(),
    DasFormat(),
    NetcdfFormat(),
    ParquetFormat(),
    NpyFormat(),
    NpzFormat(),
    MINISEED,
    SAC,
    SEG2,
    SEGY,
    TextFormat(),
)
"""All formats, in the order in which they are asked whether a file is theirs."""

_STORABLE = ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16")


def read(
    path: str | os.PathLike[str],
    *,
    sampling_rate: float | None = None,
    positions: Any = None,
    names: Any = None,
    unit: str | None = None,
    quantity: str | None = None,
    axis: str = "auto",
    component: int | None = None,
    part: str | None = None,
    lazy: bool = False,
) -> Recording:
    """Read a recording from a file of any format in `FORMATS`, recognised by its content.

    What is given here fills in what the file does not hold; where the file says otherwise it is
    overridden, and a warning is logged.

    Parameters
    ----------
    path : path of the file
    sampling_rate : float, optional
        Samples per second [Hz].
    positions : array (n_sensors,) or (n_sensors, n_dims), optional
        Where the sensors are [m].
    names : sequence of n_sensors strings, optional
    unit : str, optional
        Unit of the signals, such as ``"m/s^2"``.
    quantity : str, optional
        ``"displacement"``, ``"velocity"``, ``"acceleration"`` or ``"strain"``.
    axis : {"auto", "sensors-first", "samples-first"}
        What the first axis of the file is, for files that do not say.  With ``"auto"`` the rows
        of a text file are samples; an NPY array is taken as (n_sensors, n_samples) unless that
        gives more sensors than samples: then it is transposed, and a line is logged.
    component : int, optional
        Which one to take of NPY or NPZ arrays of three axes: the index along the last one, such
        as the direction of a camera's or a vibrometer's displacements.
    part : str, optional
        Which one to take of a file that holds several recordings: the name of its variable, group, segment
        or member.  The error that comes where none is named lists them.
    lazy : bool
        Leave the signals in the file, to be read by slicing, where the format allows.

    Returns
    -------
    Recording

    Raises
    ------
    InputError
        If there is no such file, or an option does not fit it.
    UnknownFormatError
        If no format recognises the file.
    CorruptFileError
        If the file is empty, truncated or damaged.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.save(f"{folder}/beam.npy", np.zeros((500, 4)))
    ...     read(f"{folder}/beam.npy", sampling_rate=100.0)
    Recording(4 sensors × 500 samples, float64, 100 Hz, 5 s)
    """
    path = Path(path)
    options = ReadOptions(axis, lazy, sampling_rate, component, part)
    recording = _recognised(path).read(path, options)
    _check_rate(recording.sampling_rate, path)
    given = {"sampling_rate": sampling_rate, "positions": positions, "names": names}
    given |= {"unit": unit, "quantity": quantity}
    completed = recording.replace(**{name: value for name, value in given.items() if value is not None})
    for name in given:
        old, new = getattr(recording, name), getattr(completed, name)
        if is_known(old) and not np.array_equal(old, new):
            logger.warning("%s: the %s given overrides that of the file, %s", path, name, old)
    return completed


def scan(
    path: str | os.PathLike[str], *, axis: str = "auto", component: int | None = None, part: str | None = None
) -> RecordingInfo:
    """Describe the recording in a file without loading its signals.

    Parameters
    ----------
    path : path of the file
    axis : {"auto", "sensors-first", "samples-first"}
    component : int, optional
    part : str, optional
        As for `read`.

    Returns
    -------
    RecordingInfo

    Raises
    ------
    InputError, UnknownFormatError, CorruptFileError
        As for `read`; damage to the signals themselves may go unnoticed.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write(Recording(np.ones((4, 500)), sampling_rate=100.0), f"{folder}/beam.h5")
    ...     scan(f"{folder}/beam.h5").duration
    5.0
    """
    path = Path(path)
    info = _recognised(path).scan(path, ReadOptions(axis=axis, component=component, part=part))
    _check_rate(info.sampling_rate, path)
    return info


def write(recording: Recording, path: str | os.PathLike[str], *, compression: str | None = "auto") -> None:
    """Write a recording to a file, in the format of its suffix.

    The file appears whole or not at all; one that is there already is replaced.

    Parameters
    ----------
    recording : Recording
    path : path of the file
        ``.h5``, ``.hdf5`` and ``.npz`` hold everything a recording has, and so do ``.csv``,
        ``.tsv``, ``.txt``, ``.nc`` and ``.parquet``; ``.npy`` holds the signals only.
    compression : {"auto", "gzip", "lzf", "zstd", None}
        ``"auto"`` is gzip for HDF5, netCDF and NPZ, zstd for Parquet, and none for the others; only
        HDF5 knows lzf.

    Raises
    ------
    InputError
        If the format can only be read, does not know the compression or cannot hold the signals' type.
    UnknownFormatError
        If no format has this suffix.
    UnwritableTargetError
        If the file cannot be created.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write(Recording(np.ones((2, 9)), names=("a", "b")), f"{folder}/two.csv")
    ...     read(f"{folder}/two.csv").names
    ('a', 'b')
    """
    path = Path(path)
    if not isinstance(recording, Recording):
        raise InputError(
            f"Only a Recording can be written, not {type(recording).__name__}; wrap the array in one."
        )
    form = next((form for form in FORMATS if path.suffix.lower() in form.extensions), None)
    if form is None:
        raise UnknownFormatError(f"No format has the suffix {path.suffix!r}; known are {_known()}.")
    if not form.compressions:
        raise InputError(f"{form.name} can be read but not written; write one of {_known(written=True)}.")
    if compression == "auto":
        compression = form.compressions[0]
    if compression not in form.compressions:
        choice = ", ".join(map(repr, form.compressions))
        raise InputError(f"The format {form.name} has no compression {compression!r}; choose from {choice}.")
    recording = _storable(recording)
    with atomic_path(path) as temporary:
        form.write(recording, temporary, compression)


def _known(written: bool = False) -> str:
    forms = [form for form in FORMATS if form.compressions or not written]
    return ", ".join(f"{form.name} ({' '.join(form.extensions)})" for form in forms)


def _check_rate(rate: float | None, path: Path) -> None:
    """Refuse a sampling rate that no instrument has, such as damage makes."""
    if rate is not None and not 1e-9 <= rate <= 1e15:
        raise CorruptFileError(f"{path} says that its sampling rate is {rate:g} Hz; it is damaged.")


def _recognised(path: Path) -> Format:
    """Return the format of an existing file."""
    if not path.is_file():
        what = "is a folder, not a file" if path.is_dir() else "does not exist or is not an ordinary file"
        raise InputError(f"{path} {what}; expected a recording.")
    try:
        start = head(path, 32)
    except OSError as error:
        raise InputError(f"{path} cannot be opened: {error.strerror}.") from error
    if not start:
        raise CorruptFileError(f"{path} is empty.")
    for form in FORMATS:
        if form.sniff(path):
            return form
    for form in FORMATS:  # too little of it is left to be recognised
        if path.suffix.lower() in form.extensions and form.magic.startswith(start[: len(form.magic)]):
            raise CorruptFileError(
                f"{path} is truncated or damaged: it has {path.stat().st_size} bytes and does not begin as "
                f"{form.name} files do."
            )
    raise UnknownFormatError(f"{path} is of no known format, judged by its content; known are {_known()}.")


def _storable(recording: Recording) -> Recording:
    """Return the recording with its signals as NumPy numbers that every format can hold."""
    try:
        signals = recording.signals if recording.is_lazy else to_numpy(recording.signals)
    except TypeError as error:
        raise InputError(
            f"Numbers of type {recording.signals.dtype} cannot be written; load() them first."
        ) from error
    if np.dtype(signals.dtype).str[1:] not in _STORABLE:
        raise InputError(f"Numbers of type {signals.dtype} cannot be written; convert them to float64 first.")
    return recording.replace(signals=signals)
