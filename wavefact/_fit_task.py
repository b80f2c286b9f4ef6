"""One recording on one operator, reduced and ready to be solved at any weights."""

from __future__ import annotations

import logging
from dataclasses import replace

import numpy as np

from wavefact._arrays import Array, adjoint, array_namespace, device, like, to_numpy
from wavefact.errors import InputError
from wavefact.factorization import Factorization
from wavefact.noise import noise_regularization
from wavefact.operators import WaveOperator
from wavefact.problem import Axis, Problem, unweighted
from wavefact.recording import Recording
from wavefact.reduction import Reduction, project
from wavefact.selection import choose_weight
from wavefact.solution import Callback, Certificate, Solution, Status, Step
from wavefact.solvers.certified import CertifiedGrowth

logger = logging.getLogger("wavefact")

MOSTLY_OFFSET = 0.5  # of the energy: beyond it, offsets bend the shapes
HEAVIEST = 1e100  # γα²: beyond it the weights overflow when they are squared


class FitTask:
    """A reduced recording on its operator, ready to be solved at any weights."""

    def __init__(self, recording: Recording, operator: WaveOperator, rng: np.random.Generator) -> None:
        self._recording, self._operator, self._rng = recording, operator, rng
        self._reduction = Reduction(recording, operator)
        if self._reduction.mean_share > MOSTLY_OFFSET:
            logger.warning(
                "%.0f %% of the signals' energy are constant offsets, which no wave explains; remove them "
                "first (wavefact.detrend, or --detrend on the command line).",
                100 * self._reduction.mean_share,
            )

    def _axis(self, weight: float) -> Axis:
        largest = float(self._operator.eigenvalues.max())
        if weight * max(largest, 1.0) > HEAVIEST / max(largest, 1.0):
            raise InputError(
                f"wave_weight {weight:.1e} is beyond the range of numbers for eigenvalues "
                f"up to {largest:.1e}; wave_weight_from_bandwidth gives a weight that fits the operator."
            )
        return Axis(like(self._operator.eigenvalues, self._reduction.gram), weight)

    def wave_weight(self) -> float:
        """Return γ by held-out prediction between the two halves of the recording."""
        middle = self._recording.n_samples // 2
        if middle < 2:
            raise InputError(
                "The recording is too short to choose wave_weight by held-out prediction; give it."
            )
        windows = (self._recording.window(0, middle), self._recording.window(middle, 2 * middle))
        reductions = [Reduction(window, self._operator) for window in windows]
        halves = tuple(r.gram * (r.scale / self._reduction.scale) ** 2 for r in reductions)
        eigenvalues = like(self._operator.eigenvalues, self._reduction.gram)
        weight = choose_weight(halves, middle, eigenvalues, like(self._operator.basis, self._reduction.gram))
        logger.info("wave_weight %.3g chosen by held-out prediction", weight)
        return weight

    def regularization(self, weight: float) -> tuple[float, float]:
        """Return the estimated noise and the λ at which it gives no component."""
        reduction, scale = self._reduction, self._reduction.scale
        penalty, floor = noise_regularization(
            reduction.gram, self._axis(weight), reduction.n_samples, self._rng
        )
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
        penalty = regularization / scale
        if not 0 < penalty < float("inf"):
            raise InputError(
                f"regularization {regularization} is beyond the range of numbers beside signals of magnitude "
                f"{scale:.1e}; give it in the unit of the recording, or 'auto'."
            )
        data = self._reduction.data(penalty * solver.rtol**0.5)
        problem = Problem(data, self._axis(weight), unweighted(int(data.shape[1]), data), penalty)
        shapes = None if start is None else self._shapes_of(start)
        report = None if callback is None else lambda step: callback(_rescaled_step(step, scale))
        solution = solver.solve(problem, shapes, report)
        if solution.status is not Status.CERTIFIED:
            logger.warning("%s Relative gap: %.1e.", solution.status.value, solution.certificate.gap)
        return self._assemble(solution, problem, debias=debias, noise=noise)

    def _shapes_of(self, start: Factorization) -> Array:
        shapes = self._operator.analyze(like(start.spatial_factors, self._reduction.gram))
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
        factors = self._operator.synthesize(shapes)
        projector = like(self._operator.shares, factors)[:, None] * self._operator.synthesize(duals)
        courses = project(self._recording, projector)
        signs = _signs(courses)
        courses *= signs / scale**0.5
        return Factorization(
            spatial_factors=to_numpy(factors) * signs.conj() * scale**0.5,
            time_courses=courses,
            eigenvalues=to_numpy(solution.centres),
            operator=self._operator,
            wave_weight=problem.space.weight,
            time_weight=problem.time.weight,
            regularization=problem.regularization * scale,
            certificate=_rescaled(solution.certificate, scale),
            status=solution.status,
            history=tuple(_rescaled_step(step, scale) for step in solution.history),
            noise=noise,
            sampling_rate=self._recording.sampling_rate,
            unit=self._recording.unit,
            quantity=self._recording.quantity,
        )


def _signs(courses: np.ndarray) -> np.ndarray:
    """Return the phases that make each course's largest sample real and positive."""
    largest = np.asarray([course[np.argmax(np.abs(course))] for course in courses.T], dtype=courses.dtype)
    return np.asarray(np.conj(largest) / np.where(largest == 0, 1.0, np.abs(largest)))


def _energy(scale: float) -> float:
    """Return scale²; absurd magnitudes overflow to infinity or underflow to zero."""
    with np.errstate(over="ignore", under="ignore"):
        return float(np.float64(scale) ** 2)


def _rescaled(certificate: Certificate, scale: float) -> Certificate:
    """Return the certificate in the recording's unit."""
    return replace(
        certificate,
        primal=certificate.primal * _energy(scale),
        dual=certificate.dual * _energy(scale),
        polar=certificate.polar * scale,
        polar_upper=certificate.polar_upper * scale,
    )


def _rescaled_step(step: Step, scale: float) -> Step:
    primal, dual = step.primal * _energy(scale), step.dual * _energy(scale)
    return replace(step, primal=primal, dual=dual, polar=step.polar * scale)
