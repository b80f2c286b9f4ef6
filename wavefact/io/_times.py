"""Time axes of tables and arrays from elsewhere: the sampling rate, and when the first sample was taken."""

from __future__ import annotations

from typing import Any

import numpy as np

from wavefact.errors import InputError
from wavefact.io._steps import sampling_rate_of
from wavefact.io._traces import date_text

__all__ = ["clock", "unit_in_seconds"]

_SECONDS = {"s": 1.0, "sec": 1.0, "second": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
_SECONDS |= {"millisecond": 1e-3, "microsecond": 1e-6, "nanosecond": 1e-9, "min": 60.0, "minute": 60.0}
_SECONDS |= {"h": 3600.0, "hour": 3600.0, "day": 86400.0, "d": 86400.0}


def unit_in_seconds(unit: str) -> float | None:
    """Return a unit of time [s], seconds where there is none; None for a unit that is not of time."""
    text = unit.strip()
    return 1.0 if not text else _SECONDS.get(text, _SECONDS.get(text.lower().removesuffix("s")))


def clock(times: Any, what: str, unit: float = 1.0) -> tuple[float | None, str]:
    """Return the sampling rate [Hz] of uniform times, and the first where it is a date, else "".

    Parameters
    ----------
    times : (n_samples,) array
        Numbers in `unit`, dates, or time differences; in order.
    what : str
        What messages call the source.
    unit : float
        Of times that are numbers [s].

    Raises
    ------
    InputError
        If the times are of another type, or a step differs from the mean step by more than 5 %.
    """
    values = np.asarray(times)
    if values.dtype.kind not in "Mmiuf":
        raise InputError(f"{what}: times are of type {values.dtype}; expected numbers or dates.")
    start = ""
    if values.dtype.kind in "Mm":
        if np.isnat(values).any():
            raise InputError(
                f"{what}: the time of sample {int(np.isnat(values).argmax())} is missing; remove the row."
            )
        nanoseconds = values.astype(f"{values.dtype.kind}8[ns]").astype(np.int64)
        start = date_text(int(nanoseconds[0])) if values.dtype.kind == "M" else ""
        values, unit = (nanoseconds - nanoseconds[0]) / 1e9, 1.0
    values = values.astype(float)
    if not np.isfinite(values).all():
        raise InputError(f"{what}: the time of sample {int((~np.isfinite(values)).argmax())} is not finite.")
    return sampling_rate_of(values, unit, what), start
