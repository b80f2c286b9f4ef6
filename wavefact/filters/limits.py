"""The two limits of the wave weight, which have closed forms, and errors between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wavefact._arrays import to_numpy
from wavefact.errors import InputError
from wavefact.operators import WaveOperator

__all__ = ["FilterErrors", "group_lasso", "nuclear_norm"]

SAME = 1e-12  # of the largest eigenvalue: closer ones are one


def nuclear_norm(signals: np.ndarray, operator: WaveOperator, regularization: float) -> np.ndarray:
    """Return what `factorize` reconstructs without wave weights, in closed form.

    Parameters
    ----------
    signals : array, shape (n_points, n_samples)
        Real or complex.
    operator : WaveOperator
        Of as many points; without a wave weight, only its shares of the mass matter.
    regularization : float
        λ > 0.

    Returns
    -------
    numpy.ndarray, shape (n_points, n_samples)
        In the unit of the signals.

    Notes
    -----
    γ = 0: every wavenumber passes, and the minimiser of ½‖Y − Z‖² + λ‖Z‖_* has the singular values
    max(σ_i − λ, 0).

    References
    ----------
    Cai, Candès & Shen, "A singular value thresholding algorithm for matrix completion", SIAM J. Optimization
    20 (2010), theorem 2.1.

    Examples
    --------
    >>> import numpy as np
    >>> import wavefact as wf
    >>> np.allclose(wf.filters.nuclear_norm(np.diag([3.0, 1.0]), wf.String(2), 2.0), np.diag([1.0, 0.0]))
    True
    """
    _check(regularization)
    coefficients = operator.analyze(to_numpy(signals))
    return np.asarray(operator.synthesize(_shrunken(coefficients, regularization)))


def group_lasso(signals: np.ndarray, operator: WaveOperator, regularization: float) -> np.ndarray:
    """Return what `factorize` reconstructs with an infinite wave weight, in closed form.

    Parameters
    ----------
    signals : array, shape (n_points, n_samples)
        Real or complex.
    operator : WaveOperator
        Of as many points.
    regularization : float
        λ > 0.

    Returns
    -------
    numpy.ndarray, shape (n_points, n_samples)
        In the unit of the signals.

    Notes
    -----
    γ → ∞: one eigenvector passes each filter, and the coefficients ŷ_j (rows) of the minimiser are
    max(1 − λ/‖ŷ_j‖, 0) ŷ_j.  Eigenvectors of one eigenvalue pass together, and their singular values shrink.

    References
    ----------
    Yuan & Lin, "Model selection and estimation in regression with grouped variables", J. Royal Statistical
    Society B 68 (2006), eq. (2.4).

    Examples
    --------
    >>> import numpy as np
    >>> import wavefact as wf
    >>> line = wf.String(9)
    >>> found = wf.filters.group_lasso(line.basis[:, :2] * [5.0, 1.0], line, 2.0)
    >>> np.allclose(found, line.basis[:, :2] * [3.0, 0.0])
    True
    """
    _check(regularization)
    coefficients = operator.analyze(to_numpy(signals))
    shrunken = np.zeros_like(coefficients)
    for rows in _groups(operator.eigenvalues):
        shrunken[rows] = _shrunken(coefficients[rows], regularization)
    return np.asarray(operator.synthesize(shrunken))


def _shrunken(coefficients: np.ndarray, regularization: float) -> np.ndarray:
    """Return the matrix with its singular values less λ; of one row, its norm."""
    left, values, right = np.linalg.svd(coefficients, full_matrices=False)
    return np.asarray((left * np.maximum(values - regularization, 0.0)) @ right)


def _groups(eigenvalues: np.ndarray) -> list[np.ndarray]:
    """Return the rows of each eigenvalue; those that rounding separates belong together."""
    order = np.argsort(eigenvalues, kind="stable")
    apart = np.diff(eigenvalues[order]) > SAME * eigenvalues.max(initial=0.0)
    return np.split(order, np.flatnonzero(apart) + 1)


def _check(regularization: float) -> None:
    if not 0 < regularization < float("inf"):
        raise InputError(f"regularization is {regularization!r}; expected a finite λ > 0.")


@dataclass(frozen=True, eq=False)
class FilterErrors:
    """Errors of reconstructions over the wave weight, for `plots.filters`.

    Attributes
    ----------
    wave_weights : numpy.ndarray, shape (n,)
        γ, ascending, > 0.
    factorization : numpy.ndarray, shape (n,)
        Relative error of the factorization at each [-].
    bandpass : numpy.ndarray, shape (n,)
        That of classical band-passes with the same bands [-].
    nuclear_norm, group_lasso : float
        Those of the limits γ = 0 and γ → ∞ [-].

    Examples
    --------
    >>> from wavefact.filters import FilterErrors
    >>> weights = np.array([1.0, 10.0])
    >>> FilterErrors(weights, np.array([0.5, 0.4]), np.array([0.7, 0.8]), 0.6, 0.7).factorization.min()
    np.float64(0.4)
    """

    wave_weights: np.ndarray
    factorization: np.ndarray
    bandpass: np.ndarray
    nuclear_norm: float
    group_lasso: float
