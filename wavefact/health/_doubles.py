"""Tracks that are of one mode: seen twice at once, or one going on where the other ends."""

from __future__ import annotations

import itertools

import numpy as np

from wavefact.health._recurring import Recurring

_TOGETHER = 0.5  # of the recordings in which tracks independent of each other would both be found


def doubles(logarithms: np.ndarray, scatter: np.ndarray, modes: Recurring, tolerance: float) -> np.ndarray:
    """Return which tracks, (n_modes,), to leave out: another that is found more often is the same mode.

    Parameters
    ----------
    logarithms : (n_records, n_modes) array
        Of frequencies; NaN where a mode was not found.
    scatter : (n_modes,) array
        Standard deviations of these about their levels.
    modes : Recurring
        Their shapes and wavenumbers.
    tolerance : float
    """
    found = np.isfinite(logarithms)
    counts, middles = np.sum(found, axis=0), np.nanmedian(logarithms, axis=0)
    double = np.zeros(counts.size, dtype=bool)
    order = np.argsort(-counts, kind="stable")
    for rank, i in enumerate(order):
        double[i] = any(
            abs(middles[i] - middles[j]) < scatter[i] + scatter[j] and modes.alike(i, j)
            for j in order[:rank]
            if not double[j]
        )
    return double if np.any(double) else _continued(logarithms, counts, modes, tolerance)


def _continued(logarithms: np.ndarray, counts: np.ndarray, modes: Recurring, tolerance: float) -> np.ndarray:
    """Return which track, one at most, another goes on for: that whose frequencies meet most closely."""
    gaps = np.full((counts.size, counts.size), np.inf)
    for i, j in itertools.combinations(range(counts.size), 2):
        gaps[i, j] = _gap(logarithms[:, [i, j]], modes.alike(i, j))
    first, second = np.unravel_index(np.argmin(gaps), gaps.shape)
    double = np.zeros(counts.size, dtype=bool)
    if gaps[first, second] < tolerance / 2:
        double[first if counts[first] < counts[second] else second] = True
    return double


def _gap(pair: np.ndarray, is_alike: bool) -> float:
    """Return how far two tracks are apart where one takes over; infinite where they run side by side.

    Tracks of unlike shapes, which a mode has before and after it veers, have to be one after the other.
    """
    found = np.isfinite(pair)
    counts = np.sum(found, axis=0)
    early, late = sorted((np.flatnonzero(column) for column in found.T), key=np.median)
    one_after_the_other = np.quantile(early, 0.75) < np.quantile(late, 0.25)
    by_chance = np.prod(counts / len(found)) * len(found)
    if np.sum(np.all(found, axis=1)) > _TOGETHER * by_chance or not (is_alike or one_after_the_other):
        return float("inf")
    single = found[:, 0] != found[:, 1]
    owner, values = found[single, 1], np.where(found[:, 1], pair[:, 1], pair[:, 0])[single]
    changes = np.flatnonzero(owner[1:] != owner[:-1])
    return float(np.median(np.abs(values[changes + 1] - values[changes])))
