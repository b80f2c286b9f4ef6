"""Wavenumbers in tracking: where both sides know theirs, they tell modes apart that sensors show alike."""

from __future__ import annotations

import numpy as np

_SCATTER = 0.1  # of estimates, presumed, over the wavenumber
_LEAST = 0.1  # of the largest wavenumber: one that is smaller scatters like this one
_WEIGHT = 10.0  # estimates that what is presumed counts for
_WILD = 1e-3  # odds of an estimate that is nowhere near: it is no more than doubt
_APART = 3.0  # standard deviations from which two wavenumbers are not of one mode
_NORMAL = 0.4549  # median of the square of a standard normal


def middle(wavenumbers: np.ndarray) -> np.ndarray:
    """Return the median of each column (n_records, n_modes) that is known; NaN where nothing is."""
    known = [column[np.isfinite(column)] for column in wavenumbers.T]
    return np.array([np.median(column) if column.size else np.nan for column in known])


def wave_variances(found: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Return how far estimates (n_records, n_modes) scatter about what is expected, (n_modes,) variances.

    By the median of their squared distances, lest wild ones count; a few count as presumed.
    """
    known = np.abs(expected[np.isfinite(expected)])
    least = _LEAST * np.max(known, initial=0.0)
    presumed = (_SCATTER * np.maximum(np.abs(expected), least)) ** 2
    squares = (found - expected) ** 2
    count = np.sum(np.isfinite(squares), axis=0)
    learned = np.nan_to_num(middle(squares)) / _NORMAL
    return np.asarray((count * learned + _WEIGHT * presumed) / (count + _WEIGHT))


def wave_cost(found: np.ndarray, expected: np.ndarray, variances: np.ndarray) -> np.ndarray:
    """Return the doubt of each pole being each mode, (n_poles, n_modes); 0 where a wavenumber is unknown.

    It is −2 log of the density over its largest value, of a normal distribution or, rarely, of anywhere.
    """
    squares = (found[:, None] - expected) ** 2
    distance = np.divide(
        squares, variances, out=np.zeros_like(squares), where=np.isfinite(squares) & (variances > 0)
    )
    return np.asarray(-2 * np.log((1 - _WILD) * np.exp(-0.5 * distance) + _WILD))


def differ(wavenumbers: np.ndarray | float, others: np.ndarray | float) -> np.ndarray:
    """Return whether wavenumbers are known and too far apart to be estimates of one."""
    size = np.maximum(np.abs(wavenumbers), np.abs(others))
    return np.asarray(np.abs(np.subtract(wavenumbers, others)) > _APART * _SCATTER * size)
