"""The local level model in closed form: differences of what is seen have a tridiagonal covariance.

A level wanders as a random walk and is seen with noise.  Where the first level is free, all that is known of
it is in the differences between neighbouring values: their covariance is tridiagonal, and its pivots and the
eliminated differences are the variances and innovations of the Kalman filter.  LAPACK does in one call what
would else be a loop over all records.

References
----------
J. Durbin and S. J. Koopman, "Time Series Analysis by State Space Methods", 2nd ed., Oxford, 2012,
sections 2.2, 2.9 and 4.13.
"""

from __future__ import annotations

import numpy as np

_RATIOS = np.geomspace(1e-5, 10.0, 19)  # of the variance of a step of the level to that of a measurement


def local_variances(times: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the variances of greatest likelihood of each column of `values`, NaN where missing.

    Returns
    -------
    noise : (n_columns,) array
        Variance of a value about its level.
    drift : (n_columns,) array
        Variance that a level gains in a unit of time.
    """
    step = float(np.median(np.diff(times))) if times.size > 1 else 1.0
    noise, ratios = np.zeros((2, values.shape[1]))
    for j, column in enumerate(values.T):
        seen = np.isfinite(column)
        if np.count_nonzero(seen) > 1:
            noise[j], ratios[j] = _likeliest(np.diff(times[seen]) / step, np.diff(column[seen]))
    return noise, ratios * noise / step


def _likeliest(gaps: np.ndarray, steps: np.ndarray) -> tuple[float, float]:
    """Return the variance of a measurement, and over it that of a step of the level, of greatest likelihood.

    The variance of a measurement is its best for each ratio; the systems of all ratios are solved as one.
    """
    diagonal = _RATIOS[:, None] * gaps + 2.0
    beside = np.full(diagonal.shape, -1.0)
    beside[:, -1] = 0.0  # the next ratio's system begins
    pivots, _, solved = _solved(diagonal.ravel(), beside.ravel(), np.tile(steps, _RATIOS.size))
    noise = solved.reshape(diagonal.shape) @ steps / steps.size
    logs = np.sum(np.log(pivots).reshape(diagonal.shape), axis=1)
    best = np.argmin(steps.size * np.log(np.maximum(noise, np.finfo(float).tiny)) + logs)
    return float(noise[best]), float(_RATIOS[best])


def predictions(
    times: np.ndarray, values: np.ndarray, noise: np.ndarray, drift: float, start: tuple[float, float]
) -> tuple[np.ndarray, np.ndarray]:
    """Filter one course of values from a level known with some variance at the first of the times.

    Parameters
    ----------
    times, values : (n,) arrays
        NaN where missing.
    noise : (n,) array
        Variance of each value about the level.
    drift : float
        Variance that the level gains in a unit of time.
    start : level and its variance

    Returns
    -------
    levels, variances : (n + 1,) arrays
        What the values before each one tell of the level at its time; in the end, what all tell of the last.
    """
    seen = np.flatnonzero(np.isfinite(values))
    at = np.append(times[:1], times[seen])
    levels, variances = np.append(start[0], values[seen]), np.append(start[1], noise[seen])
    if seen.size:
        own = variances[1:]
        diagonal = drift * np.diff(at) + variances[:-1] + own
        pivots, lower, solved = _solved(diagonal, -own, np.diff(levels))
        innovations = pivots * solved
        innovations[:-1] += pivots[:-1] * lower[: seen.size - 1] * solved[1:]
        levels[1:] -= innovations * own / pivots
        variances[1:] = (pivots - own) * own / pivots
    last = np.searchsorted(seen, np.arange(times.size + 1))  # how many were seen before
    elapsed = np.append(times, times[-1]) - at[last]
    return levels[last], variances[last] + drift * elapsed


def _solved(
    diagonal: np.ndarray, beside: np.ndarray, right: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return pivots, multipliers and solution of a positive tridiagonal system; the last of `beside` is idle."""
    from scipy.linalg.lapack import dptsv

    pivots, lower, solved, _ = dptsv(diagonal, beside[: max(diagonal.size - 1, 1)], right)
    return pivots, lower, solved
