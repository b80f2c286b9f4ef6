"""Read and write recordings; one file per format, and the table `FORMATS` of them all.

To add a format: one file with one class that satisfies `wavefact.io.base.Format`, and one line
in the table.  A file is recognised by its content, a new one is written by its suffix.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from wavefact._recording_fields import validated_rate
from wavefact.errors import InputError, UnknownFormatError
from wavefact.io._pandas import from_pandas, to_pandas
from wavefact.io._patch import from_patch, to_patch
from wavefact.io._recognition import check_rate, known, storable, with_format
from wavefact.io._xarray import from_xarray, to_xarray
from wavefact.io.atomic import atomic_path
from wavefact.io.base import Format, ReadOptions, RecordingInfo, is_known, logger
from wavefact.io.das import DasFormat
from wavefact.io.hdf5 import Hdf5Format
from wavefact.io.lvm import LvmFormat
from wavefact.io.matlab import MatlabFormat
from wavefact.io.netcdf import NetcdfFormat
from wavefact.io.npy import NpyFormat
from wavefact.io.npz import NpzFormat
from wavefact.io.parquet import ParquetFormat
from wavefact.io.seismic import MINISEED, SAC, SEG2, SEGY
from wavefact.io.tdms import TdmsFormat
from wavefact.io.text import TextFormat
from wavefact.io.uff import UffFormat
from wavefact.io.wav import WavFormat
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
    MatlabFormat(),
    UffFormat(),
    LvmFormat(),
    TdmsFormat(),
    WavFormat(),
    MINISEED,
    SAC,
    SEG2,
    SEGY,
    TextFormat(),
)
"""All formats, in the order in which they are asked whether a file is theirs."""


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
    """Read a recording from a file of any format in `FORMATS`, recognised by its content, also if packed.

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
        gives more sensors than samples: then it is transposed, and a line is logged.  An array of one
        axis is one sensor.
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
    recording = with_format(path, options, FORMATS, lambda form, place, asked: form.read(place, asked))
    check_rate(recording.sampling_rate, path)
    given = {"sampling_rate": sampling_rate, "positions": positions, "names": names}
    given |= {"unit": unit, "quantity": quantity}
    completed = recording.replace(**{name: value for name, value in given.items() if value is not None})
    for name in given:
        old, new = getattr(recording, name), getattr(completed, name)
        if is_known(old) and not np.array_equal(old, new):
            logger.warning("%s: the %s given overrides that of the file, %s", path, name, old)
    return completed


def scan(
    path: str | os.PathLike[str],
    *,
    axis: str = "auto",
    component: int | None = None,
    part: str | None = None,
    sampling_rate: float | None = None,
) -> RecordingInfo:
    """Describe the recording in a file without loading its signals.

    Parameters
    ----------
    path : path of the file
    axis : {"auto", "sensors-first", "samples-first"}
    component : int, optional
    part : str, optional
    sampling_rate : float, optional [Hz]
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
    sampling_rate = validated_rate(sampling_rate)
    options = ReadOptions(axis=axis, component=component, part=part, sampling_rate=sampling_rate)
    info = with_format(path, options, FORMATS, lambda form, place, asked: form.scan(place, asked))
    if sampling_rate is not None:
        info = replace(info, sampling_rate=sampling_rate, duration=info.n_samples / sampling_rate)
    check_rate(info.sampling_rate, path)
    return replace(info, path=path)


def write(recording: Recording, path: str | os.PathLike[str], *, compression: str | None = "auto") -> None:
    """Write a recording to a file, in the format of its suffix.

    The file appears whole or not at all; one that is there already is replaced.

    Parameters
    ----------
    recording : Recording
    path : path of the file
        ``.h5``, ``.hdf5`` and ``.npz`` hold everything a recording has, and so do ``.csv``,
        ``.tsv``, ``.txt``, ``.mat``, ``.nc`` and ``.parquet``; ``.uff`` and ``.unv`` hold all but some
        metadata, ``.npy`` the signals only.
    compression : {"auto", "gzip", "lzf", "zstd", None}
        ``"auto"`` is gzip for HDF5, NPZ, netCDF and MATLAB, zstd for Parquet, and none for the others;
        only HDF5 knows lzf.

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
        raise UnknownFormatError(f"No format has the suffix {path.suffix!r}; known are {known(FORMATS)}.")
    if not form.compressions:
        raise InputError(
            f"{form.name} can be read but not written; write one of {known(FORMATS, written=True)}."
        )
    if compression == "auto":
        compression = form.compressions[0]
    if compression not in form.compressions:
        choice = ", ".join(map(repr, form.compressions))
        raise InputError(f"The format {form.name} has no compression {compression!r}; choose from {choice}.")
    recording = storable(recording)
    with atomic_path(path) as temporary:
        form.write(recording, temporary, compression)
