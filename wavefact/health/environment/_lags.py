"""Conditions as the structure feels them: each through first-order lags, of thermal inertia."""

from __future__ import annotations

import numpy as np

_FORGOTTEN = 40.0  # time constants after which nothing is left of a condition: exp(−40) is below rounding


def lagged(
    times: np.ndarray, conditions: np.ndarray, time_constant: float, n_last: int | None = None
) -> np.ndarray:
    """Return conditions (n_records, n_conditions) behind a first-order lag, or the last n; 0 is none.

    dz/dt = (c − z) / τ, solved for conditions that stay from one record to the next.  Where a condition is
    missing z stays what it was, and the result is NaN.
    """
    n_last = len(times) if n_last is None else n_last
    if time_constant == 0.0:
        return conditions[-n_last:]
    steps = np.diff(times, prepend=times[:1])
    begin = _remembered(steps, conditions, _FORGOTTEN * time_constant, n_last)
    felt = np.empty_like(conditions[begin:])
    state = np.full(conditions.shape[1], np.nan)
    for i, (elapsed, now) in enumerate(zip(steps[begin:], conditions[begin:], strict=True)):
        known = np.isfinite(now)
        begun = np.where(np.isnan(state), now, state)
        moved = begun - np.expm1(-elapsed / time_constant) * (now - begun)
        state = np.where(known, moved, state)
        felt[i] = np.where(known, state, np.nan)
    return felt[-n_last:]


def _remembered(steps: np.ndarray, conditions: np.ndarray, horizon: float, n_last: int) -> int:
    """Return from which record on the last ones remember: a logger's years would cost seconds each time."""
    first = len(steps) - n_last
    known = np.isfinite(conditions)
    moving = np.where(known, steps[:, None], 0.0)[1 : first + 1]  # a lag moves only where it is known what to
    ahead = np.cumsum(moving[::-1], axis=0)[::-1]  # until the first that is wanted
    forgotten = np.flatnonzero(np.all(known[:first] & (ahead >= horizon), axis=1))
    return int(forgotten[-1]) if forgotten.size else 0
