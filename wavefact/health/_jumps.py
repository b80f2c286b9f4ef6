"""Modes that are not where they were expected: those that moved together, as damage or weather moves them.

A single pole elsewhere with a like shape may be spurious.  Several at about the same distance from where
modes were expected are not: that hypothesis is tried for every distance at which a pole could be a mode, at
the price of the odds against it, and what it explains is taken.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from wavefact.health._followers import Expectation, Scatter, assigned
from wavefact.health._poles import Seen

__all__ = ["moved_together"]

_ODDS = 100.0  # against modes having moved together
_UNLIKE = 0.25  # standard deviation of how far modes moved, over the distance


def moved_together(
    expected: Expectation, scatter: Scatter, poles: Seen, tolerance: float, max_jump: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return which of the expected modes moved, and the pole of each; none where nothing moved together.

    Parameters
    ----------
    expected, scatter : Expectation, Scatter
        Of the modes that were not found.
    poles : Seen
        Those that are of no mode.
    tolerance, max_jump : float
        As of `follow`.
    """
    distances = poles.logarithms[:, None] - expected.level
    jumps = distances[np.abs(distances) <= np.log1p(max_jump)]
    none = np.zeros(0, dtype=int)
    best, least = (none, none), 0.0
    for jump in jumps:
        there = replace(
            expected,
            level=expected.level + jump,
            variance=expected.variance + (_UNLIKE * jump) ** 2,
        )
        modes, indices, costs = assigned(there, scatter, poles, tolerance)
        total = np.sum(costs) + 2 * np.log(_ODDS * jumps.size)
        if modes.size > 1 and total < least:
            best, least = (modes, indices), float(total)
    return best
