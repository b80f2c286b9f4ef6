"""The automatic wave weight: γ by prediction of held-out sensors.

γ is the weight whose shapes, learnt on one half of the samples, best predict sensors left out
of the other half (bi-cross-validation).  It works on Gram matrices, so its cost does not
depend on the number of samples.

References
----------
Owen & Perry, "Bi-cross-validation of the SVD and the nonnegative matrix factorization", Annals
of Applied Statistics 2009.
"""

from __future__ import annotations

from math import sqrt

import numpy as np

from wavefact._arrays import Array, adjoint, array_namespace, device, is_complex, like, real, to_numpy
from wavefact.noise import noise_floor, noise_threshold
from wavefact.problem import Axis, Problem, unweighted
from wavefact.reduction import gram_root
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
    halves: tuple[Array, Array],
    n_samples: int,
    eigenvalues: Array,
    to_sensors: Array,
    mixing: np.ndarray | None = None,
) -> float:
    """Return the candidate weight that best predicts held-out sensors.

    Parameters
    ----------
    halves : pair of arrays, shape (n_points, n_points)
        Gram matrices, in the eigenbasis, of two disjoint sets of samples.
    n_samples : int
        Samples in each.
    eigenvalues : array, shape (n_points,)
        Of the operator.
    to_sensors : array, shape (n_points, n_points)
        Eigenvectors of the operator as columns.
    mixing : array, shape (n_points, n_points), optional
        By which white noise of the sensors has come into the eigenbasis.
    """
    candidates = candidate_weights(to_numpy(eigenvalues))
    scores = [
        sum(
            _held_out_error(
                Axis(eigenvalues, float(weight)), halves[i], halves[1 - i], n_samples, (to_sensors, mixing)
            )
            for i in (0, 1)
        )
        for weight in candidates
    ]
    return float(candidates[int(np.argmin(scores))])


def _held_out_error(
    axis: Axis, seen: Array, unseen: Array, n_samples: int, bases: tuple[Array, np.ndarray | None]
) -> float:
    to_sensors, mixing = bases
    rng = np.random.default_rng(0)  # the same noise for every candidate, so that they compare
    floor = noise_floor(seen, n_samples, mixing)
    threshold = noise_threshold(axis, floor.n_effective, is_complex(seen), rng, N_DRAWS, mixing)
    regularization = floor.regularization(n_samples, threshold)
    regularization = max(regularization, QUIETEST * sqrt(_power(seen)))
    if not regularization > 0:  # a silent half predicts nothing
        return _power(unseen)
    data, limit = gram_root(seen), max(1, len(axis) // 2)
    problem = Problem(data, axis, unweighted(data.shape[1], data), regularization)
    to_sensors = array_namespace(seen).astype(to_sensors, seen.dtype)
    shapes = (
        to_sensors
        @ CertifiedGrowth(rtol=1e-2, max_components=limit, max_rounds=N_ROUNDS).solve(problem).shapes
    )
    gram = to_sensors @ unseen @ adjoint(to_sensors)
    folds = np.arange(len(axis)) % min(4, len(axis))
    return sum(_prediction_error(shapes, gram, folds == fold, regularization) for fold in np.unique(folds))


def _power(gram: Array) -> float:
    return float(real(array_namespace(gram).linalg.trace(gram)))


def _prediction_error(shapes: Array, gram: Array, hidden: np.ndarray, regularization: float) -> float:
    """Return ‖Y_h − D_h C‖² where C is the ridge fit to the other sensors, from the Gram matrix alone."""
    xp = array_namespace(gram)
    out, rest = like(np.flatnonzero(hidden), gram), like(np.flatnonzero(~hidden), gram)
    eyes = [xp.eye(int(part.shape[0]), dtype=gram.dtype, device=device(gram)) for part in (out, rest)]
    predictor = -xp.take(shapes, out, axis=0) @ ridge(xp.take(shapes, rest, axis=0), eyes[1], regularization)
    order = xp.concat([out, rest])
    sorted_gram = xp.take(xp.take(gram, order, axis=0), order, axis=1)
    error = xp.concat([eyes[0], predictor], axis=1)
    return float(real(xp.sum((error @ sorted_gram) * (xp.conj(error) if is_complex(error) else error))))
