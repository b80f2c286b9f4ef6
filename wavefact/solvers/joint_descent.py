"""Descent where time has a weight: closed forms for shapes and courses, Rayleigh quotients for their pairs.

Courses vanish like the distance of a column from their tone to the power −2, so only the columns within
some bandwidths of a tone are unknowns; elsewhere a course is zero, which costs less than the accuracy
that is asked for.
"""

from __future__ import annotations

import numpy as np

from wavefact._arrays import Array, adjoint, array_namespace, device, like, real, squared, to_numpy
from wavefact.joint import Domain
from wavefact.problem import Axis, Problem
from wavefact.solvers.base import Factors, Seed
from wavefact.solvers.descent import Round, accelerate, solve_shapes

__all__ = ["active_columns", "descend_jointly", "fit_courses_jointly"]

TINY = 1e-300
BATCH = 2**19  # entries of normal matrices that are solved at once: long recordings have many columns
MEMORY, MOST_ITERATIONS = 30, 1000  # of the mixing: tones and centres of narrow filters crawl without


def active_columns(time: Axis, tones: np.ndarray, reach: float) -> np.ndarray:
    """Return the columns within `reach` bandwidths of a tone, ascending."""
    betas, distance = to_numpy(time.eigenvalues), reach * time.bandwidth
    steps = np.zeros(len(betas) + 1, dtype=int)
    np.add.at(steps, np.searchsorted(betas, tones - distance, side="left"), 1)
    np.add.at(steps, np.searchsorted(betas, tones + distance, side="right"), -1)
    return np.flatnonzero(np.cumsum(steps[:-1]) > 0)


def descend_jointly(problem: Problem, domain: Domain, seed: Seed, rtol: float) -> Factors:
    """Minimise over shapes, courses, centres and tones from a seed, to a relative step of `rtol`."""
    xp = array_namespace(seed.shapes)
    n_points, n_components = seed.shapes.shape
    # Tones are mixed along with the shapes, in bandwidths and at the shapes' scale.
    size = float(xp.sum(squared(seed.shapes)) / max(n_components, 1)) ** 0.5
    unit = (problem.time.bandwidth if problem.time.weight > 0 else 1.0) / max(size, TINY)

    def packed(shapes: Array, tones: Array) -> Array:
        flat = xp.reshape(shapes, (-1,))
        return xp.concat([flat, xp.astype(tones / unit, flat.dtype)])

    def alternate(unknowns: Array) -> Round:
        shapes = xp.reshape(unknowns[: n_points * n_components], (n_points, n_components))
        tones = unit * real(unknowns[n_points * n_components :])
        factors, mapped = _alternate(problem, domain, shapes, tones)
        return Round(factors, packed(mapped, factors.tones), float(problem.objective(*factors)))

    return accelerate(alternate, packed(seed.shapes, seed.tones), rtol, MOST_ITERATIONS, MEMORY)


def _alternate(problem: Problem, domain: Domain, shapes: Array, tones: Array) -> tuple[Factors, Array]:
    """Return the best courses and pairs for these shapes, and the best shapes for those, rebalanced."""
    courses = fit_courses_jointly(problem, shapes, tones)
    masses, means = _moments(problem, shapes, courses)
    pairs = domain.nearest(means[:, 0], means[:, 1], masses)
    centres, tones = like(pairs[:, 0], tones), like(pairs[:, 1], tones)
    xp = array_namespace(shapes)
    mapped = solve_shapes(problem, courses, centres, shapes)
    across = xp.sum(problem.time.weights(tones).T * squared(courses), axis=1)
    along = xp.sum(problem.space.weights(centres) * squared(mapped), axis=0)
    mapped = mapped * ((across + TINY) / (along + TINY)) ** 0.25
    return Factors(shapes, courses, centres, tones), mapped


def _moments(problem: Problem, shapes: Array, courses: Array) -> tuple[np.ndarray, np.ndarray]:
    """Return curvatures of both penalties (n, 2), and the Rayleigh quotients (n, 2) where they are least."""
    xp = array_namespace(shapes)
    space, time = squared(shapes), squared(courses)
    totals = xp.stack([xp.sum(space, axis=0), xp.sum(time, axis=1)], axis=1)
    firsts = [problem.space.eigenvalues @ space, time @ problem.time.eigenvalues]
    sums = to_numpy(totals)
    means = to_numpy(xp.stack(firsts, axis=1)) / np.maximum(sums, TINY)
    return sums * [problem.space.weight, problem.time.weight], means


def fit_courses_jointly(problem: Problem, shapes: Array, tones: Array) -> Array:
    """Solve (DᴴD + λ diag_i v_t(μ_i)) x̂_t = Dᴴ ŷ_t for every column t at once."""
    xp = array_namespace(shapes)
    n_components, n_columns = int(shapes.shape[1]), len(problem.time)
    seen = problem.seen(shapes)
    normal, target = adjoint(seen) @ seen, adjoint(seen) @ problem.data
    weights = xp.astype(problem.regularization * problem.time.weights(tones), normal.dtype)
    eye = xp.eye(n_components, dtype=normal.dtype, device=device(normal))
    size = max(1, BATCH // max(n_components, 1) ** 2)
    solved = []
    for start in range(0, n_columns, size):
        part = slice(start, min(start + size, n_columns))
        matrices = normal + eye * weights[part, None, :]
        solved.append(xp.linalg.solve(matrices, target[:, part].T[:, :, None])[:, :, 0].T)
    return xp.concat(solved, axis=1)
