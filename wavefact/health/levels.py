"""The slowly moving level of each mode's frequency, through noise and gaps: `mode_levels`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wavefact.health._local_level import local_variances, measured, typical_squares
from wavefact.health.tracks import ModeTracks

__all__ = ["LocalLevels", "local_levels", "mode_levels"]

_DIFFUSE = 1e6  # variance of a level that nothing is known of, over that of a measurement


@dataclass(frozen=True, eq=False)
class LocalLevels:
    """Hold the level of each mode's frequency at every recording.

    Attributes
    ----------
    frequencies : (n_records, n_modes) array [Hz]
        Also where a mode was not found; NaN for a mode that was never found.
    errors : (n_records, n_modes) array [Hz]
        Standard errors of the level.
    noise : (n_modes,) array
        Standard deviation about the level of a single frequency, one with a typical standard error, over
        the frequency [-].
    drift : (n_modes,) array [1/s]
        Variance that the logarithm of the level gains per second.

    Examples
    --------
    >>> found = np.array([[2.0], [np.nan], [2.02]])
    >>> shapes = np.ones((3, 1, 1))
    >>> levels = wf.mode_levels(wf.ModeTracks(np.arange(3.0), found, found, shapes, found[0], shapes[0]))
    >>> bool(2.0 <= levels.frequencies[1, 0] <= 2.02)
    True
    """

    frequencies: np.ndarray
    errors: np.ndarray
    noise: np.ndarray
    drift: np.ndarray


def mode_levels(tracks: ModeTracks) -> LocalLevels:
    """Estimate the level of each mode's frequency from all recordings before and after.

    Parameters
    ----------
    tracks : ModeTracks

    Returns
    -------
    LocalLevels

    Notes
    -----
    The logarithm of a frequency is a random walk seen with white noise (the local level model), part of whose
    variance goes with the square of the frequency's standard error, where that is known.  All variances are
    those of greatest likelihood, the levels are from the Kalman filter and smoother.

    References
    ----------
    J. Durbin and S. J. Koopman, "Time Series Analysis by State Space Methods", 2nd ed., Oxford, 2012,
    section 2.1 to 2.10.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> found = 2.0 + 0.01 * rng.standard_normal((400, 1))
    >>> shapes = np.ones((400, 1, 1))
    >>> tracks = wf.ModeTracks(np.arange(400.0), found, found, shapes, np.array([2.0]), np.ones((1, 1)))
    >>> levels = wf.mode_levels(tracks)
    >>> bool(abs(levels.frequencies[200, 0] - 2.0) < 3 * levels.errors[200, 0])
    True
    """
    logarithms = np.log(tracks.frequencies)
    squares = (tracks.frequency_errors / tracks.frequencies) ** 2
    levels, variances, noise, drift = local_levels(tracks.times, logarithms, squares)
    frequencies = np.exp(levels)
    return LocalLevels(frequencies, frequencies * np.sqrt(variances), np.sqrt(noise), drift)


def local_levels(
    times: np.ndarray, values: np.ndarray, squares: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Fit a local level to each column of `values`, NaN where missing, and their squared standard errors.

    Returns
    -------
    levels, variances : (n_records, n_columns) arrays
    noise : (n_columns,) array
        Variance about its level of a value with a typical standard error.
    drift : (n_columns,) array
        Variance that a level gains in a unit of time.
    """
    given = np.full(values.shape, np.nan) if squares is None else squares
    noise, trust, drift = local_variances(times, values, given)
    typical = typical_squares(given)
    levels, spread = _filter(times, values, measured(noise, trust, typical, given), drift)
    smooth, spread = _smooth(times, levels, spread, drift)
    return smooth, spread, noise + trust * typical, drift


def _filter(
    times: np.ndarray, values: np.ndarray, noise: np.ndarray, drift: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return levels and their variances after each record (Kalman)."""
    level, variance = _first_of(values), _DIFFUSE * np.max(noise, axis=0, initial=0.0)
    levels, variances = np.empty((2, *values.shape))
    for i, elapsed in enumerate(np.diff(times, prepend=times[:1])):
        variance = variance + drift * elapsed
        total = variance + noise[i]
        seen = np.isfinite(values[i]) & (total > 0.0)
        gain = np.divide(variance, total, out=np.zeros_like(total), where=seen)
        level = level + gain * np.where(seen, values[i] - level, 0.0)
        variance = variance * (1.0 - gain)
        levels[i], variances[i] = level, variance
    return levels, variances


def _first_of(values: np.ndarray) -> np.ndarray:
    """Return the first number of each column; NaN where there is none."""
    seen = np.isfinite(values)
    first = values[np.argmax(seen, axis=0), np.arange(values.shape[1])]
    return np.where(np.any(seen, axis=0), first, np.nan)


def _smooth(
    times: np.ndarray, levels: np.ndarray, variances: np.ndarray, drift: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Let each level know of the records after it (Rauch, Tung and Striebel)."""
    levels, variances = levels.copy(), variances.copy()
    for i in range(times.size - 2, -1, -1):
        ahead = variances[i] + drift * (times[i + 1] - times[i])
        gain = np.divide(variances[i], ahead, out=np.zeros_like(ahead), where=ahead > 0.0)
        levels[i] += gain * (levels[i + 1] - levels[i])
        variances[i] += gain**2 * (variances[i + 1] - ahead)
    return levels, variances
