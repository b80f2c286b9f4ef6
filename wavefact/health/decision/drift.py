"""The evidence for a linear rise that began within the last records, and its limit by simulation."""

from __future__ import annotations

import numpy as np

__all__ = ["drift_limit", "drift_statistic"]

_NUMBERS, _FEWEST, _MOST = 2**20, 250, 1000  # simulated values at most, simulated runs at least and at most
_PER_E = 4  # lengths of drifts in a range of e


def drift_statistic(values: np.ndarray, window: int) -> np.ndarray:
    """Return, for each record, the largest standardized slope over the records before it, at least zero.

    Parameters
    ----------
    values : (n_records,) array
        NaN where missing.
    window : int
        Most records of a drift.

    Returns
    -------
    numpy.ndarray, shape (n_records,)
        max over m of Σ i z_i / √Σ i², with i = 1 … m over those of the last m records that are there.
    """
    there = np.isfinite(values)
    filled, known = np.where(there, values, 0.0), there.astype(float)
    best = np.zeros(values.size)
    for length in _lengths(min(window, values.size)):
        ramp = np.arange(float(length), 0.0, -1.0)
        squares = np.convolve(known, ramp**2, "valid") if not there.all() else np.sum(ramp**2)
        slopes = np.convolve(filled, ramp, "valid") / np.sqrt(np.maximum(squares, 1.0))
        best[length - 1 :] = np.maximum(best[length - 1 :], slopes)
    return best


def drift_limit(window: int, rate: float, n_training: int | None, generator: np.random.Generator) -> float:
    """Return the limit that healthy values exceed once in 1/rate values on average.

    Runs of 1/rate values stay below it with a probability of 1/e, as alarms come nearly like a Poisson
    process.
    """
    n_values = round(1 / rate)
    n_runs = int(np.clip(_NUMBERS // n_values, _FEWEST, _MOST))
    largest = np.empty(n_runs)
    for run in range(n_runs):
        values = generator.standard_normal(n_values)
        if n_training is not None:
            spread = np.exp(generator.standard_normal() / (2 * n_training) ** 0.5)
            values = values * spread + generator.standard_normal() / n_training**0.5
        largest[run] = np.max(drift_statistic(values, window))
    return float(np.quantile(largest, np.exp(-1)))


def _lengths(most: int) -> list[int]:
    """Return lengths of drifts, all short ones and ever fewer of the long ones."""
    steps = int(np.ceil(_PER_E * np.log(most))) + 1
    return sorted({int(np.rint(length)) for length in np.geomspace(1, most, steps)}) if most else []
