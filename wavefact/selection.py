"""The automatic wave weight: γ by prediction of held-out sensors.

γ is the weight whose shapes, learnt on one half of the samples, best predict sensors left out
of the other half (bi-cross-validation).  It works on reduced halves, so its cost does not
depend on the number of samples.

References
----------
Owen & Perry, "Bi-cross-validation of the SVD and the nonnegative matrix factorization", Annals
of Applied Statistics 2009.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from wavefact._arrays import Array, array_namespace, is_complex, like, squared
from wavefact.noise import NoiseFloor, floor_of
from wavefact.noise_polar import noise_threshold
from wavefact.operators import WaveOperator
from wavefact.problem import Axis, Problem, unweighted
from wavefact.solvers.certified import CertifiedGrowth
from wavefact.solvers.descent import ridge

__all__ = ["candidate_weights", "choose_weight"]

N_DRAWS = 5  # of noise: weights are only compared with each other
N_WEIGHTS = 8
N_ROUNDS = 6  # of growth: a weight that needs more components than they bring is no candidate
QUIETEST = 1e-3  # of the signals' norm: less regularization costs time and compares weights no better


def candidate_weights(eigenvalues: np.ndarray) -> np.ndarray:
    """Return wave weights from "the whole spectrum passes" to "about one eigenvalue passes"."""
    values = np.unique(eigenvalues)
    widest = values[-1] - values[0]
    if not widest > 0:  # every filter is the same
        return np.zeros(1)
    spacing = np.diff(values)
    narrowest = 0.5 * float(np.median(np.sort(spacing[spacing > 1e-9 * widest])[: max(1, len(spacing) // 4)]))
    return np.geomspace(1.0 / widest**2, 1.0 / narrowest**2, N_WEIGHTS)


def choose_weight(
    halves: tuple[Array, Array], n_samples: int, operator: WaveOperator, mixing: np.ndarray | None = None
) -> float:
    """Return the candidate weight that best predicts held-out sensors.

    Parameters
    ----------
    halves : pair of arrays, shape (n_points, n_columns)
        Two disjoint sets of samples in the eigenbasis, or any arrays of the same Gram matrices.
    n_samples : int
        Samples in each.
    operator : WaveOperator
    mixing : array, shape (n_points, n_points), optional
        By which white noise of the sensors has come into the eigenbasis.
    """
    candidates, eigenvalues = candidate_weights(operator.eigenvalues), like(operator.eigenvalues, halves[0])
    noises = [_Noise(floor_of(half, n_samples, mixing), n_samples, mixing) for half in halves]
    unseen = [_at_sensors(operator, half) for half in halves]

    def error(weight: float, i: int) -> float:
        axis = Axis(eigenvalues, weight)
        penalty = max(noises[i].regularization(axis, halves[i]), QUIETEST * sqrt(_power(halves[i])))
        if not penalty > 0:  # a silent half predicts nothing
            return _power(halves[1 - i])
        shapes = _at_sensors(operator, _learnt(axis, halves[i], penalty))
        folds = np.arange(len(axis)) % min(4, len(axis))
        return sum(_prediction_error(shapes, unseen[1 - i], folds == f, penalty) for f in np.unique(folds))

    scores = [error(float(weight), 0) + error(float(weight), 1) for weight in candidates]
    return float(candidates[int(np.argmin(scores))])


@dataclass(frozen=True)
class _Noise:
    """The noise of one half, and how it came into the eigenbasis."""

    floor: NoiseFloor
    n_samples: int
    mixing: np.ndarray | None

    def regularization(self, axis: Axis, seen: Array) -> float:
        """Return the λ at which it gives no component."""
        rng = np.random.default_rng(0)  # the same noise for every candidate, so that they compare
        n_effective = self.floor.n_effective
        threshold = noise_threshold(axis, n_effective, is_complex(seen), rng, N_DRAWS, self.mixing)
        return self.floor.regularization(self.n_samples, threshold)


def _learnt(axis: Axis, seen: Array, regularization: float) -> Array:
    """Return the shapes of one half."""
    problem = Problem(seen, axis, unweighted(int(seen.shape[1]), seen), regularization)
    limit = max(1, len(axis) // 2)
    return CertifiedGrowth(rtol=1e-2, max_components=limit, max_rounds=N_ROUNDS).solve(problem).shapes


def _at_sensors(operator: WaveOperator, coefficients: Array) -> Array:
    """Return coefficients at the points, scaled by the roots of their shares, as eigenvectors are."""
    values = operator.synthesize(coefficients)
    return values * array_namespace(values).astype(like(operator.shares**0.5, values), values.dtype)[:, None]


def _power(values: Array) -> float:
    return float(array_namespace(values).sum(squared(values)))


def _prediction_error(shapes: Array, unseen: Array, hidden: np.ndarray, regularization: float) -> float:
    """Return ‖Y_h − D_h C‖² where C is the ridge fit to the other sensors."""
    xp = array_namespace(unseen)
    out, rest = like(np.flatnonzero(hidden), unseen), like(np.flatnonzero(~hidden), unseen)
    courses = ridge(xp.take(shapes, rest, axis=0), xp.take(unseen, rest, axis=0), regularization)
    return _power(xp.take(unseen, out, axis=0) - xp.take(shapes, out, axis=0) @ courses)
