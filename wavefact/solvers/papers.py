"""The papers' own algorithm, as the reference that benchmarks compare with.

One component per round: proximal gradient steps on the factors at a fixed number of
components until they stall, then a grid search of the polar, whose best atom is appended.
Nothing here is reduced, batched or accelerated, but each piece is given its favourable form:
the proximal step of the wave penalty is exact, centres are exact Rayleigh quotients, and the
grid search works on the Gram matrix of the residual.

References
----------
Tetali, Harley & Haeffele, "Wave-Informed Matrix Factorization with Global Optimality
Guarantees", arXiv 2107.09144; "Wave Physics-Informed Matrix Factorizations", IEEE TSP 2024.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wavefact._arrays import Array, adjoint, array_namespace, like, real, squared, to_numpy
from wavefact.errors import InputError
from wavefact.polar import atoms, polar, spectrum
from wavefact.problem import Problem
from wavefact.solution import Callback, Solution, Status, Step, certify
from wavefact.solvers.base import Factors

__all__ = ["ProximalGradient"]


@dataclass(frozen=True)
class ProximalGradient:
    """Solve a `Problem` by proximal gradient steps, one component per round.

    Parameters
    ----------
    rtol : float
        Relative duality gap to reach; the rounds end when the polar on the grid says so, the
        certificate returned is proven over the continuum.
    n_grid : int
        Centres at which the polar is evaluated.
    max_rounds : int
        Largest number of components tried.
    max_iterations : int
        Gradient steps per round at the most.
    stall : float
        A round ends when a step changes the objective by less than this, relatively.

    Examples
    --------
    >>> from wavefact.problem import Axis, Problem, unweighted
    >>> data = np.random.default_rng(0).normal(size=(6, 20))
    >>> problem = Problem(data, Axis(wf.String(6).eigenvalues, 10.0), unweighted(20, data), 4.0)
    >>> ProximalGradient(rtol=1e-3).solve(problem).certificate.gap < 1e-2
    True
    """

    rtol: float = 1e-4
    n_grid: int = 400
    max_rounds: int = 100
    max_iterations: int = 20_000
    stall: float = 1e-9

    def solve(
        self, problem: Problem, start: Array | None = None, callback: Callback | None = None
    ) -> Solution:
        """Return the solution of `problem`; arguments as for `CertifiedGrowth.solve`."""
        if problem.time.weight > 0:
            raise InputError(
                "The papers' algorithm penalises space only, and this problem's time has a weight; "
                "use CertifiedGrowth."
            )
        xp = array_namespace(problem.data)
        shapes = problem.data[:, :0] if start is None else start
        factors = Factors(shapes, adjoint(shapes) @ problem.data, _rayleigh(problem, shapes))
        low, high = problem.space.bounds
        grid, history, status = np.linspace(low, high, self.n_grid), [], Status.ROUND_LIMIT
        for number in range(self.max_rounds):
            factors = self._descend(problem, factors)
            residual = problem.residual(factors.shapes, factors.courses)
            gram = problem.gram(residual)
            values = spectrum(gram, problem.space, grid)
            best = int(np.argmax(values))
            found = certify(problem, float(problem.objective(*factors)), residual, values[best], values[best])
            step = Step(
                number, factors.shapes.shape[1], found.primal, found.dual, found.gap, found.polar, False
            )
            history.append(step)
            if callback is not None and callback(step):
                status = Status.STOPPED
                break
            if found.gap <= self.rtol or values[best] <= problem.regularization:
                break
            atom = atoms(gram, problem.space, float(grid[best])).shapes[:, :1]
            excess = (values[best] - problem.regularization) / xp.sum(squared(atom))
            factors = Factors(
                xp.concat([factors.shapes, atom * excess**0.5], axis=1),
                xp.concat([factors.courses, adjoint(atom) @ residual * (excess**0.5 / values[best])], axis=0),
                xp.concat([factors.centres, like(grid[best : best + 1], factors.centres)]),
            )
        return self._certified(problem, factors, status, history)

    def _descend(self, problem: Problem, factors: Factors) -> Factors:
        value = float(problem.objective(*factors))
        for _ in range(self.max_iterations if factors.shapes.shape[1] else 0):
            shapes = _step_shapes(problem, factors)
            courses = _step_courses(problem, shapes, factors.courses)
            factors = Factors(shapes, courses, _rayleigh(problem, shapes))
            previous, value = value, float(problem.objective(*factors))
            if previous - value <= self.stall * value:
                break
        return factors

    def _certified(self, problem: Problem, factors: Factors, status: Status, history: list[Step]) -> Solution:
        residual = problem.residual(factors.shapes, factors.courses)
        primal = float(problem.objective(*factors))
        bound = polar(problem.gram(residual), problem.space, start=to_numpy(factors.centres).tolist())
        certificate = certify(problem, primal, residual, bound.attained, bound.upper)
        status = Status.CERTIFIED if certificate.gap <= self.rtol else status
        return Solution(*factors, certificate, status, tuple(history))


def _step_shapes(problem: Problem, factors: Factors) -> Array:
    """Take a gradient step on the loss and the exact proximal step of the wave penalty."""
    curvature = _largest(factors.courses @ adjoint(factors.courses))
    gradient = -problem.residual(factors.shapes, factors.courses) @ adjoint(factors.courses)
    weights = problem.space.weights(factors.centres)
    moved = factors.shapes - gradient / curvature
    return moved / (1.0 + problem.regularization * weights / curvature)


def _step_courses(problem: Problem, shapes: Array, courses: Array) -> Array:
    curvature = _largest(adjoint(shapes) @ shapes)
    moved = courses + adjoint(shapes) @ problem.residual(shapes, courses) / curvature
    return moved / (1.0 + problem.regularization / curvature)


def _largest(matrix: Array) -> Array:
    return array_namespace(matrix).linalg.eigvalsh(matrix)[-1]


def _rayleigh(problem: Problem, shapes: Array) -> Array:
    xp = array_namespace(shapes)
    energy = real(squared(shapes))
    total = xp.sum(energy, axis=0)
    return xp.sum(problem.space.eigenvalues[:, None] * energy, axis=0) / xp.where(total > 0, total, 1.0)
