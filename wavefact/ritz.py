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

from wavefact._arrays import Array, array_namespace, is_complex, like, real, to_numpy
from wavefact.problem import Axis

__all__ = ["candidate_centres", "largest_ritz", "ritz", "ritz_from"]

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
    return largest_ritz(gram, axis.weights(like(centres, axis.eigenvalues)) ** -0.5, n_steps)


def largest_ritz(gram: Array, gains: Array, n_steps: int = N_STEPS) -> np.ndarray:
    """Return the root of the largest Ritz value of diag(gains) G diag(gains) for each column of gains.

    Parameters
    ----------
    gram : array, shape (..., n, n)
        Positive semidefinite matrices G.
    gains : array, shape (..., n, n_columns)
    n_steps : int
        Lanczos steps.

    Returns
    -------
    numpy.ndarray, shape (..., n_columns)
    """
    if int(gains.shape[-2]) <= LARGE:
        return _filtered(gram, gains, n_steps)
    xp = array_namespace(gram)
    largest = xp.max(xp.abs(gram), axis=(-2, -1), keepdims=True)
    scale = xp.where(largest > 0, largest, xp.ones_like(largest))
    half = xp.complex64 if is_complex(gram) else xp.float32
    values = _filtered(xp.astype(gram / scale, half), xp.astype(gains, xp.float32), n_steps)
    return np.asarray(values.astype(float) * to_numpy(scale[..., 0]) ** 0.5 * (1.0 - ROUNDING))


def _filtered(gram: Array, gains: Array, n_steps: int) -> np.ndarray:
    # A fixed start without symmetry, heaviest where the filter passes.
    spread = 0.5 + (GOLDEN * np.arange(1, int(gains.shape[-2]) + 1)) % 1.0
    start = array_namespace(gram).astype(gains * like(spread, gains)[:, None], gram.dtype)
    return ritz_from(lambda vectors: gains * (gram @ (gains * vectors)), start, n_steps)


def ritz_from(apply: Callable[[Array], Array], start: Array, n_steps: int) -> np.ndarray:
    """Return the root of the largest Ritz value of each of a set of matrices.

    Parameters
    ----------
    apply : callable
        Multiplies each column of an array (..., n, n_matrices) by its own Hermitian matrix.
    start : array, shape (..., n, n_matrices)
        Where each begins.
    n_steps : int
        Lanczos steps.

    Returns
    -------
    numpy.ndarray, shape (..., n_matrices)
    """
    xp = array_namespace(start)
    vectors, norms = _unit(start)
    before = xp.zeros_like(vectors)
    diagonal: list[Array] = []
    beside: list[Array] = []
    for _ in range(min(n_steps, int(start.shape[-2]))):
        images = apply(vectors)
        if beside:
            images = images - before * norms
        shares = real(xp.sum(_conjugate(vectors) * images, axis=-2, keepdims=True))
        images = images - vectors * shares
        before, (vectors, norms) = vectors, _unit(images)
        diagonal.append(shares)
        beside.append(norms)
    return _largest(to_numpy(xp.concat(diagonal, axis=-2)), to_numpy(xp.concat(beside, axis=-2)))


def _unit(vectors: Array) -> tuple[Array, Array]:
    """Return each column over its norm, or zero, and the norms."""
    xp = array_namespace(vectors)
    norms = xp.linalg.vector_norm(vectors, axis=-2, keepdims=True)
    return vectors / xp.clip(norms, min=float(xp.finfo(norms.dtype).smallest_normal)), norms


def _largest(diagonal: np.ndarray, beside: np.ndarray) -> np.ndarray:
    """Return the root of the largest eigenvalue of each tridiagonal matrix, from (..., n_steps, n)."""
    matrices = np.zeros((*diagonal.shape[:-2], diagonal.shape[-1], diagonal.shape[-2], diagonal.shape[-2]))
    steps = np.arange(diagonal.shape[-2])
    matrices[..., steps, steps] = np.swapaxes(diagonal, -1, -2)
    matrices[..., steps[1:], steps[:-1]] = np.swapaxes(beside[..., :-1, :], -1, -2)  # the lower triangle
    return np.sqrt(np.maximum(np.linalg.eigvalsh(matrices)[..., -1], 0.0))


def _conjugate(values: Array) -> Array:
    return array_namespace(values).conj(values) if is_complex(values) else values
