"""Recordings from xarray's labelled arrays, and back."""

from __future__ import annotations

import json
from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

import numpy as np

from wavefact._packages import optional
from wavefact.errors import InputError
from wavefact.io._times import clock, unit_in_seconds
from wavefact.io._xarray_sensors import AXES, POSITION, names_of, positions_of
from wavefact.io.base import metadata_text
from wavefact.recording import Recording

if TYPE_CHECKING:
    from xarray import DataArray, Dataset

__all__ = [
    "arrays_of",
    "fields_of",
    "from_xarray",
    "ordered",
    "shape_of",
    "signals_of",
    "to_xarray",
]

_TIME_NAMES = ("time", "t", "times", "sample", "samples", "datetime")


def from_xarray(array: DataArray | Dataset, *, sampling_rate: float | None = None) -> Recording:
    """Return the recording in an xarray DataArray, or in a Dataset that holds one.

    The dimension of time is the one called ``time`` or with a coordinate of dates; all others are
    sensors: a wavefield over ``y``, ``x`` and ``time`` has a sensor for each point.  Coordinates
    along the sensors give positions and names; attributes give unit, quantity and the rest.

    Parameters
    ----------
    array : xarray.DataArray or xarray.Dataset
        One made of dask arrays stays where it is until it is sliced.
    sampling_rate : float, optional
        Samples per second [Hz]; the times of the array are not looked at then.

    Returns
    -------
    Recording

    Raises
    ------
    InputError
        If no dimension is time, times are not uniform, or a Dataset holds several arrays.

    Examples
    --------
    >>> import xarray as xr
    >>> times = {"time": np.arange(5) / 100.0, "sensor": ["a", "b"]}
    >>> from_xarray(xr.DataArray(np.ones((5, 2)), times, ("time", "sensor"), attrs={"units": "m"}))
    Recording(2 sensors × 5 samples, float64, 100 Hz, 0.05 s, signals [m], named)
    """
    array = _one_array(array)
    fields = fields_of(array, "The DataArray", sampling_rate)
    return Recording(
        signals=signals_of(array), **fields | ({"sampling_rate": sampling_rate} if sampling_rate else {})
    )


def to_xarray(recording: Recording) -> DataArray:
    """Return a recording as an xarray DataArray of dimensions ``sensor`` and ``time``.

    Coordinates are the names (``sensor``), the times [s] and the positions (``position``, or ``x``,
    ``y`` and ``z``) [m]; attributes the rest.  `from_xarray` gives the same recording back.

    Parameters
    ----------
    recording : Recording

    Returns
    -------
    xarray.DataArray, shape (n_sensors, n_samples)

    Raises
    ------
    MissingPackageError
        If xarray is not installed.

    Examples
    --------
    >>> array = to_xarray(Recording(np.ones((2, 5)), 100.0, names=("deck", "pier"), unit="m"))
    >>> array.sel(sensor="pier").sizes["time"], array.units
    (5, 'm')
    """
    package = optional("xarray", "xarray", "xarray's arrays")
    coordinates: dict[str, Any] = {}
    if recording.names is not None:
        coordinates["sensor"] = np.asarray(recording.names, dtype=str)
    if recording.sampling_rate is not None:
        coordinates["time"] = ("time", recording.times, {"units": "s"})
    for name, values in _position_columns(recording.positions).items():
        coordinates[name] = ("sensor", values, {"units": "m"})
    attributes: dict[str, Any] = {"units": recording.unit, "quantity": recording.quantity}
    if recording.sampling_rate is not None:
        attributes["sampling_rate"] = recording.sampling_rate
    if recording.metadata:
        attributes["metadata"] = metadata_text(recording)
    signals = (
        recording.load().signals
        if recording.is_lazy and not hasattr(recording.signals, "dask")
        else recording.signals
    )
    return package.DataArray(
        signals, coordinates, ("sensor", "time"), recording.quantity or "signals", attributes
    )


def _position_columns(positions: np.ndarray | None) -> dict[str, np.ndarray]:
    if positions is None:
        return {}
    if positions.ndim == 1:
        return {POSITION: positions}
    n_axes = positions.shape[1]
    names = AXES if n_axes <= len(AXES) else tuple(f"x{axis + 1}" for axis in range(n_axes))
    return dict(zip(names, positions.T, strict=False))


def _one_array(data: Any) -> DataArray:
    """Return a DataArray, or the only one of a Dataset that has time and at least one other dimension."""
    package = optional("xarray", "xarray", "xarray's arrays")
    if isinstance(data, package.DataArray):
        return data
    if not isinstance(data, package.Dataset):
        raise InputError(f"Expected an xarray DataArray or Dataset, not {type(data).__name__}.")
    parts = arrays_of(data)
    if len(parts) != 1:
        listed = ", ".join(f"{name!r} ({sizes})" for name, sizes in parts.items()) or ", ".join(
            map(str, data)
        )
        raise InputError(
            f"The Dataset has {len(parts)} variables over time and sensors, expected one: "
            f"{listed or list(data)}. Take one of them: from_xarray(dataset[name])."
        )
    return data[next(iter(parts))]


def arrays_of(dataset: Dataset) -> dict[str, str]:
    """Return the variables that can be recordings, with their sizes as text."""
    return {
        str(name): " × ".join(f"{n} {dim}" for dim, n in array.sizes.items())
        for name, array in dataset.data_vars.items()
        if _is_signals(array)
    }


def _is_signals(array: DataArray) -> bool:
    return array.ndim > 1 and array.dtype.kind in "iufc" and _time_dimension(array) is not None


def _time_dimension(array: DataArray) -> Hashable | None:
    """Return the dimension of time: called so, or with dates or a unit of time; None if there is none."""
    named = [dim for dim in array.dims if str(dim).lower() in _TIME_NAMES]
    dated = [dim for dim in array.dims if dim in array.coords and array.coords[dim].dtype.kind in "Mm"]
    timed = [dim for dim in array.dims if _unit_of_time(array, dim)]
    return next(iter([*named, *dated, *timed]), None)


def _unit_of_time(array: DataArray, dim: Hashable) -> float | None:
    """Return the unit of a dimension's coordinate [s]; None where it has none, or not of time."""
    unit = str(array.coords[dim].attrs.get("units", "")) if dim in array.coords else ""
    return unit_in_seconds(unit) if unit else None


def _dimensions(array: DataArray, what: str) -> tuple[Hashable, list[Hashable]]:
    """Return the dimension of time and the others."""
    time = _time_dimension(array)
    if time is None or array.ndim < 1:
        raise InputError(
            f"{what} has the dimensions {', '.join(map(str, array.dims))}; expected one called time: "
            "array.rename(NAME='time')."
        )
    return time, [dim for dim in array.dims if dim != time]


def ordered(array: DataArray) -> tuple[Hashable, ...]:
    """Return the dimensions with that of time last, as signals have them."""
    time, others = _dimensions(array, "The DataArray")
    return (*others, time)


def shape_of(array: DataArray) -> tuple[int, int]:
    """Return the number of sensors and of samples."""
    n_samples = array.sizes[ordered(array)[-1]]
    return array.size // max(n_samples, 1), n_samples


def signals_of(array: DataArray) -> Any:
    """Return the signals (n_sensors, n_samples) of an array, as dask where it is."""
    data = array.transpose(*ordered(array)).data
    return data if data.ndim == 2 else data.reshape(shape_of(array))


def fields_of(array: DataArray, what: str, sampling_rate: float | None = None) -> dict[str, Any]:
    """Return the fields of the recording in an array, but for the signals, which are not touched.

    With `sampling_rate` given, times need not be uniform.
    """
    time, others = _dimensions(array, what)
    attributes = array.attrs
    metadata = _metadata(attributes)
    rate = attributes.get("sampling_rate", sampling_rate)
    if time in array.coords:
        found, start = _clock(array.coords[time], what, rate is None)
        rate = found if rate is None else rate
        metadata |= {"start_time": start} if start else {}
    quantity = str(attributes.get("quantity", "")) or str(array.name or "")
    return {
        "sampling_rate": None if rate is None else float(rate),
        "positions": positions_of(array, others, what),
        "names": names_of(array, others),
        "unit": str(attributes.get("units", "")),
        "quantity": quantity if quantity in {"displacement", "velocity", "acceleration", "strain"} else "",
        "metadata": metadata,
    }


def _clock(times: DataArray, what: str, wanted: bool) -> tuple[float | None, str]:
    unit = unit_in_seconds(str(times.attrs.get("units", "")))
    if unit is None and times.dtype.kind not in "Mm":
        raise InputError(
            f"{what}: the unit of its times, {times.attrs['units']!r}, is not known; give sampling_rate."
        )
    if wanted:
        return clock(times.values, what, unit or 1.0)
    return None, clock(times.values[:1], what)[1]


def _metadata(attributes: Any) -> dict[str, str | float | int]:
    """Return what the attributes hold beyond the fields of a recording."""
    stored = attributes.get("metadata")
    if isinstance(stored, str):
        try:
            return dict(json.loads(stored))
        except ValueError:
            pass
    kept: dict[str, Any] = {}
    for name, value in attributes.items():
        plain = value.item() if isinstance(value, np.generic) else value
        if name not in {"units", "quantity", "sampling_rate"} and isinstance(plain, (str, float, int)):
            kept[str(name)] = plain
    return kept
