"""netCDF through xarray: one variable over sensors and time; coordinates hold names, positions and times."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from wavefact._packages import optional, warnings_logged
from wavefact.errors import CorruptFileError
from wavefact.io._hdf5_kind import HDF5_MAGIC, hdf5_kind
from wavefact.io._lazy import LazySignals
from wavefact.io._xarray import arrays_of, fields_of, ordered, shape_of, signals_of, to_xarray
from wavefact.io.base import (
    ReadOptions,
    RecordingInfo,
    chosen_part,
    describe,
    head,
    in_memory,
    logger,
    reading,
    refuse_axis,
    stored_recording,
)
from wavefact.recording import Recording

_CLASSIC = (b"CDF\x01", b"CDF\x02")
_CHANGED = ("scale_factor", "add_offset", "_FillValue", "missing_value")


@dataclass(frozen=True)
class NetcdfFormat:
    """Read netCDF 3 and 4, write netCDF 4."""

    name: str = "netcdf"
    extensions: tuple[str, ...] = (".nc", ".nc4")
    magic: bytes = HDF5_MAGIC
    compressions: tuple[str | None, ...] = ("gzip", None)

    def sniff(self, path: Path) -> bool:
        """Tell netCDF 3 by its first bytes, netCDF 4 by its dimensions."""
        return head(path, 4) in _CLASSIC or hdf5_kind(path) == "netcdf"

    def read(self, path: Path, options: ReadOptions) -> Recording:
        """Return the recording, its signals left in the file if asked and if they lie there as they are."""
        refuse_axis(path, options)
        with _opened(path, self, options) as array:
            fields = fields_of(array, str(path), options.sampling_rate)
            lazy = _lazy_signals(path, array) if options.lazy else None
            if options.lazy and lazy is None:
                logger.info("%s: the file holds the signals in another form; lazy has no effect", path)
            return stored_recording(path, signals=signals_of(array) if lazy is None else lazy, **fields)

    def scan(self, path: Path, options: ReadOptions) -> RecordingInfo:
        """Describe the recording; no signal is read."""
        refuse_axis(path, options)
        with _opened(path, self, options) as array:
            fields = fields_of(array, str(path), options.sampling_rate)
            signals = _lazy_signals(path, array) or np.broadcast_to(
                np.zeros((), array.dtype), shape_of(array)
            )
            return describe(stored_recording(path, signals=signals, **fields), path, self.name)

    def write(self, recording: Recording, path: Path, compression: str | None) -> None:
        """Write the recording as `to_xarray` lays it out."""
        array = to_xarray(recording.replace(signals=in_memory(recording)))
        optional("h5netcdf", "xarray", "netCDF files")
        encoding: dict[str, Any] = {
            str(name): {"dtype": "S1"} if array.coords[name].dtype.kind == "U" else {"_FillValue": None}
            for name in array.coords
        }  # text as characters: damage to the heap that strings live in can hang HDF5
        encoding[str(array.name)] = {
            "_FillValue": None,
            "fletcher32": True,
            "compression": compression,
            "shuffle": compression is not None,
        }
        array.to_dataset().to_netcdf(path, engine="h5netcdf", encoding=encoding)


@contextmanager
def _opened(path: Path, form: NetcdfFormat, options: ReadOptions) -> Iterator[Any]:
    """Yield the variable over sensors and time, not yet loaded."""
    package = optional("xarray", "xarray", "netCDF files")
    if not form.sniff(path):
        raise CorruptFileError(f"{path} is no netCDF file, or a damaged one.")
    engine = "scipy" if head(path, 4) in _CLASSIC else "h5netcdf"
    optional(engine, "xarray", "netCDF files")
    settings: dict[str, Any] = {"engine": engine, "decode_timedelta": False, "cache": False}
    with (
        reading(path, form.name),
        warnings_logged(path),
        package.open_dataset(path, **settings) as dataset,
    ):
        yield dataset[chosen_part(arrays_of(dataset), options, path)]


def _lazy_signals(path: Path, array: Any) -> LazySignals | None:
    """Return signals read by slicing, where the file holds them unscaled and as (n_sensors, n_samples)."""
    encoding = array.encoding
    is_plain = array.ndim == 2 and array.dims == ordered(array) and not set(_CHANGED) & set(encoding)
    if head(path, 4) in _CLASSIC or not is_plain:
        return None
    return LazySignals(path.resolve(), str(array.name), array.shape, array.dtype, encoding.get("chunksizes"))
