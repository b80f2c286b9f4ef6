"""Descent by closed forms: each block of unknowns is minimised exactly, no step sizes.

The centres are found through a rotation.  The penalty Σ ‖(Λ − κ_i) d_i‖² equals
``min over T = Tᴴ of ‖ΛD − D T‖²`` once D is rotated by the eigenvectors of T, and neither
‖D‖, ‖X‖ nor D Xᵀ feel a rotation.  So T solves a Lyapunov equation and its eigenvalues are
the centres.  Rayleigh quotients are the diagonal of that equation; the full one also lets
components with nearly equal centres mix, where quotients alone crawl.

Plain alternation is accelerated by Anderson mixing of the shapes, safeguarded by the
objective: a mixed step that does not descend is replaced by the plain one.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

from wavefact._arrays import Array, adjoint, array_namespace, device, eigh, pinv, squared
from wavefact.observed_problem import ObservedProblem
from wavefact.problem import Axis, Problem
from wavefact.solvers.base import Factors
from wavefact.solvers.observed_descent import observed_courses, observed_shapes
from wavefact.solvers.row_systems import solve_rows

__all__ = ["Round", "accelerate", "descend", "fit_courses", "retune", "ridge", "solve_shapes"]

MEMORY = 10  # pairs of past iterates that are mixed
FLOOR = 1e-14  # relative noise of the objective in double precision
MANY = 2**18  # unknowns, beyond which mixing takes normal equations
TINY = 1e-300  # keeps vanished shapes from dividing zero by zero


class Round(NamedTuple):
    """One plain alternation: factors at the given unknowns, the unknowns it leads to, the objective."""

    factors: Factors
    mapped: Array  # in the frame of the given ones
    objective: float


def descend(problem: Problem, shapes: Array, rtol: float, max_iterations: int = 400) -> Factors:
    """Minimise over shapes, courses and centres from `shapes`, to a relative step of `rtol`."""
    return accelerate(lambda given: _alternate(problem, given), shapes, rtol, max_iterations)


def accelerate(
    alternate: Callable[[Array], Round],
    unknowns: Array,
    rtol: float,
    max_iterations: int = 400,
    memory: int = MEMORY,
) -> Factors:
    """Repeat an alternation, with Anderson mixing, until it moves the unknowns by less than `rtol`."""
    xp = array_namespace(unknowns)
    now = alternate(unknowns)
    past, past_steps = [unknowns], [now.mapped - unknowns]
    for _ in range(max_iterations):
        step = past_steps[-1]
        if float(xp.sum(squared(step))) <= rtol**2 * float(xp.sum(squared(unknowns))):
            break
        mixed = _mix(past, past_steps)
        trial = alternate(mixed)
        if not trial.objective <= now.objective * (1.0 + FLOOR):
            mixed = unknowns + step
            trial, past, past_steps = alternate(mixed), [], []
        unknowns, now = mixed, trial
        past = [*past[-memory:], unknowns]
        past_steps = [*past_steps[-memory:], now.mapped - unknowns]
    return now.factors


def fit_courses(problem: Problem, shapes: Array) -> Array:
    """Return the courses that minimise the objective for given shapes: ridge regression."""
    seen = problem.seen(shapes)
    if isinstance(problem, ObservedProblem) and problem.mask is not None:
        return observed_courses(seen, problem.data, problem.mask, problem.regularization)
    return ridge(seen, problem.data, problem.regularization)


def ridge(shapes: Array, data: Array, regularization: float) -> Array:
    """Return (DᴴD + λ)⁻¹ Dᴴ Y, shape (n_components, n_samples)."""
    xp = array_namespace(shapes)
    adjoint_shapes = adjoint(shapes)
    eye = xp.eye(shapes.shape[1], dtype=shapes.dtype, device=device(shapes))
    return xp.linalg.solve(adjoint_shapes @ shapes + regularization * eye, adjoint_shapes @ data)


def retune(axis: Axis, shapes: Array) -> tuple[Array, Array]:
    """Return the best centres and the rotation of the components that goes with them.

    Solves ``DᴴD T + T DᴴD = 2 DᴴΛD`` for a Hermitian T = V diag(κ) Vᴴ; returns κ and V.
    """
    xp = array_namespace(shapes)
    masses, basis = eigh(adjoint(shapes) @ shapes)
    masses = xp.maximum(masses, 1e-15 * masses[-1] + TINY)
    rotated = shapes @ basis
    stiffness = adjoint(rotated) @ (axis.eigenvalues[:, None] * rotated)
    tuned = 2.0 * stiffness / (masses[:, None] + masses[None, :])
    centres, vectors = eigh(0.5 * (tuned + adjoint(tuned)))
    return centres, basis @ vectors


def _alternate(problem: Problem, shapes: Array) -> Round:
    centres, rotation = retune(problem.space, shapes)
    turned = shapes @ rotation
    courses = fit_courses(problem, turned)
    factors = Factors(turned, courses, centres)
    mapped = solve_shapes(problem, courses, centres, turned) @ adjoint(rotation)
    return Round(factors, mapped, float(problem.objective(*factors)))


def solve_shapes(problem: Problem, courses: Array, centres: Array, start: Array) -> Array:
    """Solve (XᵀX + λ diag_i w_j(κ_i)) d̂_j = Xᵀ ŷ_j for every row j at once.

    Where rows are coupled because sensors see only part of them, by iteration from the shapes `start`.
    """
    if isinstance(problem, ObservedProblem):
        return observed_shapes(problem, courses, centres, start)
    weights = problem.regularization * problem.space.weights(centres)
    normal = array_namespace(courses).matrix_transpose(courses @ adjoint(courses))
    return solve_rows(normal, weights, problem.data @ adjoint(courses))


def _mix(shapes: list[Array], steps: list[Array]) -> Array:
    """Return the Anderson combination of past iterates (type II, least squares on the steps)."""
    xp = array_namespace(shapes[-1])
    if len(steps) == 1:
        return shapes[-1] + steps[-1]
    step_changes = xp.stack([_flat(new - old) for old, new in pairwise(steps)], axis=1)
    target = _flat(steps[-1])
    if target.shape[0] > MANY:  # normal equations: single accuracy does where safeguards follow
        normal = adjoint(step_changes) @ step_changes
        mixing = pinv(normal, 1e-12) @ (adjoint(step_changes) @ target)
    else:
        frame, triangle = xp.linalg.qr(step_changes, mode="reduced")
        mixing = pinv(triangle, 1e-12) @ (adjoint(frame) @ target)
    correction = step_changes @ mixing
    for i, (old, new) in enumerate(pairwise(shapes)):
        correction = correction + _flat(new - old) * mixing[i]
    return shapes[-1] + steps[-1] - xp.reshape(correction, shapes[-1].shape)


def _flat(values: Array) -> Array:
    return array_namespace(values).reshape(values, (-1,))
