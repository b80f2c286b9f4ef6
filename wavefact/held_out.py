"""What is held out of a component: how well one noisy copy of it, filtered, predicts another.

A component gives two copies of its time course, from two sets of sensors, and two of its shape, from
alternating columns of the spectrum; their noises are independent.
"""

from __future__ import annotations

import numpy as np

from wavefact._arrays import to_numpy
from wavefact.operators import WaveOperator
from wavefact.problem import Problem
from wavefact.solvers.base import Factors

__all__ = ["HeldOut"]

N_FOLDS = 4  # of the sensors
SHARE = 0.05  # of λ: a component is taken to be at least so much above it
REACH = 16.0  # half bandwidths: how far from a tone copies are compared, at least


class HeldOut:
    """One component with the residual it leaves alone: R + d xᵀ, near its tone."""

    def __init__(self, problem: Problem, factors: Factors, index: int) -> None:
        tones, betas = to_numpy(factors.tones), to_numpy(problem.time.eigenvalues)
        reach = min(max(REACH * problem.time.bandwidth, betas[-1] / 32.0), betas[-1] / 8.0)
        first, last = np.searchsorted(betas, [tones[index] - reach, tones[index] + reach])
        span = slice(int(first), int(last))
        shape, course = to_numpy(factors.shapes)[:, index], to_numpy(factors.courses[index, span])
        residual = problem.data[:, span] - factors.shapes @ factors.courses[:, span]
        self._rest = to_numpy(residual) + np.outer(shape, course)
        sizes = float(np.linalg.norm(shape)), float(np.linalg.norm(course))
        self._shape, self._course = shape / sizes[0], course / max(sizes[1], 1e-300)
        self._offsets = betas[span] - tones[index]
        self._distances = to_numpy(problem.space.eigenvalues) - float(to_numpy(factors.centres)[index])
        self._penalty = problem.regularization
        self._size = abs(np.vdot(self._shape, self._rest @ self._course.conj()))

    def _narrowing(self, penalty: np.ndarray | float) -> np.ndarray:
        """Return λ/‖d‖² of the optimal component, which narrows its filter, amplitude refitted."""
        return np.asarray(penalty / np.maximum(self._size - penalty, SHARE * np.asarray(penalty)))

    def bandwidth_scores(
        self, operator: WaveOperator, candidates: tuple[np.ndarray, np.ndarray]
    ) -> np.ndarray:
        """Return the error with which some sensors, filtered, predict the others, for each candidate."""
        weights, penalties = candidates
        gains = 1.0 / (1.0 + (self._narrowing(penalties) * weights)[:, None] * self._offsets**2)
        shape, signals = operator.synthesize(self._shape), operator.synthesize(self._rest)
        total = np.zeros(len(weights))
        for fold in range(min(N_FOLDS, len(shape))):
            hidden = np.arange(len(shape)) % N_FOLDS == fold
            if np.linalg.norm(shape[hidden]) == 0 or np.linalg.norm(shape[~hidden]) == 0:
                continue
            copies = [_projected(shape[part], signals[part]) for part in (~hidden, hidden)]
            total += float(np.linalg.norm(shape[hidden]) ** 2) * _errors(gains, *copies)
        return total

    def wave_weight_scores(self, candidates: np.ndarray) -> np.ndarray:
        """Return the error with which the shape in some columns, filtered, predicts that in the others."""
        gains = 1.0 / (1.0 + float(self._narrowing(self._penalty)) * candidates[:, None] * self._distances**2)
        total = np.zeros(len(candidates))
        for fold in (0, 1):
            hidden = np.arange(len(self._course)) % 2 == fold
            if np.linalg.norm(self._course[hidden]) == 0 or np.linalg.norm(self._course[~hidden]) == 0:
                continue
            copies = [_projected(self._course[part], self._rest[:, part].T) for part in (~hidden, hidden)]
            total += float(np.linalg.norm(self._course[hidden]) ** 2) * _errors(gains, *copies)
        return total


def _projected(weights: np.ndarray, signals: np.ndarray) -> np.ndarray:
    return np.asarray(weights.conj() @ signals / np.linalg.norm(weights) ** 2)


def _errors(gains: np.ndarray, seen: np.ndarray, hidden: np.ndarray) -> np.ndarray:
    """Return ‖gains ⊙ seen − hidden‖² − ‖hidden‖² for each row of gains."""
    return np.asarray(gains**2 @ np.abs(seen) ** 2 - 2.0 * gains @ np.real(seen * hidden.conj()))
