"""The convex forms of the problem, for cvxpy: an oracle whose optima share no code with our solver.

* `GridProgram`: Ω restricted to a grid of centres (and tones),
  ``min ½‖Y − Σ_j Z_j‖² + λ Σ_j ‖W(κ_j)^{1/2} Z_j V(μ_j)^{1/2}‖_*``; its optimum is never below the one
  over the continuum and equals it when the grid holds the optimal centres and tones.
* `grid_dual`: ``max ⟨Y, U⟩ − ½‖U‖²`` subject to ``‖W(κ_j)^{-1/2} U V(μ_j)^{-1/2}‖ ≤ λ`` on the grid.
* `continuum_optimum`: the optimum over *all* centres as one semidefinite program, where only space has a
  weight.  The moments E = Σ d dᵀ, F = Σ κ d dᵀ, H = Σ κ² d dᵀ of the components are exactly the blocks
  with ``[[E, F], [F, H]] ⪰ 0`` and F symmetric (truncated matrix moment problem), in which the
  penalty is linear.

Small problems only: a few hundred entries of Y.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from wavefact._arrays import Array, is_complex, like, to_numpy
from wavefact.errors import InputError, MissingPackageError
from wavefact.problem import Problem
from wavefact.solution import Callback, Solution, Status, certify
from wavefact.solvers.base import Factors
from wavefact.solvers.certified import search_of

__all__ = ["GridProgram", "continuum_optimum", "grid_dual"]


@dataclass(frozen=True)
class GridProgram:
    """Solve a real `Problem` on a grid of centres with cvxpy.

    Parameters
    ----------
    centres : tuple of float
        κ allowed; by default the eigenvalues of the operator.
    tones : tuple of float
        Where time has a weight, the μ of each of the centres [(rad/s)²]; by default all pairs of eigenvalues.
    rtol : float
        Gap over the continuum at which the result counts as certified.
    solver : str
        Of cvxpy.

    Examples
    --------
    >>> GridProgram(centres=(0.2, 0.4)).rtol  # `solve` needs cvxpy
    1e-05
    """

    centres: tuple[float, ...] = ()
    tones: tuple[float, ...] = ()
    rtol: float = 1e-5
    solver: str = "CLARABEL"

    def solve(
        self, problem: Problem, start: Array | None = None, callback: Callback | None = None
    ) -> Solution:
        """Return the optimum on the grid, with its certificate over the continuum.

        `start` and `callback` are taken for the common interface; cvxpy has no use for them.
        """
        cp, data = _cvxpy(), _real_data(problem)
        pairs = _pairs(problem, self.centres, self.tones)
        roots = _roots(problem, *pairs)
        parts = [cp.Variable(data.shape) for _ in pairs[0]]
        norms = [cp.normNuc(cp.multiply(np.outer(*root), z)) for *root, z in zip(*roots, parts, strict=True)]
        loss = 0.5 * cp.sum_squares(data - cp.sum(parts))
        cp.Problem(cp.Minimize(loss + problem.regularization * cp.sum(norms))).solve(solver=self.solver)
        factors = _factors(problem, pairs, roots, [np.asarray(part.value) for part in parts])
        return _solution(problem, factors, self.rtol)


def grid_dual(
    problem: Problem, centres: Sequence[float], tones: Sequence[float] = (), solver: str = "CLARABEL"
) -> float:
    """Return the optimal value of the dual on a grid of centres, and of tones where time has a weight."""
    cp, data = _cvxpy(), _real_data(problem)
    dual = cp.Variable(data.shape)
    roots = _roots(problem, *_pairs(problem, centres, tones))
    filtered = [
        cp.multiply(np.outer(1.0 / row, 1.0 / column), dual) for row, column in zip(*roots, strict=True)
    ]
    bounds = [cp.sigma_max(part) <= problem.regularization for part in filtered]
    objective = cp.sum(cp.multiply(data, dual)) - 0.5 * cp.sum_squares(dual)
    return float(cp.Problem(cp.Maximize(objective), bounds).solve(solver=solver))


def continuum_optimum(problem: Problem, solver: str = "CLARABEL") -> float:
    """Return the optimal value over the continuum of centres, by semidefinite programming."""
    if problem.time.weight > 0:
        raise InputError("The semidefinite program has centres only, and this problem's time has a weight.")
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


def _pairs(
    problem: Problem, centres: Sequence[float], tones: Sequence[float]
) -> tuple[np.ndarray, np.ndarray]:
    """Return κ and μ of each point of the grid; where time has no weight any μ serves."""
    space, time = to_numpy(problem.space.eigenvalues), to_numpy(problem.time.eigenvalues)
    if problem.time.weight == 0:
        kappas = np.asarray(centres if len(centres) else space)
        return kappas, np.full(len(kappas), time[0])
    if len(centres) != len(tones):
        raise InputError(f"{len(centres)} centres and {len(tones)} tones; expected one tone for each centre.")
    if len(centres):
        return np.asarray(centres), np.asarray(tones)
    return np.repeat(space, len(time)), np.tile(time, len(space))


def _roots(problem: Problem, centres: np.ndarray, tones: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the diagonals of W(κ_j)^{1/2} (n_pairs, n_points) and of V(μ_j)^{1/2} (n_pairs, n_samples)."""
    rows = problem.space.weights(like(centres, problem.space.eigenvalues))
    columns = problem.time.weights(like(tones, problem.time.eigenvalues))
    return np.sqrt(to_numpy(rows).T), np.sqrt(to_numpy(columns).T)


def _factors(
    problem: Problem,
    pairs: tuple[np.ndarray, np.ndarray],
    roots: tuple[np.ndarray, np.ndarray],
    parts: list[np.ndarray],
) -> Factors:
    """Split each Z_j into balanced rank-one terms."""
    shapes, courses, kept = [], [], []
    largest = float(np.max([np.linalg.norm(part) for part in parts]))
    for j, (row, column, part) in enumerate(zip(*roots, parts, strict=True)):
        left, values, right = np.linalg.svd(row[:, None] * part * column, full_matrices=False)
        count = int(np.sum(values > 1e-9 * max(largest, 1e-300)))
        shapes.append(left[:, :count] * np.sqrt(values[:count]) / row[:, None])
        courses.append(np.sqrt(values[:count])[:, None] * right[:count] / column)
        kept.append(np.full(count, j))
    chosen = np.concatenate(kept)
    tones = like(pairs[1][chosen], problem.data) if problem.time.weight > 0 else None
    shape, course = np.concatenate(shapes, axis=1), np.concatenate(courses)
    return Factors(
        like(shape, problem.data), like(course, problem.data), like(pairs[0][chosen], problem.data), tones
    )


def _solution(problem: Problem, factors: Factors, rtol: float) -> Solution:
    residual, search = problem.residual(factors.shapes, factors.courses), search_of(problem, rtol)
    attained, upper = search.polar(search.image(residual), factors, 0.1 * rtol)
    certificate = certify(problem, float(problem.objective(*factors)), residual, attained, upper)
    status = Status.CERTIFIED if certificate.gap <= rtol else Status.GRID_LIMIT
    return Solution(*factors, certificate, status, ())
