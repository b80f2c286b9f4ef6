"""What has been observed of one operator, reduced and ready to be solved where time has no weight."""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import cached_property
from math import sqrt

import numpy as np

from wavefact._arrays import Array, adjoint, array_namespace, device, like, squared, to_numpy
from wavefact._fit_result import (
    assembled,
    checked_axis,
    checked_penalty,
    oriented,
    solved,
)
from wavefact.factorization import Factorization
from wavefact.noise import NoiseFloor
from wavefact.observed.low_eigenvectors import LowEigenvectors
from wavefact.observed.noise import observed_floor, observed_threshold, settled_level
from wavefact.observed.observation import Observation
from wavefact.observed.reduction import ObservedData, reduced
from wavefact.observed.weights import best_weight, eigenvector_counts, observed_candidates, smallest
from wavefact.observed_problem import ObservedProblem
from wavefact.operators import WaveOperator
from wavefact.problem import unweighted
from wavefact.reduction import project
from wavefact.solution import Callback, Solution
from wavefact.solvers.certified import CertifiedGrowth
from wavefact.solvers.observed_descent import observed_courses

__all__ = ["ObservedTask"]

logger = logging.getLogger("wavefact")

N_DRAWS = 5  # of noise: weights are only compared with each other
QUIETEST = 1e-3  # of the signals' norm: less regularization costs time and compares weights no better
MOST_SAMPLES = 400  # with gaps, of which weights are chosen
UNSHRUNK = 1e-10  # of λ: what stands for none where a sample may be seen by fewer sensors than components


class ObservedTask:
    """An observation, reduced as far as its gaps allow, ready to be solved at any weights."""

    def __init__(
        self, observation: Observation, rng: np.random.Generator, data: ObservedData | None = None
    ) -> None:
        self._observation, self._rng = observation, rng
        self._data = data or reduced(observation)  # which does not depend on the operator
        self._sensing = like(observation.sensing, self._data.data)

    def _problem(self, weight: float, penalty: float) -> ObservedProblem:
        data, operator = self._data.data, self._observation.operator
        space, time = checked_axis(operator, weight, data), unweighted(int(data.shape[1]), data)
        return ObservedProblem(data, space, time, penalty, self._sensing, self._data.mask)

    def _threshold(self, weight: float, n_draws: int | None = None) -> float:
        axis = checked_axis(self._observation.operator, weight, self._data.data)
        rng = self._rng if n_draws is None else np.random.default_rng(0)
        return observed_threshold(self._observation, axis, self._floor.n_effective, rng, n_draws)

    @cached_property
    def _floor(self) -> NoiseFloor:
        """The noise floor: where singular values do not show it, only an upper bound."""
        return observed_floor(self._observation, self._data)

    def _level(self, weight: float, threshold: float) -> float:
        """Return the factor of a threshold of normal noise that gives λ: its deviation, or a little more."""
        if self._floor.is_visible:
            return self._floor.regularization(self._observation.recording.n_samples, 1.0)
        return settled_level(
            self._observation,
            lambda penalty: self._problem(weight, penalty),
            threshold,
            self._floor.deviation,
        )

    def choose(self) -> tuple[WaveOperator, float]:
        """Return the operator, or its lowest eigenvectors, and γ, by prediction of sensors left out.

        With gaps in time, the loudest samples choose.
        """
        logger.info("choosing wave_weight by prediction of sensors left out")
        if self._data.mask is not None and self._observation.recording.n_samples > MOST_SAMPLES:
            return ObservedTask(self._observation.loudest(MOST_SAMPLES), self._rng).choose()
        operator, n_sensors = self._observation.operator, len(self._observation.weights)
        low = [
            LowEigenvectors(operator, count)
            for count in eigenvector_counts(len(operator.eigenvalues), n_sensors)
        ]
        tasks = [self._of(each) for each in [*low, operator]]
        task = tasks[smallest(task._narrowest() for task in tasks)] if low else self
        operator, weight = task._observation.operator, task.wave_weight()
        logger.info(
            "wave_weight %.3g and shapes of %d eigenvectors chosen by prediction of sensors left out",
            weight,
            len(operator.eigenvalues),
        )
        return operator, weight

    def _of(self, operator: WaveOperator) -> ObservedTask:
        return ObservedTask(replace(self._observation, operator=operator), self._rng, self._data)

    def _candidates(self) -> list[float]:
        eigenvalues = self._observation.operator.eigenvalues
        return observed_candidates(eigenvalues, len(self._observation.weights)).tolist()

    def _narrowest(self) -> ObservedProblem:
        weight = self._candidates()[0]
        threshold = self._threshold(weight, N_DRAWS)
        return self._problem(weight, max(self._level(weight, threshold) * threshold, self._quietest))

    @property
    def _quietest(self) -> float:
        data = self._data.data
        return QUIETEST * sqrt(float(array_namespace(data).sum(squared(data))))

    def wave_weight(self) -> float:
        """Return γ by prediction of sensors that are left out."""
        candidates, quietest = self._candidates(), self._quietest
        middle = candidates[len(candidates) // 2]
        level = self._level(middle, self._threshold(middle, N_DRAWS))
        penalties = ((w, max(level * self._threshold(w, N_DRAWS), quietest)) for w in candidates)
        return float(candidates[best_weight(self._problem(*each) for each in penalties)])

    def regularization(self, weight: float) -> tuple[float, float]:
        """Return the estimated noise and the λ at which it gives no component."""
        threshold, scale = self._threshold(weight), self._data.scale
        level = self._level(weight, threshold)
        noise = self._floor.deviation if self._floor.is_visible else level
        logger.info(
            "regularization %.4g from noise of deviation %.3g", level * threshold * scale, noise * scale
        )
        return noise * scale, level * threshold * scale

    def solve(
        self,
        solver: CertifiedGrowth,
        weight: float,
        regularization: float,
        *,
        start: Factorization | None = None,
        callback: Callback | None = None,
        debias: bool = False,
        noise: float | None = None,
    ) -> Factorization:
        """Return the certified factorization at the given weights."""
        scale = self._data.scale
        problem = self._problem(weight, checked_penalty(regularization, scale))
        shapes = None
        if start is not None:
            factors = like(start.spatial_factors, self._data.data)
            shapes = self._observation.operator.analyze(factors) / scale**0.5
        solution = solved(solver, problem, shapes, callback, scale)
        observation = self._observation
        courses = self._courses(problem, solution, debias=debias)
        fit = assembled(
            observation.recording,
            observation.operator,
            solution,
            problem,
            scale,
            courses=courses,
            projected=None if debias else self._courses(problem, solution, debias=True),
            noise=noise,
            debiased=debias,
        )
        return oriented(fit)

    def _courses(self, problem: ObservedProblem, solution: Solution, *, debias: bool) -> np.ndarray:
        """Return the courses of all samples, (n_samples, n_components), for the scaled recording."""
        seen = problem.seen(solution.shapes)
        gaps = self._observation.mask
        if gaps is None:
            duals = _duals(seen, 0.0 if debias else problem.regularization)
            weights = like(self._observation.weights, duals)[:, None]
            return project(self._observation.recording, weights * duals) / self._data.scale
        penalty = problem.regularization * (UNSHRUNK if debias else 1.0)
        found = []
        for span, block in self._observation.blocks(self._data.scale):
            mask = like(gaps[:, span].astype(float), block)
            found.append(to_numpy(observed_courses(seen, block, mask, penalty)).T)
        return np.concatenate(found)


def _duals(seen: Array, penalty: float) -> Array:
    """Return S (SᴴS + λ)⁻¹ of the shapes S at the sensors."""
    xp = array_namespace(seen)
    if penalty == 0.0:
        return adjoint(xp.linalg.pinv(seen))
    eye = xp.eye(seen.shape[1], dtype=seen.dtype, device=device(seen))
    return seen @ xp.linalg.inv(adjoint(seen) @ seen + penalty * eye)
