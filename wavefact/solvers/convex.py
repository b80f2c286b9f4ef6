"""The convex forms of the problem, for cvxpy: an oracle that shares no code with our solver.

* `GridProgram`: Ω restricted to a grid of centres,
  ``min ½‖Y − Σ_κ Z_κ‖² + λ Σ_κ ‖W(κ)^{1/2} Z_κ‖_*``; its optimum is never below the one over
  the continuum and equals it when the grid holds the optimal centres.
* `grid_dual`: ``max ⟨Y, U⟩ − ½‖U‖²`` subject to ``‖W(κ)^{-1/2} U‖ ≤ λ`` on the grid.
* `continuum_optimum`: the optimum over *all* centres as one semidefinite program.  The
  moments E = Σ d dᵀ, F = Σ κ d dᵀ, H = Σ κ² d dᵀ of the components are exactly the blocks
  with ``[[E, F], [F, H]] ⪰ 0`` and F symmetric (truncated matrix moment problem), in which the
  penalty is linear.

Small problems only: a few hundred entries of Y.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from wavefact._arrays import Array, is_complex, like, to_numpy
from wavefact.errors import InputError, MissingPackageError
from wavefact.polar import polar
from wavefact.problem import Problem
from wavefact.solution import Callback, Solution, Status, certify
from wavefact.solvers.base import Factors

__all__ = ["GridProgram", "continuum_optimum", "grid_dual"]


@dataclass(frozen=True)
class GridProgram:
    """Solve a real `Problem` on a grid of centres with cvxpy.

    Parameters
    ----------
    centres : tuple of float
        κ allowed; by default the eigenvalues of the operator.
    rtol : float
        Gap over the continuum at which the result counts as certified.
    solver : str
        Of cvxpy.
    """

    centres: tuple[float, ...] = ()
    rtol: float = 1e-5
    solver: str = "CLARABEL"

    def solve(
        self, problem: Problem, start: Array | None = None, callback: Callback | None = None
    ) -> Solution:
        """Return the optimum on the grid, with its certificate over the continuum.

        `start` and `callback` are taken for the common interface; cvxpy has no use for them.
        """
        cp, data = _cvxpy(), _real_data(problem)
        centres = np.asarray(self.centres or to_numpy(problem.space.eigenvalues))
        weights = np.sqrt(_weights(problem, centres))
        parts = [cp.Variable(data.shape) for _ in centres]
        norms = [
            cp.normNuc(cp.multiply(w[:, None] * np.ones(data.shape), z))
            for w, z in zip(weights, parts, strict=True)
        ]
        loss = 0.5 * cp.sum_squares(data - cp.sum(parts))
        cp.Problem(cp.Minimize(loss + problem.regularization * cp.sum(norms))).solve(solver=self.solver)
        shapes, courses, kept = _factors(centres, weights, [np.asarray(part.value) for part in parts])
        return _solution(problem, shapes, courses, kept, self.rtol)


def grid_dual(problem: Problem, centres: np.ndarray, solver: str = "CLARABEL") -> float:
    """Return the optimal value of the dual on a grid of centres."""
    cp, data = _cvxpy(), _real_data(problem)
    dual = cp.Variable(data.shape)
    gains = 1.0 / np.sqrt(_weights(problem, centres))
    bounds = [
        cp.sigma_max(cp.multiply(gain[:, None] * np.ones(data.shape), dual)) <= problem.regularization
        for gain in gains
    ]
    objective = cp.sum(cp.multiply(data, dual)) - 0.5 * cp.sum_squares(dual)
    return float(cp.Problem(cp.Maximize(objective), bounds).solve(solver=solver))


def continuum_optimum(problem: Problem, solver: str = "CLARABEL") -> float:
    """Return the optimal value over the continuum of centres, by semidefinite programming."""
    cp, data = _cvxpy(), _real_data(problem)
    n, n_samples = data.shape
    spectrum = to_numpy(problem.space.eigenvalues)
    moments = cp.Variable((2 * n, 2 * n), PSD=True)
    coupled = cp.Variable((n + n_samples, n + n_samples), PSD=True)
    first, mixed, second = moments[:n, :n], moments[:n, n:], moments[n:, n:]
    wave = cp.sum(cp.multiply(spectrum**2, cp.diag(first)) - 2 * cp.multiply(spectrum, cp.diag(mixed)))
    penalty = cp.trace(coupled) + problem.space.weight * (wave + cp.trace(second))
    loss = 0.5 * cp.sum_squares(data - coupled[:n, n:])
    constraints = [mixed == mixed.T, coupled[:n, :n] == first]
    objective = cp.Minimize(loss + 0.5 * problem.regularization * penalty)
    return float(cp.Problem(objective, constraints).solve(solver=solver))


def _cvxpy() -> Any:
    try:
        import cvxpy
    except ImportError as error:
        raise MissingPackageError(
            "The convex oracle needs cvxpy, which is not installed; run: pip install 'wavefact[convex]'."
        ) from error
    return cvxpy


def _real_data(problem: Problem) -> np.ndarray:
    if is_complex(problem.data):
        raise InputError("The convex oracle solves real problems only; got complex data.")
    return to_numpy(problem.data)


def _weights(problem: Problem, centres: np.ndarray) -> np.ndarray:
    return to_numpy(problem.space.weights(like(centres, problem.space.eigenvalues))).T


def _factors(
    centres: np.ndarray, weights: np.ndarray, parts: list[np.ndarray]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Split each Z_κ into balanced rank-one terms."""
    shapes, courses, kept = [], [], []
    largest = float(np.max([np.linalg.norm(part) for part in parts]))
    for centre, weight, part in zip(centres, weights, parts, strict=True):
        left, values, right = np.linalg.svd(weight[:, None] * part, full_matrices=False)
        count = int(np.sum(values > 1e-9 * max(largest, 1e-300)))
        shapes.append(left[:, :count] * np.sqrt(values[:count]) / weight[:, None])
        courses.append(np.sqrt(values[:count])[:, None] * right[:count])
        kept.append(np.full(count, centre))
    return np.concatenate(shapes, axis=1), np.concatenate(courses), np.concatenate(kept)


def _solution(
    problem: Problem, shapes: np.ndarray, courses: np.ndarray, centres: np.ndarray, rtol: float
) -> Solution:
    factors = Factors(*(like(values, problem.data) for values in (shapes, courses, centres)))
    residual = problem.residual(factors.shapes, factors.courses)
    bound = polar(problem.gram(residual), problem.space, start=centres.tolist())
    primal = float(problem.objective(*factors))
    certificate = certify(problem, primal, residual, bound.attained, bound.upper)
    status = Status.CERTIFIED if certificate.gap <= rtol else Status.GRID_LIMIT
    return Solution(*factors, certificate, status, ())
