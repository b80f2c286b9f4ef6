"""Modes that recur: clusters of poles alike in frequency, shape and wavenumber, one of each recording."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wavefact.health._poles import Poles
from wavefact.health._wavenumbers import differ, middle

_MOST = 2000  # poles looked at; of more records, an even selection
_MIXING = 0.15  # loss of MAC at which two poles count as neighbours with a weight of 1/e
_SAME_SHAPE = 0.7  # MAC above which two clusters may be one mode


@dataclass(frozen=True, eq=False)
class Recurring:
    """Hold what some modes have in the middle of all their poles."""

    frequencies: np.ndarray
    shapes: np.ndarray
    """(n_modes, n_points), of unit norm."""
    wavenumbers: np.ndarray

    def select(self, modes: np.ndarray) -> Recurring:
        """Return some of the modes, by index or mask."""
        return Recurring(self.frequencies[modes], self.shapes[modes], self.wavenumbers[modes])

    def alike(self, i: int, j: int) -> bool:
        """Return whether shapes and wavenumbers of two modes may be of one."""
        if differ(self.wavenumbers[i], self.wavenumbers[j]):
            return False
        return bool(np.abs(np.vdot(self.shapes[i], self.shapes[j])) ** 2 > _SAME_SHAPE)


def recurring(poles: Poles, tolerance: float, rate: float) -> Recurring:
    """Return what recurs, by rising frequency.

    A cluster grows around the pole with most neighbours in other records, takes the best pole of each record
    and removes it; what is left of a close pair is then the other mode.  It ends when no cluster has poles
    of a share `rate` of the records.
    """
    chosen = _selected(poles)
    records, logarithms = poles.records[chosen], poles.logarithms[chosen]
    shapes, wavenumbers = poles.shapes[chosen], poles.wavenumbers[chosen]
    distance = np.abs(logarithms[:, None] - logarithms)
    likeness = np.abs(shapes.conj() @ shapes.T) ** 2
    affinity = np.exp(-0.5 * (3 * distance / tolerance) ** 2 - (1 - likeness) / _MIXING)
    affinity[(distance > tolerance) | differ(wavenumbers[:, None], wavenumbers)] = 0.0
    needed, left = rate * np.unique(records).size, np.ones(chosen.size, dtype=bool)
    clusters: list[np.ndarray] = []
    while np.any(left):
        centre = int(np.argmax(np.where(left, affinity @ left, -1.0)))
        members = _best_of_each_record(affinity[centre] * left, records)
        if members.size < max(needed, 2):
            break
        clusters.append(chosen[members])
        left[members] = False
    return _without_doubles(medians(poles, clusters), tolerance)


def medians(poles: Poles, clusters: list[np.ndarray]) -> Recurring:
    """Return median frequencies and wavenumbers, and principal shapes, of modes with these poles."""
    shapes = [principal_shape(poles.shapes[members]) for members in clusters]
    return Recurring(
        np.array([np.median(poles.frequencies[members]) for members in clusters]),
        np.array(shapes).reshape(len(clusters), poles.shapes.shape[1]),
        np.array([middle(poles.wavenumbers[members, None])[0] for members in clusters]),
    )


def principal_shape(shapes: np.ndarray) -> np.ndarray:
    """Return the unit shape closest to all of (n, n_points) unit shapes, real for real shapes."""
    _, _, rows = np.linalg.svd(shapes, full_matrices=False)
    return rows[0]


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


def _without_doubles(modes: Recurring, tolerance: float) -> Recurring:
    """Drop the smaller of two clusters of one mode: alike, and nearer than estimates scatter."""
    kept: list[int] = []
    levels = np.log(modes.frequencies)
    for i, level in enumerate(levels):
        if not any(abs(level - levels[j]) < tolerance / 3 and modes.alike(i, j) for j in kept):
            kept.append(i)
    return modes.select(np.array(sorted(kept, key=lambda i: levels[i]), dtype=int))
