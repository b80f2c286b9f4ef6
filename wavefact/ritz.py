"""Fast lower estimates of the polar at many centres at once: batched Lanczos.

All centres share the Gram matrix, so each Lanczos step of all of them is one matrix product.
Ritz values never exceed the singular values they stand for, so they show where the polar is
large, and never prove that it is small.

References
----------
Golub & Van Loan, "Matrix Computations", 4th ed., §10.1 (Lanczos, Ritz values).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from wavefact._arrays import Array, array_namespace, is_complex, like, real, squared, to_numpy
from wavefact.problem import Axis

__all__ = ["candidate_centres", "ritz", "ritz_above", "ritz_from"]

N_STEPS = 16  # of Lanczos: about 1e-3 on pure noise, far better where something stands out
THINNING = 0.2  # of the bandwidth
LARGE = 400  # entries, above which single precision does: its rounding is far below Lanczos' own error
ROUNDING = 1e-5  # by which results in single precision are lowered, so that they stay lower estimates
GOLDEN = 0.6180339887498949


def candidate_centres(axis: Axis, *more: np.ndarray) -> np.ndarray:
    """Return where to look for a large polar: eigenvalues, midpoints between them, and `more`.

    Eigenvalues that are much closer than the filters are wide stand for each other.
    """
    values = to_numpy(axis.eigenvalues)
    if np.isfinite(axis.bandwidth):
        bins = np.floor((values - values.min()) / (THINNING * axis.bandwidth))
        values = values[np.unique(bins, return_index=True)[1]]
    values = np.unique(np.concatenate([values, axis.bounds]))
    return np.unique(np.concatenate([values, 0.5 * (values[1:] + values[:-1]), *more]))


def ritz(gram: Array, axis: Axis, centres: np.ndarray, n_steps: int = N_STEPS) -> np.ndarray:
    """Return a lower estimate of σ_max(W(κ)^{-1/2} R) at each centre.

    Parameters
    ----------
    gram : array, shape (n, n)
        R Rᴴ.
    axis : Axis
        Of n entries.
    centres : numpy.ndarray, shape (n_centres,)
    n_steps : int
        Lanczos steps.

    Returns
    -------
    numpy.ndarray, shape (n_centres,)
    """
    if len(centres) == 0:
        return np.zeros(0)
    xp = array_namespace(gram)
    gains = axis.weights(like(centres, axis.eigenvalues)) ** -0.5
    if len(axis) <= LARGE:
        return _filtered(gram, gains, n_steps)
    largest = xp.max(xp.abs(gram))
    scale = xp.where(largest > 0, largest, xp.ones_like(largest))
    half = xp.complex64 if is_complex(gram) else xp.float32
    values = _filtered(xp.astype(gram / scale, half), xp.astype(gains, xp.float32), n_steps)
    return np.asarray(values.astype(float) * float(scale) ** 0.5 * (1.0 - ROUNDING))


def ritz_above(gram: Array, axis: Axis, centres: np.ndarray, level: float) -> np.ndarray:
    """Return the centres where the lower estimate exceeds `level`; none where no row sum of |R Rᴴ| does."""
    if len(centres) == 0:
        return centres
    xp = array_namespace(gram)
    gains = axis.weights(like(centres, axis.eigenvalues)) ** -0.5
    sums = to_numpy(xp.max(gains * (xp.abs(gram) @ gains), axis=0))
    kept = centres[sums > level**2 * (1.0 - 1e-9)]
    return kept[ritz(gram, axis, kept) > level]


def _filtered(gram: Array, gains: Array, n_steps: int) -> np.ndarray:
    """Return the root of the largest Ritz value for each filter; `gains` are (n, n_centres)."""
    # A fixed start without symmetry, heaviest where the filter passes.
    spread = 0.5 + (GOLDEN * np.arange(1, int(gains.shape[0]) + 1)) % 1.0
    start = array_namespace(gram).astype(gains * like(spread, gains)[:, None], gram.dtype)
    return ritz_from(lambda vectors: gains * (gram @ (gains * vectors)), start, n_steps)


def ritz_from(apply: Callable[[Array], Array], start: Array, n_steps: int) -> np.ndarray:
    """Return the root of the largest Ritz value of each of a set of matrices.

    Parameters
    ----------
    apply : callable
        Multiplies each column of an array (n, n_matrices) by its own Hermitian matrix.
    start : array, shape (n, n_matrices)
        Where each begins.
    n_steps : int
        Lanczos steps.
    """
    xp = array_namespace(start)
    vectors = start / _nonzero(_norms(start))
    before, diagonal, beside = xp.zeros_like(vectors), [], []
    norms = None
    for _ in range(min(n_steps, int(start.shape[0]))):
        images = apply(vectors)
        if norms is not None:
            images = images - before * norms
        diagonal.append(real(xp.sum(_conjugate(vectors) * images, axis=0)))
        images = images - vectors * diagonal[-1]
        norms = _norms(images)
        beside.append(norms)
        before, vectors = vectors, images / _nonzero(norms)
    return _largest(to_numpy(xp.stack(diagonal)), to_numpy(xp.stack(beside)))


def _nonzero(norms: Array) -> Array:
    xp = array_namespace(norms)
    return xp.where(norms > 0, norms, xp.ones_like(norms))


def _largest(diagonal: np.ndarray, beside: np.ndarray) -> np.ndarray:
    """Return the root of the largest eigenvalue of each tridiagonal matrix."""
    n_steps, n_centres = diagonal.shape
    matrices = np.zeros((n_centres, n_steps, n_steps))
    steps = np.arange(n_steps)
    matrices[:, steps, steps] = diagonal.T
    matrices[:, steps[1:], steps[:-1]] = beside[:-1].T  # eigvalsh reads the lower triangle
    return np.sqrt(np.maximum(np.linalg.eigvalsh(matrices)[:, -1], 0.0))


def _norms(vectors: Array) -> Array:
    return array_namespace(vectors).sum(squared(vectors), axis=0) ** 0.5


def _conjugate(values: Array) -> Array:
    return array_namespace(values).conj(values) if is_complex(values) else values
