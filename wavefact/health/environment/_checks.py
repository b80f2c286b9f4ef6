"""What is given for conditions, as arrays of the right sizes; anything else is refused."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from wavefact.errors import InputError
from wavefact.health.environment._regression import Readings


def as_conditions(
    conditions: ArrayLike | None, n_records: int, n_conditions: int | None = None
) -> np.ndarray:
    values = np.asarray(conditions, dtype=float)
    values = values[:, None] if values.ndim == 1 else values
    if values.ndim != 2 or values.shape[0] != n_records or n_conditions not in (None, values.shape[1]):
        expected = f"({n_records}, {n_conditions or 'n_conditions'})"
        raise InputError(f"conditions are {values.shape}; give {expected}, one row for each record.")
    return values


def as_readings(times: ArrayLike, values: ArrayLike, n_conditions: int) -> Readings:
    when = np.atleast_1d(np.asarray(times, dtype=float))
    return when, as_conditions(values, when.size, n_conditions)


def as_lags(lags: Sequence[float]) -> tuple[float, ...]:
    chosen = tuple(float(lag) for lag in lags)
    if not chosen or chosen[0] < 0.0 or not np.all(np.diff(chosen) > 0):
        raise InputError(f"lags are {chosen}; give time constants in seconds, rising from 0 or more.")
    return chosen
