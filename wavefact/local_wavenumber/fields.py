"""Fields on a rectangular grid, and what is taken for one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from wavefact._arrays import to_numpy
from wavefact.errors import InputError
from wavefact.operators._checks import checked_spacing, one_per_axis
from wavefact.operators._projection import projected
from wavefact.recording import Recording, rate_of

__all__ = ["Field", "field_of"]

_UNEVEN = 1e-3  # of the spacing: coordinates are rounded


@dataclass(frozen=True)
class Field:
    """Hold values on a grid, shape (n_x, n_y, n_columns), its spacing [m] and its first point [m]."""

    values: np.ndarray
    spacing: tuple[float, float]
    origin: tuple[float, float] = (0.0, 0.0)


def field_of(field: Any, spacing: Any, frequency: float | None) -> Field:
    """Return the field of an array with its spacing, or of a recording at points of a grid."""
    if isinstance(field, Recording):
        if spacing is not None:
            raise InputError("spacing belongs to an array; a recording has positions.")
        return _of_recording(field, frequency)
    if frequency is not None:
        raise InputError("frequency belongs to a recording over time; an array is a field already.")
    values = to_numpy(field) if hasattr(field, "shape") else np.asarray(field)
    if values.dtype.kind not in "iufc" or values.ndim not in (2, 3) or min(values.shape) < 1:
        raise InputError(
            f"The field has shape {values.shape} and type {values.dtype}; give numbers on a grid, "
            "(n_x, n_y) or (n_x, n_y, n_columns)."
        )
    if spacing is None:
        raise InputError("The field is an array and has no spacing; give the distance of its points [m].")
    steps = one_per_axis(spacing, 2, "spacing")
    values = values.reshape(*values.shape[:2], -1)
    return Field(_checked(values), (checked_spacing(steps[0]), checked_spacing(steps[1])))


def _of_recording(recording: Recording, frequency: float | None) -> Field:
    if recording.positions is None or recording.positions.ndim != 2 or recording.positions.shape[1] < 2:
        raise InputError("A recording needs two coordinates for each sensor: positions of (n_sensors, 2).")
    places_in_plane = projected(recording.positions, 2).T
    axes, columns = zip(*(_axis(x, f"coordinate {i}") for i, x in enumerate(places_in_plane)), strict=True)
    shape = len(axes[0]), len(axes[1])
    places: np.ndarray = np.asarray(np.ravel_multi_index(columns, shape))
    if len(places) != shape[0] * shape[1] or len(np.unique(places)) != len(places):
        raise InputError(
            f"{len(places)} sensors do not fill a grid of {shape[0]} × {shape[1]} points, each once."
        )
    signals = to_numpy(recording.load().signals)
    if frequency is not None:
        signals = _at_frequency(signals, rate_of(recording), frequency)[:, None]
    values = np.empty_like(signals)
    values[places] = signals
    first, second = (float(x[1] - x[0]) for x in axes)
    return Field(
        _checked(values.reshape(*shape, -1)), (first, second), (float(axes[0][0]), float(axes[1][0]))
    )


def _axis(coordinates: np.ndarray, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the even coordinates of an axis, rising, and the place of each sensor on it."""
    rising = np.unique(coordinates)
    gaps = np.diff(rising)
    if gaps.size == 0:
        raise InputError(f"{name} is the same for all sensors; local wavenumbers need a grid of two axes.")
    widest = gaps.max()
    starts = np.concatenate([[True], gaps > _UNEVEN * widest])  # of each group of coordinates that agree
    even = np.linspace(rising[0], rising[-1], int(starts.sum()))
    nearest = np.rint((coordinates - even[0]) / (even[1] - even[0])).astype(int)
    if np.max(np.abs(even[nearest] - coordinates)) > 10 * _UNEVEN * widest:
        raise InputError(f"{name} is not evenly spaced; interpolate the field to an even grid first.")
    return even, nearest


def _at_frequency(signals: np.ndarray, rate: float, frequency: float) -> np.ndarray:
    """Return each sensor's Fourier coefficient at one frequency behind a Hann window."""
    if not 0 < frequency <= rate / 2:
        raise InputError(f"frequency is {frequency!r}; give one up to half the sampling rate of {rate:g} Hz.")
    n = signals.shape[1]
    window = 1 - np.cos(2 * np.pi * (np.arange(n) + 0.5) / n)
    return np.asarray(signals @ (window * np.exp(-2j * np.pi * frequency / rate * np.arange(n))) / n)


def _checked(values: np.ndarray) -> np.ndarray:
    if not np.all(np.isfinite(values)):
        place = tuple(int(i) for i in np.argwhere(~np.isfinite(values))[0])
        raise InputError(f"The field is {values[place]} at {place}; fill or cut out what is missing first.")
    values = values.astype(np.complex128 if np.iscomplexobj(values) else np.float64)
    if not np.any(values):
        raise InputError("The field is zero everywhere; there is no wave in it.")
    return values
