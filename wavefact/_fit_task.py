"""One recording on one operator, reduced and ready to be solved at any weights."""

from __future__ import annotations

import logging

import numpy as np

from wavefact._arrays import Array, adjoint, array_namespace, device, is_complex, like
from wavefact._fit_output import InMemory
from wavefact._fit_result import (
    ascending,
    assembled,
    checked_axis,
    checked_penalty,
    solved,
    warn_of_offsets,
)
from wavefact._signal_checks import check_length
from wavefact.factorization import Factorization
from wavefact.noise import FEWEST_FOR_BULK, NoiseFloor, noise_floor, noise_mixing
from wavefact.noise_polar import DrawnThreshold, noise_threshold
from wavefact.operators import WaveOperator
from wavefact.problem import Axis, Problem, unweighted
from wavefact.recording import Recording
from wavefact.reduction import Reduction
from wavefact.selection import choose_weight
from wavefact.solution import Callback, Solution
from wavefact.solvers.certified import CertifiedGrowth
from wavefact.survey import Survey

logger = logging.getLogger("wavefact")


class FitTask:
    """A reduced recording on its operator, ready to be solved at any weights.

    Parameters
    ----------
    recording : Recording
    operator : WaveOperator
    rng : numpy.random.Generator
    seen : Survey
        Of the recording.
    output : InMemory
        Where results go.
    """

    def __init__(
        self,
        recording: Recording,
        operator: WaveOperator,
        rng: np.random.Generator,
        seen: Survey,
        output: InMemory,
    ) -> None:
        self._recording, self._operator, self._rng, self._output = recording, operator, rng, output
        self._reduction, self._mixing = Reduction(recording, operator, seen), noise_mixing(operator)
        self.threshold: DrawnThreshold | None = None  # of noise drawn before, for the same weight
        warn_of_offsets(self._reduction.mean_share)

    def _axis(self, weight: float) -> Axis:
        return checked_axis(self._operator, weight, self._reduction.smaller_gram)

    def wave_weight(self) -> float:
        """Return γ by held-out prediction between the two halves of the recording."""
        check_length(self._recording.n_samples, wave_weight="auto")
        logger.info("choosing wave_weight by held-out prediction")
        middle = self._recording.n_samples // 2
        weight = choose_weight(self._reduction.halves, middle, self._operator, self._mixing)
        logger.info("wave_weight %.3g chosen by held-out prediction", weight)
        return weight

    def regularization(self, weight: float, noise: float | None = None) -> tuple[float, float]:
        """Return the estimated noise and the λ at which it gives no component.

        `noise`, seen elsewhere, is taken where the singular values do not end in a noise floor.
        """
        reduction, scale, axis = self._reduction, self._reduction.scale, self._axis(weight)
        n_sensors, mixing = self._recording.n_sensors, None if reduction.is_short else self._mixing
        floor = noise_floor(reduction.smaller_gram, reduction.n_samples, mixing, n_sensors)
        if noise is not None and not (floor.is_visible and len(axis) >= FEWEST_FOR_BULK):
            floor = NoiseFloor(noise / scale, float(reduction.n_samples))
        complex_noise = is_complex(reduction.smaller_gram)
        threshold = None if self.threshold is None else self.threshold.at(floor.n_effective)
        if threshold is None:
            threshold = noise_threshold(
                axis, floor.n_effective, complex_noise, self._rng, mixing=self._mixing
            )
            self.threshold = DrawnThreshold(floor.n_effective, threshold)
        penalty = floor.regularization(reduction.n_samples, threshold)
        if not floor.is_visible:
            logger.warning(
                "The singular values fall off without a noise floor, so the automatic regularization is a "
                "guess: if most components are not waves, give a larger one."
            )
        logger.info(
            "regularization %.4g from noise of deviation %.3g, its %d samples worth %.0f independent ones",
            penalty * scale,
            floor.deviation * scale,
            reduction.n_samples,
            floor.n_effective,
        )
        return floor.deviation * scale, penalty * scale

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
        scale = self._reduction.scale
        penalty = checked_penalty(regularization, scale)
        data = self._reduction.data(penalty * solver.rtol**0.5)
        problem = Problem(data, self._axis(weight), unweighted(int(data.shape[1]), data), penalty)
        shapes = None if start is None else self._shapes_of(start)
        solution = solved(solver, problem, shapes, callback, scale)
        return self._assemble(solution, problem, debias=debias, noise=noise)

    def _shapes_of(self, start: Factorization) -> Array:
        shapes = self._operator.analyze(like(start.spatial_factors, self._reduction.smaller_gram))
        return shapes / self._reduction.scale**0.5

    def _assemble(
        self, solution: Solution, problem: Problem, *, debias: bool, noise: float | None
    ) -> Factorization:
        scale, shapes = self._reduction.scale, solution.shapes
        xp = array_namespace(shapes)
        if debias:
            duals = adjoint(xp.linalg.pinv(shapes))
        else:
            eye = xp.eye(shapes.shape[1], dtype=shapes.dtype, device=device(shapes))
            duals = shapes @ xp.linalg.inv(adjoint(shapes) @ shapes + problem.regularization * eye)
        fit = assembled(
            self._recording, self._operator, solution, problem, scale, noise=noise, debiased=debias
        )
        weights = like(self._operator.shares, shapes)[:, None] * self._operator.synthesize(duals)
        order = like(ascending(solution), shapes)
        return self._output.completed(fit, xp.take(weights, order, axis=1) / scale**0.5)
