"""One recording on its operator and its time axis, ready to be solved where time has a weight."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property

import numpy as np

from wavefact._arrays import Array, adjoint, array_namespace, is_complex, like, squared, to_numpy
from wavefact._fit_result import (
    assembled,
    checked_axis,
    checked_penalty,
    oriented,
    solved,
    warn_of_offsets,
)
from wavefact._signal_checks import check_length
from wavefact.errors import InputError
from wavefact.factorization import Factorization
from wavefact.joint import Curve, Domain, Plane
from wavefact.joint_noise import joint_threshold
from wavefact.joint_selection import WeightChoice, choose_weights
from wavefact.noise import FEWEST_FOR_BULK, floor_of, noise_mixing, quiet_deviation
from wavefact.operators import Time, WaveOperator
from wavefact.problem import Problem
from wavefact.recording import Recording
from wavefact.solution import Callback, Solution
from wavefact.solvers.base import Seed
from wavefact.solvers.certified import CertifiedGrowth
from wavefact.survey import STRETCH, Survey, power_of_two, survey

logger = logging.getLogger("wavefact")

SHORTEST, LONG = 16, 2 * STRETCH  # samples: weights are chosen on the loudest LONG ones


class JointTask:
    """The spectrum of a recording over both axes, ready to be solved at any weights.

    Parameters
    ----------
    recording : Recording
    operator : WaveOperator
    time : Time
        The time axis; of order 1 where its weight is to be a bandwidth.
    rng : numpy.random.Generator
    seen : Survey, optional
        Of the recording, where it has been made.
    """

    def __init__(
        self,
        recording: Recording,
        operator: WaveOperator,
        time: Time,
        rng: np.random.Generator,
        seen: Survey | None = None,
    ) -> None:
        self._seen = seen
        self._recording, self._operator, self.time, self._rng = recording, operator, time, rng
        self._mixing = noise_mixing(operator)
        self._analyze: Callable[[Array], Array] = operator.analyze
        self.choice: WeightChoice | None = None  # made by `choose`
        self.noise_seen: float | None = None  # by `choose`, in the recording's unit
        self._seed: Seed | None = None

    @cached_property
    def _scaled(self) -> tuple[float, Array]:
        """Scale and scaled spectrum, made when first asked for: choosing weights may not need all of it."""
        scale, data = _spectrum(self._recording, self._analyze, self.time)
        warn_of_offsets(_share_of_means(data))
        return scale, data

    @property
    def scale(self) -> float:
        """Power of two by which the recording is divided inside."""
        return self._scaled[0]

    @property
    def _data(self) -> Array:
        return self._scaled[1]

    @cached_property
    def noise(self) -> float:
        """Standard deviation of the noise of the scaled recording."""
        floor = floor_of(self._data, self._recording.n_samples, self._mixing)
        has_bulk = int(self._data.shape[0]) >= FEWEST_FOR_BULK
        if floor.is_visible and has_bulk:
            return floor.deviation
        if has_bulk:
            logger.warning(
                "The singular values fall off without a noise floor, so automatic weights are a guess: "
                "if most components are not waves, give a larger regularization."
            )
        # Of few sensors every singular value holds waves; most frequencies at most wavenumbers do not.
        sizes = to_numpy(array_namespace(self._data).abs(self._data))
        return min(floor.deviation, quiet_deviation(sizes, is_complex(self._data)))

    def choose(
        self, wave_weight: float | None, bandwidth: float | None = None, time_weight: float | None = None
    ) -> WeightChoice:
        """Choose the weights that are not given by held-out prediction."""
        check_length(self._recording.n_samples, SHORTEST, time_weight="auto")
        if self._recording.n_samples > LONG:
            start = (self._seen or survey(self._recording)).loudest()
            piece = self._recording.window(start, start + LONG)
            time = Time(LONG, self.time.sampling_rate, self.time.order)
            part = JointTask(piece, self._operator, time, self._rng, self._seen)
            self.choice = part.choose(wave_weight, bandwidth, time_weight)
            self._seed, self.noise_seen = part._seed, part.noise_seen
            return self.choice
        logger.info("choosing weights by held-out prediction")
        self.noise_seen = self.noise * self.scale
        self.choice, self._seed = choose_weights(
            self._data,
            self._operator,
            self.time,
            self.noise,
            wave_weight=wave_weight,
            bandwidth=bandwidth,
            time_weight=time_weight,
        )
        return self.choice

    def domain(
        self, wave_weight: float, time_weight: float, dispersion: tuple[np.ndarray, ...] | None
    ) -> Domain:
        """Return where centres and tones may lie: anywhere, or on a dispersion relation (κ, μ)."""
        space = checked_axis(self._operator, wave_weight, self._data)
        time = checked_axis(self.time, time_weight, self._data)
        return Plane(space, time) if dispersion is None else Curve(space, time, *dispersion)

    def regularization(self, domain: Domain) -> tuple[float, float]:
        """Return the estimated noise and the λ at which it gives no component."""
        threshold = joint_threshold(domain, is_complex(self._data), self._rng, self._mixing)
        noise, penalty = self.noise * self.scale, self.noise * self.scale * threshold
        logger.info("regularization %.4g from noise of deviation %.3g", penalty, noise)
        return noise, penalty

    def solve(
        self,
        solver: CertifiedGrowth,
        domain: Domain,
        regularization: float,
        *,
        start: Factorization | None = None,
        callback: Callback | None = None,
        debias: bool = False,
        noise: float | None = None,
    ) -> Factorization:
        """Return the certified factorization on a domain."""
        penalty = checked_penalty(regularization, self.scale)
        problem = self._problem(domain, penalty)
        chosen = replace(solver, domain=domain if isinstance(domain, Curve) else None)
        solution = solved(chosen, problem, self._start(start, domain), callback, self.scale)
        return self._assemble(solution, problem, debias=debias, noise=noise)

    def _problem(self, domain: Domain, penalty: float) -> Problem:
        return Problem(self._data, domain.space, domain.time, penalty)

    def _start(self, start: Factorization | None, domain: Domain) -> Seed | None:
        if start is None:
            return self._seed
        if start.time_eigenvalues is None or start.time_operator != self.time:
            raise InputError("start has no tones on this time axis; expected a result of the same time axis.")
        shapes = self._operator.analyze(like(start.spatial_factors, self._data)) / self.scale**0.5
        return Seed(shapes, like(start.time_eigenvalues, domain.time.eigenvalues))

    def _assemble(
        self, solution: Solution, problem: Problem, *, debias: bool, noise: float | None
    ) -> Factorization:
        courses, shapes = solution.courses, problem.seen(solution.shapes)
        projected = self._projected(problem, solution) if shapes.shape[1] else courses
        if debias:
            courses = courses * _amplitudes(problem.data, shapes, courses)[:, None]
        fit = assembled(
            self._recording,
            self._operator,
            solution,
            problem,
            self.scale,
            courses=self._in_time(courses),
            projected=self._in_time(projected),
            time_operator=self.time,
            choice=self.choice,
            noise=noise,
            debiased=debias,
        )
        return oriented(fit)

    def _projected(self, problem: Problem, solution: Solution) -> Array:
        """Return courses by least squares, neither filtered nor shrunk, (n_components, n_samples)."""
        return array_namespace(problem.data).linalg.pinv(problem.seen(solution.shapes)) @ problem.data

    def _in_time(self, courses: Array) -> np.ndarray:
        """Return spectra (n_components, n_samples) as time courses (n_samples, n_components) on the host."""
        return to_numpy(self.time.synthesize(array_namespace(courses).matrix_transpose(courses)))


def _spectrum(recording: Recording, analyze: Callable[[Array], Array], time: Time) -> tuple[float, Array]:
    """Return a scale near the root mean square, a power of two, and the scaled spectrum over both axes.

    `analyze` is what takes signals of sensors to the problem's rows.
    """
    signals = recording.load().signals
    xp = array_namespace(signals)
    kinds = (xp.complex64, xp.complex128)
    signals = xp.astype(signals, xp.complex128 if signals.dtype in kinds else xp.float64, copy=False)
    peak = power_of_two(float(xp.max(xp.abs(signals))))
    signals = signals / peak
    data = analyze(signals)
    del signals  # a long recording is in memory no more often than it must be
    data = xp.matrix_transpose(time.analyze(xp.matrix_transpose(data)))
    size = power_of_two((_power(data) / (data.shape[0] * data.shape[1])) ** 0.5)
    data /= size
    return peak * size, data


def _power(data: Array) -> float:
    """Return ‖data‖², row by row."""
    xp = array_namespace(data)
    return sum(float(xp.sum(squared(data[i, :]))) for i in range(int(data.shape[0])))


def _share_of_means(data: Array) -> float:
    """Return the share of the sensors' mean values in the energy: the first cosine."""
    total = _power(data)
    return float(array_namespace(data).sum(squared(data[:, 0]))) / total if total > 0 else 0.0


def _amplitudes(data: Array, shapes: Array, courses: Array) -> Array:
    """Return the factors of the components that fit the data best by least squares: λ shrinks them."""
    xp = array_namespace(data)
    conjugate = xp.conj(courses) if is_complex(courses) else courses
    gram = (adjoint(shapes) @ shapes) * (conjugate @ xp.matrix_transpose(courses))
    target = xp.sum((adjoint(shapes) @ data) * conjugate, axis=1)
    return xp.linalg.pinv(gram) @ target
