"""Conditions as the structure feels them: each through first-order lags, of thermal inertia."""

from __future__ import annotations

import numpy as np


def lagged(times: np.ndarray, conditions: np.ndarray, time_constant: float) -> np.ndarray:
    """Return conditions (n_records, n_conditions) behind a first-order lag; 0 is none.

    dz/dt = (c − z) / τ, solved for conditions that stay from one record to the next.  Where a condition is
    missing z stays what it was, and the result is NaN.
    """
    if time_constant == 0.0:
        return conditions
    felt = np.empty_like(conditions)
    state = np.full(conditions.shape[1], np.nan)
    for i, elapsed in enumerate(np.diff(times, prepend=times[:1])):
        known = np.isfinite(conditions[i])
        begun = np.where(np.isnan(state), conditions[i], state)
        moved = begun - np.expm1(-elapsed / time_constant) * (conditions[i] - begun)
        state = np.where(known, moved, state)
        felt[i] = np.where(known, state, np.nan)
    return felt
