"""What sensors without gaps have seen of one operator, ready to be solved where time has a weight."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

import numpy as np

from wavefact._arrays import Array, array_namespace, like
from wavefact._joint_task import JointTask
from wavefact.joint import Domain
from wavefact.observed.noise import observed_floor
from wavefact.observed.observation import Observation
from wavefact.observed.reduction import ObservedData
from wavefact.observed_problem import ObservedProblem
from wavefact.operators import Time
from wavefact.problem import Problem
from wavefact.solution import Solution
from wavefact.solvers.joint_descent import fit_courses_jointly

__all__ = ["ObservedJointTask"]


LOOSE = 0.01  # times λ


class ObservedJointTask(JointTask):
    """The spectrum over time of sensors without gaps, at given weights."""

    def __init__(self, observation: Observation, time: Time, rng: np.random.Generator) -> None:
        super().__init__(observation.recording, observation.operator, time, rng)
        self._observation, self._mixing, self._analyze = observation, observation.mixing, self._weighted

    @cached_property
    def noise(self) -> float:
        """Standard deviation of the noise of the scaled recording."""
        return observed_floor(self._observation, ObservedData(self.scale, self._data, None)).deviation

    def _weighted(self, signals: Array) -> Array:
        weights = like(self._observation.weights, signals)
        return array_namespace(signals).astype(weights, signals.dtype)[:, None] * signals

    def _projected(self, problem: Problem, solution: Solution) -> Array:
        """Return courses that are hardly filtered or shrunk, but where few sensors see shapes alike.

        There least squares would mix components, whose tones tell them apart.
        """
        loose = replace(problem, regularization=LOOSE * problem.regularization)
        return fit_courses_jointly(loose, solution.shapes, solution.tones)

    def _problem(self, domain: Domain, penalty: float) -> Problem:
        sensing = like(self._observation.sensing, self._data)
        return ObservedProblem(self._data, domain.space, domain.time, penalty, sensing)
