"""The evidence for a linear rise that began within the last records, and its limit by simulation."""

from __future__ import annotations

import numpy as np

from wavefact.health.decision.run_length import likely_errors

__all__ = ["drift_limit", "drift_statistic"]

_NUMBERS, _FEWEST = 2**20, 250  # simulated values, and runs at least
_SHARE, _MOST = 0.2, 5.0  # of the stated run length in one run: much higher rates are told apart, too
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
        squares = np.convolve(known, ramp**2, "valid")
        slopes = np.convolve(filled, ramp, "valid") / np.sqrt(np.maximum(squares, 1.0))
        best[length - 1 :] = np.maximum(best[length - 1 :], slopes)
    return best


def drift_limit(window: int, rate: float, n_training: int | None, generator: np.random.Generator) -> float:
    """Return the limit that healthy values exceed once in 1/rate values on average.

    Alarms come nearly like a Poisson process, whose rate the share of runs without any tells.  Values that
    were standardized by estimates are a linear function of those that were not, and so are their slopes.
    """
    from scipy.optimize import brentq

    n_values = round(max(_SHARE / rate, min(window, _MOST / rate)))
    n_runs = max(_NUMBERS // n_values, _FEWEST)
    series = generator.standard_normal(window + n_runs * n_values)
    cases = likely_errors(n_training)
    largest = np.zeros((len(cases), n_runs))
    for length in _lengths(window):
        ramp = np.arange(float(length), 0.0, -1.0) / np.sqrt(np.sum(np.arange(1.0, length + 1) ** 2))
        slopes = np.convolve(series, ramp, "valid")[window - length + 1 :]
        peaks = np.max(slopes.reshape(n_runs, n_values), axis=1)
        for row, (mean, spread, _) in zip(largest, cases, strict=True):
            np.maximum(row, spread * peaks + mean * ramp.sum(), out=row)

    def excess(limit: float) -> float:
        quiet = np.maximum(np.mean(largest <= limit, axis=1), 0.5 / n_runs)
        weights = np.array([weight for *_, weight in cases])
        return float(weights @ -np.log(quiet) / n_values - rate)

    return float(brentq(excess, 0.0, float(np.max(largest)), xtol=1e-4))


def _lengths(most: int) -> list[int]:
    """Return lengths of drifts, all short ones and ever fewer of the long ones."""
    if most == 0:
        return []
    steps = int(np.ceil(_PER_E * np.log(most))) + 1
    return sorted({int(np.rint(length)) for length in np.geomspace(1, most, steps)})
