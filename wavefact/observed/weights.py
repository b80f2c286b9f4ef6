"""The automatic wave weight where not every point has a sensor: γ by prediction of sensors left out.

A sensor that is left out is a point without a sensor, so the weight that predicts it best is the one that
predicts the other points best.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from wavefact._arrays import array_namespace, squared
from wavefact.observed.rough import rough_factors
from wavefact.observed_problem import ObservedProblem

__all__ = ["best_weight", "observed_candidates"]

N_WEIGHTS = 9
LOW = 24  # eigenvalues whose distances say how narrow a filter may be
N_FOLDS, FEWEST = 4, 12  # of the sensors, of which so few are left out one by one
ABOUT = 1.05  # times the least error: no reason for more eigenvectors, or for wider filters
WORSE, N_WORSE = 1.01, 2  # times the least error, weights in a row: wider filters are not tried any more
FEW = 24  # sensors, of which every fold counts; of more, two do
N_FINALISTS = 3  # weights that are compared on more than the first fold


def observed_candidates(eigenvalues: np.ndarray, n_sensors: int) -> np.ndarray:
    """Return wave weights, falling, from "about one low eigenvalue passes" to "the whole spectrum passes".

    Sensors tell about as many of the lowest eigenvectors apart as there are sensors, and the lowest of these
    are the closest.
    """
    values = np.unique(eigenvalues)
    widest = values[-1] - values[0]
    if not widest > 0:  # every filter is the same
        return np.zeros(1)
    spacing = np.diff(values[: max(min(n_sensors, LOW), 2)])
    told_apart = spacing[spacing > 1e-9 * widest]
    narrowest = 0.1 * float(told_apart.min()) if len(told_apart) else widest
    return np.geomspace(1.0 / narrowest**2, 1.0 / widest**2, N_WEIGHTS)


def eigenvector_counts(n_points: int, n_sensors: int) -> list[int]:
    """Return of how many of the lowest eigenvectors shapes may be made, doubling; none where all will do."""
    n_doublings = int(np.ceil(np.log2(n_points / n_sensors)))
    return [n_sensors * 2**i for i in range(n_doublings)] if 2 * n_sensors <= n_points else []


def smallest(problems: Iterable[ObservedProblem]) -> int:
    """Return the first of some problems that predicts sensors that are left out about best."""
    errors = np.asarray([_error_of_first_folds(problem) for problem in problems])
    return _first_about_best(errors)


def _first_about_best(errors: np.ndarray) -> int:
    return int(np.flatnonzero(errors <= ABOUT * errors.min())[0])


def best_weight(problems: Iterable[ObservedProblem]) -> int:
    """Return which of some problems, whose weights fall, predicts sensors best that are left out.

    Filters widen from problem to problem, which takes ever more components, until they predict worse and
    worse.  All are compared on one fold of the sensors, the best of them on another one, too; where
    sensors are few, all on every fold.
    """
    tried: list[ObservedProblem] = []
    errors: list[float] = []
    for problem in problems:
        tried.append(problem)
        errors.append(_error_of_first_folds(problem))
        if min(errors[-N_WORSE:]) > WORSE * min(errors):
            break
    folds = _folds(tried[0])
    if len(folds[0]) < FEW:
        return _first_about_best(np.asarray(errors))
    finalists = np.argsort(errors, kind="stable")[:N_FINALISTS].tolist()
    totals = [errors[i] + _held_out_error(tried[i], folds[1]) for i in finalists]
    return int(finalists[int(np.argmin(totals))])


def _folds(problem: ObservedProblem) -> list[np.ndarray]:
    """Return which sensors each fold leaves out, (n_sensors,) booleans, in no order; of few, each alone."""
    n_sensors = int(problem.data.shape[0])
    n_folds = n_sensors if n_sensors <= FEWEST else N_FOLDS
    fold_of = np.random.default_rng(0).permutation(n_sensors) % n_folds
    return [fold_of == fold for fold in range(n_folds)]


def _error_of_first_folds(problem: ObservedProblem) -> float:
    """Return the error of the first fold, or of all where sensors are few."""
    folds = _folds(problem)
    first = folds if len(folds[0]) < FEW else folds[:1]
    return sum(_held_out_error(problem, fold) for fold in first)


def _held_out_error(problem: ObservedProblem, hidden: np.ndarray) -> float:
    """Return ‖M ∘ (Y − B D Xᵀ)‖² over the hidden sensors, of components found without them."""
    factors = rough_factors(problem.without(hidden))
    left = problem.without(~hidden).residual(factors.shapes, factors.courses)
    return float(array_namespace(left).sum(squared(left)))
