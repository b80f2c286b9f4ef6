"""Closed forms of the descent where only part of the structure, or of the time, is seen.

Courses stay a ridge regression, sample by sample where samples are seen by different sensors.  Shapes are
coupled over all points; conjugate gradients solve for them from where they are, each time so closely that the
next alternation goes on from the same place.

References
----------
Golub & Van Loan, "Matrix Computations", 4th ed., §11.5.2 (preconditioned conjugate gradients).
"""

from __future__ import annotations

from wavefact._arrays import Array, adjoint, array_namespace, device, is_complex, real, squared
from wavefact.observed_problem import ObservedProblem

__all__ = ["observed_courses", "observed_shapes"]

BLOCK = 2**23  # entries of normal matrices that are solved in one batch
ACCURACY = 1e-2  # of what shapes have to move by
MOST_STEPS = 200


def observed_courses(seen: Array, data: Array, mask: Array, regularization: float) -> Array:
    """Return courses from ridge regression of each column on what is observed there.

    Parameters
    ----------
    seen : array, shape (n_sensors, n_components)
        Shapes at the sensors.
    data, mask : array, shape (n_sensors, n_columns)
        Signals, zero where `mask` is.
    regularization : float

    Returns
    -------
    array, shape (n_components, n_columns)
    """
    xp = array_namespace(seen)
    n_sensors, n = (int(size) for size in seen.shape)
    conjugate = adjoint(seen).T
    pairs = xp.reshape(conjugate[:, :, None] * seen[:, None, :], (n_sensors, n * n))
    if n == 0:
        return adjoint(seen) @ data
    eye = regularization * xp.eye(n, dtype=seen.dtype, device=device(seen))
    target, solved, n_columns = adjoint(seen) @ data, [], int(data.shape[1])
    size = max(1, BLOCK // max(n, 1) ** 2)
    for start in range(0, n_columns, size):
        part = slice(start, min(start + size, n_columns))
        weights = xp.matrix_transpose(xp.astype(mask[:, part], seen.dtype, copy=False))
        normal = xp.reshape(weights @ pairs, (-1, n, n)) + eye
        solved.append(xp.linalg.solve(normal, target[:, part].T[:, :, None])[:, :, 0].T)
    return xp.concat(solved, axis=1)


def observed_shapes(problem: ObservedProblem, courses: Array, centres: Array, start: Array) -> Array:
    """Solve Σ_p b_p (b_pᵀ D) X M_p Xᴴ + λ W ∘ D = Bᵀ Y Xᴴ for the shapes D, (n_points, n_components).

    Parameters
    ----------
    problem : ObservedProblem
    courses : array, shape (n_components, n_samples)
    centres : array, shape (n_components,)
    start : array, shape (n_points, n_components)
        Shapes to begin with; the solution is as accurate as it is worth on the way from there.
    """
    weights = problem.regularization * problem.space.weights(centres)
    grams = problem.course_grams(courses)
    inverse = 1.0 / (_diagonal(problem, grams) + weights)

    def apply(shapes: Array) -> Array:
        return problem.spread(_rows(problem.seen(shapes), grams)) + weights * shapes

    shapes, left = start, problem.spread(problem.data @ adjoint(courses)) - apply(start)
    ahead = inverse * left
    direction, size = ahead, _inner(left, ahead)
    small = ACCURACY**2 * size
    for _ in range(MOST_STEPS):
        if not size > small:
            break
        image = apply(direction)
        step = size / _inner(direction, image)
        shapes, left = shapes + step * direction, left - step * image
        ahead = inverse * left
        before, size = size, _inner(left, ahead)
        direction = ahead + (size / before) * direction
    return shapes


def _diagonal(problem: ObservedProblem, grams: Array) -> Array:
    """Return Σ_p b_pj² (X M_p Xᴴ)_ii for every eigenvector j and component i."""
    xp = array_namespace(grams)
    shares = xp.matrix_transpose(squared(problem.sensing))
    powers = real(xp.linalg.diagonal(grams))
    return xp.sum(shares, axis=1)[:, None] * powers if int(grams.shape[0]) == 1 else shares @ powers


def _rows(values: Array, matrices: Array) -> Array:
    """Return every row times its matrix, or times the only one."""
    if int(matrices.shape[0]) == 1:
        return values @ matrices[0, :, :]
    return (values[:, None, :] @ matrices)[:, 0, :]


def _inner(first: Array, second: Array) -> float:
    xp = array_namespace(first)
    return float(real(xp.sum((xp.conj(first) if is_complex(first) else first) * second)))
