"""Modes that recur: clusters of poles alike in frequency and shape, one of each recording at most."""

from __future__ import annotations

import numpy as np

from wavefact.health._poles import Poles

_MOST = 2000  # poles looked at; of more records, an even selection
_MIXING = 0.15  # loss of MAC at which two poles count as neighbours with a weight of 1/e
_SAME_SHAPE = 0.7  # MAC above which two clusters may be one mode


def recurring(poles: Poles, tolerance: float, rate: float) -> tuple[np.ndarray, np.ndarray]:
    """Return frequencies (n_modes,) and unit shapes (n_modes, n_points) of what recurs, by rising frequency.

    A cluster grows around the pole with most neighbours in other records, takes the best pole of each record
    and removes it; what is left of a close pair is then the other mode.  It ends when no cluster has poles
    of a share `rate` of the records.
    """
    chosen = _selected(poles)
    records, logarithms, shapes = (
        poles.records[chosen],
        np.log(poles.frequencies[chosen]),
        poles.shapes[chosen],
    )
    if chosen.size == 0:
        return np.zeros(0), np.zeros((0, poles.shapes.shape[1]))
    distance = np.abs(logarithms[:, None] - logarithms)
    likeness = np.abs(shapes.conj() @ shapes.T) ** 2
    affinity = np.exp(-0.5 * (3 * distance / tolerance) ** 2 - (1 - likeness) / _MIXING)
    affinity[distance > tolerance] = 0.0
    needed, left = rate * np.unique(records).size, np.ones(chosen.size, dtype=bool)
    modes: list[tuple[float, np.ndarray]] = []
    while np.any(left):
        centre = int(np.argmax(np.where(left, affinity @ left, -1.0)))
        members = _best_of_each_record(affinity[centre] * left, records)
        if members.size < max(needed, 2):
            break
        modes.append((float(np.median(logarithms[members])), principal_shape(shapes[members])))
        left[members] = False
    return _without_doubles(modes, tolerance, poles.shapes.shape[1])


def principal_shape(shapes: np.ndarray) -> np.ndarray:
    """Return the unit shape closest to all of (n, n_points) unit shapes, real for real shapes."""
    _, _, rows = np.linalg.svd(shapes, full_matrices=False)
    return rows[0]


def alike(shape: np.ndarray, other: np.ndarray) -> bool:
    """Return whether two unit shapes may be of one mode."""
    return bool(np.abs(np.vdot(shape, other)) ** 2 > _SAME_SHAPE)


def _selected(poles: Poles) -> np.ndarray:
    """Return the indices of the poles of evenly selected records."""
    every = int(np.ceil(poles.frequencies.size / _MOST))
    return np.flatnonzero(poles.records % max(every, 1) == 0)


def _best_of_each_record(affinity: np.ndarray, records: np.ndarray) -> np.ndarray:
    """Return the pole of each record that is nearest to the centre, where one is near at all."""
    near = np.flatnonzero(affinity > np.exp(-0.5 * 3.0**2))
    order = near[np.lexsort((-affinity[near], records[near]))]
    _, first = np.unique(records[order], return_index=True)
    return order[first]


def _without_doubles(
    modes: list[tuple[float, np.ndarray]], tolerance: float, n_points: int
) -> tuple[np.ndarray, np.ndarray]:
    """Drop the smaller of two clusters of one mode: alike in shape, and nearer than estimates scatter."""
    kept: list[tuple[float, np.ndarray]] = []
    for frequency, shape in modes:
        near = (abs(frequency - other) < tolerance / 3 and alike(shape, form) for other, form in kept)
        if not any(near):
            kept.append((frequency, shape))
    kept.sort(key=lambda mode: mode[0])
    shapes = np.array([shape for _, shape in kept]).reshape(len(kept), n_points)
    return np.exp([frequency for frequency, _ in kept]), shapes
