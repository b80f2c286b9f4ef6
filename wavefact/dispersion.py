"""Dispersion relations: which wavenumber goes with which frequency, where that is known.

A relation may be a number, a function or a table; the search needs it as κ of the space axis against μ of
the time axis, piecewise linear, on nodes so dense that nothing moves by more than a fraction of a bandwidth
between them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from wavefact.errors import InputError
from wavefact.operators import Time, WaveOperator

__all__ = ["Dispersion", "angular_frequencies", "relation_nodes"]

Dispersion = float | Callable[[np.ndarray], np.ndarray] | np.ndarray
"""Wave speed, ω(k), or a table of frequencies [Hz] and wavenumbers [rad/m]."""

N_FIRST = 2001  # wavenumbers at which a relation is looked at
MOST_NODES = 20_000
STEP = 0.2  # bandwidths between nodes


def angular_frequencies(dispersion: Any, operator: WaveOperator, wavenumbers: np.ndarray) -> np.ndarray:
    """Return ω [rad/s] at wavenumbers k [rad/m].

    Parameters
    ----------
    dispersion : float, callable or array, shape (n, 2)
        As for `factorize`.
    operator : WaveOperator
        Whose power says what a number means: ω = c k for strings, ω = a k² for bending.
    wavenumbers : numpy.ndarray, shape (n_wavenumbers,)
        [rad/m], ascending.

    Raises
    ------
    InputError
        If the relation is not a positive number, not finite or does not rise.
    """
    if callable(dispersion):
        values = np.asarray(dispersion(wavenumbers), dtype=float)
    elif np.ndim(dispersion) == 2:
        values = _from_table(np.asarray(dispersion, dtype=float), wavenumbers)
    else:
        try:
            speed = float(dispersion)
        except (TypeError, ValueError):
            speed = float("nan")
        if not 0 < speed < float("inf"):
            raise InputError(
                f"dispersion is {dispersion!r}; expected a wave speed > 0, a function ω(k), or a table "
                "(n, 2) of frequencies [Hz] and wavenumbers [rad/m]."
            )
        values = speed * wavenumbers ** (operator.dispersion_power / 2)
    if values.shape != wavenumbers.shape or not np.all(np.isfinite(values)):
        raise InputError("dispersion must return one finite ω [rad/s] for each wavenumber k [rad/m].")
    if np.any(np.diff(values) <= 0) or values[0] < 0:
        raise InputError(
            "dispersion must rise: every frequency needs one wavenumber; cut it to such a range."
        )
    return values


def relation_nodes(
    dispersion: Any, operator: WaveOperator, time: Time, weights: tuple[float, float]
) -> tuple[np.ndarray, np.ndarray]:
    """Return nodes κ and μ of a relation, both ascending, within the spectra of both axes.

    Parameters
    ----------
    dispersion
        As for `factorize`.
    operator : WaveOperator
    time : Time
    weights : (float, float)
        γ of space and of time, whose bandwidths the nodes resolve.
    """
    low, high = (float(operator.wavenumber(v)) for v in _bounds(operator))
    if np.ndim(dispersion) == 2:
        table = np.asarray(dispersion, dtype=float)
        low, high = max(low, float(table[:, 1].min())), min(high, float(table[:, 1].max()))
        if low >= high:
            raise InputError(f"The table's wavenumbers do not overlap those of {operator!r}.")
    wavenumbers = np.linspace(low, high, N_FIRST)
    omegas = angular_frequencies(dispersion, operator, wavenumbers)
    lowest, highest = (float(time.wavenumber(v)) for v in _bounds(time))
    if omegas[0] >= highest:
        raise InputError(
            f"dispersion begins at {omegas[0] / (2 * np.pi):.4g} Hz, and the recording ends at "
            f"{highest / (2 * np.pi):.4g} Hz: check the unit of the wave speed and the spacing."
        )
    ends = np.interp([lowest, highest], omegas, wavenumbers)
    wavenumbers = _refined(dispersion, operator, time, weights, np.clip(ends, low, high))
    centres = operator.eigenvalue(wavenumbers)
    tones = time.eigenvalue(angular_frequencies(dispersion, operator, wavenumbers))
    limits = _bounds(operator), _bounds(time)
    return np.clip(centres, *limits[0]), np.clip(tones, *limits[1])


def _refined(
    dispersion: Any, operator: WaveOperator, time: Time, weights: tuple[float, float], ends: np.ndarray
) -> np.ndarray:
    """Return wavenumbers between which neither κ nor μ moves by more than a share of its bandwidth."""
    coarse = np.linspace(float(ends[0]), float(ends[1]), N_FIRST)
    centres = operator.eigenvalue(coarse)
    tones = time.eigenvalue(angular_frequencies(dispersion, operator, coarse))
    moved = np.zeros(len(coarse) - 1)
    for values, weight in ((centres, weights[0]), (tones, weights[1])):
        moved = np.maximum(moved, np.abs(np.diff(values)) * weight**0.5 / STEP)
    path = np.concatenate([[0.0], np.cumsum(moved)])
    count = int(np.clip(np.ceil(path[-1]), 2, MOST_NODES)) + 1
    return np.unique(np.interp(np.linspace(0.0, path[-1], count), path, coarse)) if path[-1] > 0 else coarse


def _bounds(operator: WaveOperator) -> tuple[float, float]:
    return float(operator.eigenvalues.min()), float(operator.eigenvalues.max())


def _from_table(table: np.ndarray, wavenumbers: np.ndarray) -> np.ndarray:
    if table.shape[0] < 2 or table.shape[1] != 2 or not np.all(np.isfinite(table)):
        raise InputError(
            f"The table of dispersion has shape {table.shape}; expected rows of frequency [Hz] and "
            "wavenumber [rad/m], at least two, all finite."
        )
    order = np.argsort(table[:, 1])
    frequencies, at = table[order, 0], table[order, 1]
    if np.any(np.diff(at) <= 0):
        raise InputError("The table of dispersion names a wavenumber twice; keep one row for each.")
    return np.asarray(2.0 * np.pi * np.interp(wavenumbers, at, frequencies))
