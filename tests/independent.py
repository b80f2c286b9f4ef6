"""Problems to solve, and answers by other means than the package's own."""

from __future__ import annotations

import numpy as np
import scipy.linalg

from wavefact.polar import polar
from wavefact.problem import Axis, Problem, unweighted

N_CENTRES = 20_000


def line_eigenvalues(n):
    """Return the eigenvalues of a string with fixed ends at unit spacing."""
    return 2.0 - 2.0 * np.cos(np.pi * np.arange(1, n + 1) / (n + 1))


def noise(rng, n, n_samples, is_complex=False):
    values = rng.standard_normal((n, n_samples))
    return values + 1j * rng.standard_normal((n, n_samples)) if is_complex else values


def problem_of(data, eigenvalues, weight, regularization):
    return Problem(data, Axis(eigenvalues, weight), unweighted(data.shape[1], data), regularization)


def random_problem(seed, n, n_samples, weight, fraction, is_complex=False):
    """Return a problem of pure noise with λ = `fraction` of Ω°(Y)."""
    data = noise(np.random.default_rng(seed), n, n_samples, is_complex)
    eigenvalues = line_eigenvalues(n)
    largest = polar(data @ data.conj().T, Axis(eigenvalues, weight), 1e-9).attained
    return problem_of(data, eigenvalues, weight, fraction * largest)


def singular_values(residual, eigenvalues, weight, centres):
    """Return σ_max of the weighted residual at each centre, from eigenvalues of its Gram matrix."""
    gram, largest = residual @ residual.conj().T, []
    for some in np.array_split(centres, max(1, len(centres) // 500)):
        gains = 1.0 / np.sqrt(1.0 + weight * (eigenvalues[None, :] - some[:, None]) ** 2)
        largest.append(np.linalg.eigvalsh(gains[:, :, None] * gram * gains[:, None, :])[:, -1])
    return np.sqrt(np.maximum(np.concatenate(largest), 0.0))


def dense_polar(residual, eigenvalues, weight, n_centres=N_CENTRES, near=()):
    """Return Ω° from many centres, finer around the eigenvalues, refined at the five highest peaks."""
    low, high = eigenvalues.min(), eigenvalues.max()
    offsets = np.linspace(-2.0, 2.0, 9) * min(weight**-0.5 if weight > 0 else np.inf, high - low)
    around = (eigenvalues[:, None] + offsets).ravel()
    nodes = np.unique(np.clip([*np.linspace(low, high, n_centres), *around, *near], low, high))
    values = singular_values(residual, eigenvalues, weight, nodes)
    best = values.max()
    for peak in np.argsort(-values)[:5]:
        a, b = nodes[max(peak - 1, 0)], nodes[min(peak + 1, len(nodes) - 1)]
        for _ in range(10):
            inside = np.linspace(a, b, 11)
            found = singular_values(residual, eigenvalues, weight, inside)
            best, top = max(best, found.max()), int(found.argmax())
            a, b = inside[max(top - 1, 0)], inside[min(top + 1, 10)]
    return float(best)


def objective(data, shapes, courses, centres, eigenvalues, weight, regularization):
    """Return ½‖Y − D Xᵀ‖² + (λ/2) Σ (‖x_i‖² + ‖d_i‖² + γ ‖(Λ − κ_i) d_i‖²), component by component."""
    value = 0.5 * np.linalg.norm(data - shapes @ courses) ** 2
    for d, x, centre in zip(shapes.T, courses, centres, strict=True):
        helmholtz = np.linalg.norm((eigenvalues - centre) * d) ** 2
        norms = np.linalg.norm(x) ** 2 + np.linalg.norm(d) ** 2
        value += 0.5 * regularization * (norms + weight * helmholtz)
    return float(value)


def objective_of(fit, signals):
    """Return the objective of a factorization from its public fields and the operator's dense matrix."""
    root = np.sqrt(fit.operator.shares)[:, None]
    matrix, shapes = fit.operator.matrix(), root * fit.spatial_factors
    value = 0.5 * np.linalg.norm(root * (signals - fit.spatial_factors @ fit.time_courses.T)) ** 2
    for d, x, centre in zip(shapes.T, fit.time_courses.T, fit.eigenvalues, strict=True):
        helmholtz = np.linalg.norm(matrix @ d - centre * d) ** 2
        norms = np.linalg.norm(x) ** 2 + np.linalg.norm(d) ** 2
        value += 0.5 * fit.regularization * (norms + fit.wave_weight * helmholtz)
    return float(value)


def hermite_beam(
    stiffness: np.ndarray, length: float = 1.0, ends: str = "pinned"
) -> tuple[np.ndarray, np.ndarray]:
    """Solve a beam of unit mass per length by Hermite cubic elements with consistent mass.

    `stiffness` (n_elements,) is EI of equal elements; `ends` is "pinned" or "clamped-free".  Returns ω²
    (n,) and deflections at the nodes (n_elements + 1, n) of unit modal mass.
    """
    n, h = len(stiffness), length / len(stiffness)
    bend = (
        np.array(
            [
                [12, 6 * h, -12, 6 * h],
                [6 * h, 4 * h**2, -6 * h, 2 * h**2],
                [-12, -6 * h, 12, -6 * h],
                [6 * h, 2 * h**2, -6 * h, 4 * h**2],
            ]
        )
        / h**3
    )
    mass = np.array(
        [
            [156, 22 * h, 54, -13 * h],
            [22 * h, 4 * h**2, 13 * h, -3 * h**2],
            [54, 13 * h, 156, -22 * h],
            [-13 * h, -3 * h**2, -22 * h, 4 * h**2],
        ]
    ) * (h / 420)  # fmt: skip
    k, m = np.zeros((2, 2 * n + 2, 2 * n + 2))
    for e, value in enumerate(stiffness):
        k[2 * e : 2 * e + 4, 2 * e : 2 * e + 4] += value * bend
        m[2 * e : 2 * e + 4, 2 * e : 2 * e + 4] += mass
    held = [0, 2 * n] if ends == "pinned" else [0, 1]
    free = np.setdiff1d(np.arange(2 * n + 2), held)
    values, vectors = scipy.linalg.eigh(k[np.ix_(free, free)], m[np.ix_(free, free)])
    full = np.zeros((2 * n + 2, free.size))
    full[free] = vectors
    return values, full[::2]
