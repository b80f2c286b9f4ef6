"""Recordings from DASCore's patches of fibre-optic data, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from wavefact._arrays import to_numpy
from wavefact._packages import optional
from wavefact.errors import InputError
from wavefact.io._times import clock
from wavefact.io._traces import date_text
from wavefact.io.base import logger
from wavefact.recording import QUANTITIES, Recording, rate_of

if TYPE_CHECKING:
    from dascore import Patch

__all__ = ["from_patch", "patch_fields", "to_patch"]

_DIMENSIONS = {"distance", "time"}
_OWN = {
    "data_type",
    "data_units",
    "dims",
    "coords",
    "history",
}  # attributes that fields hold, or that are no text


def from_patch(patch: Patch, *, sampling_rate: float | None = None) -> Recording:
    """Return the recording in a DASCore patch: each distance along the fibre is a sensor.

    Parameters
    ----------
    patch : dascore.Patch
        Over distance and time, in either order.
    sampling_rate : float, optional
        Samples per second [Hz]; the times of the patch are not looked at then.

    Returns
    -------
    Recording
        Distances are its positions [m]; text and numbers among the attributes its metadata.

    Raises
    ------
    InputError
        If the patch has other dimensions, or its times are not uniform.

    Examples
    --------
    >>> import dascore
    >>> patch = dascore.get_example_patch("random_das")
    >>> from_patch(patch)
    Recording(300 sensors × 2000 samples, float64, 250 Hz, 8 s, 1-D positions)
    """
    package = optional("dascore", "das", "patches of DASCore")
    if not isinstance(patch, package.Patch):
        raise InputError(f"Expected a patch of DASCore, not {type(patch).__name__}.")
    return Recording(**patch_fields(patch, "The patch", sampling_rate))


def to_patch(recording: Recording) -> Patch:
    """Return a recording as a DASCore patch over distance and time.

    Parameters
    ----------
    recording : Recording
        With a sampling rate, and one coordinate of each sensor; without positions sensors are
        counted from zero.  Time begins at the metadata's ``start_time``, or in 1970.

    Returns
    -------
    dascore.Patch, shape (n_sensors, n_samples)

    Raises
    ------
    InputError
        If the recording has no sampling rate, or positions of several coordinates.
    MissingPackageError
        If DASCore is not installed.

    Examples
    --------
    >>> patch = to_patch(Recording(np.ones((3, 50)), 100.0, positions=[0.0, 2.0, 4.0], unit="m/s"))
    >>> patch.dims, patch.shape
    (('distance', 'time'), (3, 50))
    """
    package = optional("dascore", "das", "patches of DASCore")
    recording = recording.load()
    positions = np.arange(recording.n_sensors) if recording.positions is None else recording.positions
    if positions.ndim == 2 and positions.shape[1] > 1:
        raise InputError(
            f"A patch has one distance for each sensor; the positions have {positions.shape[1]} coordinates: "
            "give distances along the fibre with replace(positions=...)."
        )
    metadata = dict(recording.metadata)
    start = np.datetime64(str(metadata.pop("start_time", "1970-01-01")), "ns")
    step = np.timedelta64(round(1e9 / rate_of(recording)), "ns")
    return package.Patch(
        data=to_numpy(recording.signals),
        coords={
            "distance": package.get_coord(data=positions.reshape(-1), units="m"),
            "time": package.get_coord(start=start, step=step, shape=recording.n_samples, units="s"),
        },
        dims=("distance", "time"),
        attrs=metadata | {"data_type": recording.quantity, "data_units": recording.unit or None},
    )


def patch_fields(patch: Any, what: str, sampling_rate: float | None = None) -> dict[str, Any]:
    """Return the fields of the recording in a patch."""
    if set(patch.dims) != _DIMENSIONS:
        raise InputError(f"{what} has the dimensions {', '.join(patch.dims)}; expected distance and time.")
    times = patch.get_coord("time")
    step = times.step if times.evenly_sampled else None
    start = (
        date_text(int(np.datetime64(times.min(), "ns").astype(np.int64))) if times.dtype.kind == "M" else ""
    )
    rate = sampling_rate
    if rate is None:
        rate = _rate(step) if step is not None else clock(times.values, what)[0]
    quantity = str(patch.attrs.get("data_type") or "")
    return {
        "signals": patch.transpose("distance", "time").data,
        "sampling_rate": rate,
        "positions": _positions(patch.get_coord("distance"), what),
        "unit": _unit(patch.attrs.get("data_units")),
        "quantity": quantity if quantity in QUANTITIES else "",
        "metadata": ({"start_time": start} if start else {}) | _metadata(patch.attrs, quantity),
    }


def _rate(step: Any) -> float:
    """Return the sampling rate [Hz] of a step in time."""
    if isinstance(step, np.timedelta64):
        return 1e9 / float(step.astype("m8[ns]").astype(np.int64))
    return 1.0 / float(step)


def _positions(coordinate: Any, what: str) -> np.ndarray | None:
    values = np.asarray(coordinate.values, dtype=float)
    unit = "" if coordinate.units is None else f"{coordinate.units.units:~C}"
    if unit not in {"", "m"}:
        logger.info("%s: distances in %s are converted to metres", what, unit)
        values = np.asarray(coordinate.convert_units("m").values, dtype=float)
    return values if np.isfinite(values).all() else None


def _unit(quantity: Any) -> str:
    """Return a unit as text, such as "m/s"."""
    if quantity is None:
        return ""
    text = f"{quantity.units:~C}".replace("**", "^")
    return text if quantity.magnitude == 1 else f"{quantity.magnitude:g} {text}".strip()


def _metadata(attributes: Any, quantity: str) -> dict[str, str | float | int]:
    """Return what the attributes say in text and numbers; unknown quantities are kept there."""
    kept: dict[str, Any] = {} if quantity in QUANTITIES else {"data_type": quantity}
    for name, value in dict(attributes).items():
        plain = value.item() if isinstance(value, np.generic) else value
        known = isinstance(plain, (str, float, int)) and plain == plain and plain != ""
        if known and name not in _OWN and not name.startswith("_"):
            kept[name] = plain
    return kept
