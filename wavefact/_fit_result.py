"""From a solution of the scaled recording to a `Factorization`, and what both tasks check alike."""

from __future__ import annotations

import logging
from dataclasses import replace

import numpy as np

from wavefact._arrays import Array, like, to_numpy
from wavefact.errors import InputError
from wavefact.factorization import Factorization
from wavefact.joint_selection import WeightChoice
from wavefact.operators import Time, WaveOperator
from wavefact.operators._lengths import unit_along
from wavefact.problem import Axis, Problem
from wavefact.recording import Recording
from wavefact.solution import Callback, Certificate, Solution, Status, Step
from wavefact.solvers.base import Seed
from wavefact.solvers.certified import CertifiedGrowth

logger = logging.getLogger("wavefact")

MOSTLY_OFFSET = 0.5  # of the energy: beyond it, offsets bend the shapes
HEAVIEST = 1e100  # γα²: beyond it the weights overflow when they are squared


def warn_of_offsets(share: float) -> None:
    """Warn where the sensors' mean values are most of the energy."""
    if share > MOSTLY_OFFSET:
        logger.warning(
            "%.0f %% of the signals' energy are constant offsets, which no wave explains; remove them "
            "first (wavefact.detrend, or --detrend on the command line).",
            100 * share,
        )


def checked_axis(operator: WaveOperator, weight: float, reference: Array) -> Axis:
    """Return the axis of an operator, after a check that its weights stay within the range of numbers."""
    largest = float(operator.eigenvalues.max())
    if weight * max(largest, 1.0) > HEAVIEST / max(largest, 1.0):
        name, cure = (
            ("time_weight", "a bandwidth such as '2 Hz' fits any recording")
            if isinstance(operator, Time)
            else ("wave_weight", "wave_weight_from_bandwidth gives a weight that fits the operator")
        )
        raise InputError(
            f"{name} {weight:.1e} is beyond the range of numbers for eigenvalues up to {largest:.1e}; {cure}."
        )
    return Axis(like(operator.eigenvalues, reference), weight)


def solved(
    solver: CertifiedGrowth,
    problem: Problem,
    start: Array | Seed | None,
    callback: Callback | None,
    scale: float,
) -> Solution:
    """Solve the problem of a scaled recording; warn where the gap that was asked for is not proven."""
    report = None if callback is None else lambda step: callback(rescaled_step(step, scale))
    solution = solver.solve(problem, start, report)
    if solution.status is not Status.CERTIFIED:
        logger.warning("%s Relative gap: %.1e.", solution.status.value, solution.certificate.gap)
    return solution


def checked_penalty(regularization: float, scale: float) -> float:
    """Return λ for the scaled recording."""
    penalty = regularization / scale
    if not 0 < penalty < float("inf"):
        raise InputError(
            f"regularization {regularization} is beyond the range of numbers beside signals of magnitude "
            f"{scale:.1e}; give it in the unit of the recording, or 'auto'."
        )
    return penalty


def assembled(
    recording: Recording,
    operator: WaveOperator,
    solution: Solution,
    problem: Problem,
    scale: float,
    *,
    courses: np.ndarray | None = None,
    projected: np.ndarray | None = None,
    time_operator: Time | None = None,
    choice: WeightChoice | None = None,
    noise: float | None = None,
    debiased: bool = False,
) -> Factorization:
    """Return a solution of the scaled recording in the recording's unit and at the operator's points.

    `courses` and `projected` are time courses (n_samples, n_components) of the scaled recording, in the
    order of the solution; without them the factorization has none.  Signs are as they come.
    """
    root, order = scale**0.5, ascending(solution)
    tones = None if solution.tones is None else to_numpy(solution.tones)[order]
    return Factorization(
        spatial_factors=(to_numpy(operator.synthesize(solution.shapes)) * root)[:, order],
        time_courses=np.zeros((0, len(order))) if courses is None else (courses * root)[:, order],
        eigenvalues=to_numpy(solution.centres)[order],
        operator=operator,
        wave_weight=problem.space.weight,
        time_weight=problem.time.weight,
        regularization=problem.regularization * scale,
        certificate=_rescaled(solution.certificate, scale),
        status=solution.status,
        history=tuple(rescaled_step(step, scale) for step in solution.history),
        noise=noise,
        sampling_rate=recording.sampling_rate,
        unit=recording.unit,
        quantity=recording.quantity,
        length_unit=unit_along(operator, recording.positions),
        time_operator=time_operator,
        time_eigenvalues=tones,
        projected_courses=None if projected is None else (projected * root)[:, order],
        debiased=debiased,
        choice=choice,
    )


def ascending(solution: Solution) -> np.ndarray:
    """Return the order of components by their centres."""
    return np.argsort(to_numpy(solution.centres), kind="stable")


def oriented(fit: Factorization) -> Factorization:
    """Return a factorization with the phases that make each course's largest sample real and positive."""
    courses = fit.time_courses
    turns = phases(np.asarray([course[np.argmax(np.abs(course))] for course in courses.T], courses.dtype))
    projected = fit.projected_courses
    return replace(
        fit,
        spatial_factors=fit.spatial_factors * turns.conj(),
        time_courses=courses * turns,
        projected_courses=None if projected is None else projected * turns,
    )


def phases(largest: np.ndarray) -> np.ndarray:
    """Return the factors of magnitude 1 that make numbers real and positive."""
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


def rescaled_step(step: Step, scale: float) -> Step:
    """Return a step in the recording's unit."""
    primal, dual = step.primal * _energy(scale), step.dual * _energy(scale)
    return replace(step, primal=primal, dual=dual, polar=step.polar * scale)
