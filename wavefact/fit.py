"""`factorize`: a recording in, components with a proven global optimum out."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from wavefact._arrays import Array, adjoint, array_namespace, like, to_numpy
from wavefact._fit_checks import check_settings, prepare
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

__all__ = ["factorize", "regularization_path"]

logger = logging.getLogger("wavefact")


def factorize(
    recording: Recording | Array,
    operator: WaveOperator | None = None,
    *,
    wave_weight: float | str = "auto",
    time_weight: float = 0.0,
    regularization: float | str = "auto",
    rtol: float = 1e-6,
    max_components: int | None = None,
    start: Factorization | None = None,
    debias: bool = False,
    device: str | None = None,
    callback: Callback | None = None,
    rng: np.random.Generator | int = 0,
) -> Factorization:
    """Decompose a recording into wave-like components and prove that no better ones exist.

    Parameters
    ----------
    recording : Recording or array, shape (n_sensors, n_samples)
        Real or complex; NumPy or any array library of the Python array standard.
    operator : WaveOperator, optional
        Of as many points as sensors.  By default a line with free ends at the sensors'
        positions, or at unit spacing where there are none.
    wave_weight : float or "auto"
        γ ≥ 0 for the operator's own eigenvalues (see `wave_weight_from_bandwidth`); "auto"
        takes the weight that best predicts held-out sensors.
    time_weight : float
        γ of the time axis; 0 for now.
    regularization : float or "auto"
        λ > 0; "auto" takes the smallest at which the estimated noise alone gives nothing.
    rtol : float
        Relative duality gap to prove.
    max_components : int, optional
        Stop growing beyond this number.
    start : Factorization, optional
        Result to begin with, of the same operator.
    debias : bool
        Refit the time courses by least squares on the shapes found; λ shrinks them.  The
        certificate is that of the components before.
    device : str, optional
        Torch device to compute on, such as "cuda"; by default where the recording is.
    callback : callable, optional
        Receives a `Step` after every round; a true answer stops cleanly.
    rng : numpy.random.Generator or int
        For the noise that λ is chosen from.

    Returns
    -------
    Factorization
        In NumPy arrays on the host.

    Raises
    ------
    InputError
        If the recording, the operator or a setting cannot be used; the text says why.

    Notes
    -----
    Minimises ``½‖Y − D Xᵀ‖² + (λ/2) Σ_i (‖x_i‖² + ‖d_i‖² + γ ‖(A − κ_i) d_i‖²)`` over the
    components, their number and their centres κ_i.

    References
    ----------
    Tetali, Harley & Haeffele, "Wave Physics-Informed Matrix Factorizations", IEEE Trans. Signal
    Processing, 2024.

    Examples
    --------
    >>> import numpy as np
    >>> import wavefact as wf
    >>> points, times = np.arange(1, 31) / 31, np.arange(500) / 100
    >>> signals = np.outer(np.sin(2 * np.pi * points), np.cos(2 * np.pi * 3 * times))
    >>> signals += 0.1 * np.random.default_rng(0).normal(size=signals.shape)
    >>> fit = wf.factorize(signals, wf.String(30), wave_weight=1e3)
    >>> fit.n_components, fit.status.name
    (1, 'CERTIFIED')
    """
    check_settings(wave_weight, time_weight, regularization, rtol, max_components)
    recording, operator = prepare(recording, operator, device)
    task = _Task(recording, operator, np.random.default_rng(rng))
    weight = task.wave_weight() if wave_weight == "auto" else float(wave_weight)
    noise, penalty = (
        task.regularization(weight) if regularization == "auto" else (None, float(regularization))
    )
    solver = CertifiedGrowth(rtol, max_components)
    return task.solve(solver, weight, penalty, start=start, callback=callback, debias=debias, noise=noise)


def regularization_path(
    recording: Recording | Array,
    operator: WaveOperator | None,
    regularizations: Iterable[float],
    *,
    wave_weight: float,
    rtol: float = 1e-6,
    device: str | None = None,
    callback: Callback | None = None,
) -> tuple[Factorization, ...]:
    """Factorize at several regularizations, each starting from the one before.

    Parameters
    ----------
    recording, operator, wave_weight, rtol, device, callback
        As for `factorize`.
    regularizations : iterable of float
        λ of each solve, in the order given; descending is fastest.

    Returns
    -------
    tuple of Factorization
        One for each regularization, each certified on its own.

    Examples
    --------
    >>> import numpy as np
    >>> import wavefact as wf
    >>> signals = np.random.default_rng(0).normal(size=(12, 40))
    >>> path = wf.regularization_path(signals, wf.String(12), [8.0, 6.0, 4.0], wave_weight=10.0)
    >>> [fit.n_components for fit in path] == sorted(fit.n_components for fit in path)
    True
    """
    penalties = [float(value) for value in regularizations]
    for penalty in penalties:
        check_settings(wave_weight, 0.0, penalty, rtol, None)
    recording, operator = prepare(recording, operator, device)
    task = _Task(recording, operator, np.random.default_rng(0))
    path: list[Factorization] = []
    for penalty in penalties:
        start = path[-1] if path else None
        solver = CertifiedGrowth(rtol)
        path.append(task.solve(solver, float(wave_weight), penalty, start=start, callback=callback))
    return tuple(path)


class _Task:
    """A reduced recording on its operator, ready to be solved at any weights."""

    def __init__(self, recording: Recording, operator: WaveOperator, rng: np.random.Generator) -> None:
        self._recording, self._operator, self._rng = recording, operator, rng
        self._reduction = Reduction(recording, operator)

    def _axis(self, weight: float) -> Axis:
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
        if start.operator != self._operator:
            raise InputError(
                f"start belongs to {start.operator!r}; expected a result for {self._operator!r}."
            )
        shapes = self._operator.analyze(like(start.spatial_factors, self._reduction.gram))
        return shapes / self._reduction.scale**0.5

    def _assemble(
        self, solution: Solution, problem: Problem, *, debias: bool, noise: float | None
    ) -> Factorization:
        scale, shapes = self._reduction.scale, solution.shapes
        xp = array_namespace(shapes)
        normal = adjoint(shapes) @ shapes
        eye = xp.eye(shapes.shape[1], dtype=shapes.dtype, device=shapes.device)
        inverse = xp.linalg.pinv(normal) if debias else xp.linalg.inv(normal + problem.regularization * eye)
        factors = self._operator.synthesize(shapes)
        projector = (like(self._operator.shares, factors)[:, None] * factors) @ inverse
        courses = to_numpy(project(self._recording, projector)).T
        signs = _signs(courses)
        return Factorization(
            spatial_factors=to_numpy(factors) * signs.conj() * scale**0.5,
            time_courses=np.ascontiguousarray(courses * signs / scale**0.5),
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
    if courses.shape[1] == 0:
        return np.ones(0)
    largest = courses[np.argmax(np.abs(courses), axis=0), np.arange(courses.shape[1])]
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
