"""What the fields of a `Recording` and its selections may be: one check for each."""

from __future__ import annotations

import logging
import math
import unicodedata
from collections.abc import Iterable, Mapping
from numbers import Integral, Real
from typing import Any

import numpy as np

from wavefact._arrays import Array, array_namespace, is_dask
from wavefact.errors import InputError

logger = logging.getLogger("wavefact")

MANY, SHORT_BY = 100, 10  # sensors, and how many times as many as samples, that suggest a transposed array
LISTED = 12  # names that a message tells
hinted: set[int] = set()  # the numbers of sensors that were asked about

QUANTITIES = ("", "displacement", "velocity", "acceleration", "strain")
"""What a recording's signals may be; the empty string is unknown."""


def is_lazy(signals: Any) -> bool:
    """Return whether `signals` are read by slicing instead of held in memory."""
    if is_dask(signals):
        return True
    try:
        array_namespace(signals)
    except TypeError:
        return True
    return False


def validated_signals(signals: Any) -> Array:
    """Return the signals, as an array of numbers (n_sensors, n_samples)."""
    if isinstance(signals, np.ma.MaskedArray):
        raise InputError("Masked arrays are not understood; fill the gaps first.")
    if isinstance(signals, np.matrix) or not all(
        hasattr(signals, name) for name in ("shape", "dtype", "ndim")
    ):
        try:
            signals = np.asarray(signals)
        except ValueError as error:
            raise InputError("The signals are not a matrix: their rows differ in length.") from error
    if is_dask(signals) and any(n != n for n in signals.shape):  # nan
        raise InputError("The dask array's chunks are of unknown size; call compute_chunk_sizes() first.")
    shape = tuple(int(n) for n in signals.shape)
    if len(shape) != 2 or 0 in shape:
        raise InputError(
            f"The signals have shape {shape}; expected (n_sensors, n_samples), neither of them zero."
        )
    if is_lazy(signals):
        numeric = np.dtype(signals.dtype).kind in "iufc"
    else:
        numeric = array_namespace(signals).isdtype(signals.dtype, "numeric")
    if not numeric:
        raise InputError(
            f"The signals are of type {signals.dtype}; expected real, complex or integer numbers."
        )
    return signals


def hint_at_transposed(n_sensors: int, n_samples: int) -> None:
    """Log, once for each number of sensors, that these by far outnumber samples."""
    if n_sensors >= max(MANY, SHORT_BY * n_samples) and n_sensors not in hinted:
        hinted.add(n_sensors)
        logger.warning(
            "%d sensors of %d samples each: is this array the wrong way round? Its rows are taken as "
            "sensors; if they are samples, give x.T (--axis for the other way round on the command line).",
            n_sensors,
            n_samples,
        )


def validated_rate(rate: Any) -> float | None:
    """Return the sampling rate [Hz] as a positive finite float, or None."""
    if rate is None:
        return None
    if isinstance(rate, bool) or not isinstance(rate, Real) or not math.isfinite(rate) or rate <= 0:
        raise InputError(f"The sampling rate must be a positive number of hertz, or None; got {rate!r}.")
    return float(rate)


def validated_positions(positions: Any, n_sensors: int) -> np.ndarray | None:
    """Return a read-only copy of the positions (n_sensors,) or (n_sensors, n_dims) [m]."""
    if positions is None:
        return None
    try:
        values = np.array(positions)
    except ValueError as error:
        raise InputError("The positions must have the same number of coordinates for each sensor.") from error
    if values.dtype.kind not in "iuf":
        raise InputError(f"The positions must be real numbers in metres, not of type {values.dtype}.")
    values = values.astype(np.float64)
    if values.ndim not in {1, 2} or values.shape[0] != n_sensors or 0 in values.shape:
        raise InputError(
            f"The positions have shape {values.shape}; expected ({n_sensors},) or ({n_sensors}, n_dims) [m]."
        )
    if not np.isfinite(values).all():
        raise InputError(
            f"The position of sensor {int(np.argwhere(~np.isfinite(values))[0][0])} is not finite."
        )
    values.flags.writeable = False
    return values


def validated_names(names: Any, n_sensors: int) -> tuple[str, ...] | None:
    """Return the names as a tuple of n_sensors strings."""
    if names is None:
        return None
    result = tuple(names) if isinstance(names, Iterable) and not isinstance(names, str) else (names,)
    if len(result) != n_sensors or not all(isinstance(name, str) for name in result):
        raise InputError(f"Expected {n_sensors} names, all of them text; got {len(result)}: {result[:3]!r} …")
    return tuple(validated_text(name, "name") for name in result)


def validated_text(text: Any, what: str) -> str:
    """Return a text of one line that every file can hold."""
    if not isinstance(text, str) or any(unicodedata.category(sign) in {"Cc", "Cs"} for sign in text):
        raise InputError(f"The {what} must be text of one line without control characters, not {text!r}.")
    return str(text)


def validated_metadata(metadata: Any) -> dict[str, str | float | int]:
    """Return the metadata as a plain dictionary of Python text and numbers."""
    if not isinstance(metadata, Mapping):
        raise InputError(f"The metadata must be a mapping of names to text or numbers, not {metadata!r}.")
    result = {}
    for key, value in metadata.items():
        plain = value.item() if isinstance(value, np.generic) else value
        if not isinstance(key, str) or not isinstance(plain, (str, float, int)):
            raise InputError(f"Metadata are names with text or numbers; got {key!r}: {value!r}.")
        result[key] = plain
    return result


def sensor_indices(sensors: Any, names: tuple[str, ...] | None, n_sensors: int) -> list[int]:
    """Return the indices that a slice, mask, index, name or sequence of them stands for."""
    if isinstance(sensors, slice):
        indices = list(range(n_sensors))[sensors]
    else:
        items = [sensors] if isinstance(sensors, (str, Integral)) else list(sensors)
        if items and all(isinstance(item, (bool, np.bool_)) for item in items):
            if len(items) != n_sensors:
                raise InputError(f"The mask has {len(items)} entries for {n_sensors} sensors.")
            items = [i for i, keep in enumerate(items) if keep]
        indices = [_sensor_index(item, names or (), n_sensors) for item in items]
    if not indices:
        raise InputError("The selection holds no sensor.")
    return indices


def _sensor_index(item: Any, names: tuple[str, ...], n_sensors: int) -> int:
    if isinstance(item, str):
        found = [i for i, name in enumerate(names) if name == item]
        if not found:
            raise InputError(f"No sensor is named {item!r}; {_known(names)}.")
        if len(found) > 1:
            raise InputError(
                f"The name {item!r} belongs to {len(found)} sensors; select one by its index: "
                f"{', '.join(map(str, found[:LISTED]))}{' …' if len(found) > LISTED else ''}."
            )
        return found[0]
    if not isinstance(item, Integral) or not -n_sensors <= int(item) < n_sensors:
        raise InputError(f"There is no sensor {item!r}; the recording has {n_sensors}, from 0.")
    return int(item) % n_sensors


def _known(names: tuple[str, ...]) -> str:
    """Say which names there are."""
    if not any(names):
        return "sensors have no names, so select by index, from 0"
    rest = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return f"there are {', '.join(map(repr, names[:LISTED]))}{rest}"
