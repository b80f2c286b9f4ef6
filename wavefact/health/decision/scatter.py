"""Centre and scatter of features of which some values may be missing and some records outlying.

One algorithm serves both kinds of detector: expectation–maximization of the multivariate t law, whose records
far from the centre weigh less; with infinitely many degrees of freedom it is the maximum likelihood of
gaussian features.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from wavefact.errors import InputError

__all__ = ["Patterns", "Scatter", "fit_scatter"]

FREEDOM = 4.0  # degrees of freedom of the robust fit: outliers weigh little, gaussian records nearly alike
_RTOL, _MOST = 1e-5, 500  # of the matrix, relative to its diagonal, from step to step; steps


class Scatter(NamedTuple):
    """Centre (n_features,) and scatter matrix (n_features, n_features)."""

    center: np.ndarray
    matrix: np.ndarray


class Patterns:
    """Records sorted by which of their features are there, so that each pattern is inverted once.

    Parameters
    ----------
    there : (n_records, n_features) boolean array
    """

    def __init__(self, there: np.ndarray) -> None:
        self.patterns, which = np.unique(there, axis=0, return_inverse=True)
        which = which.reshape(-1)
        order, ends = np.argsort(which, kind="stable"), np.cumsum(np.bincount(which))
        self.records = np.split(order, ends[:-1])

    def inverses(self, matrix: np.ndarray) -> np.ndarray:
        """Return the inverse of each pattern's part of a matrix, zero elsewhere, (n_patterns, p, p)."""
        both = self.patterns[:, :, None] & self.patterns[:, None, :]
        return np.where(both, np.linalg.inv(np.where(both, matrix, np.eye(matrix.shape[0]))), 0.0)

    def multiply(self, values: np.ndarray, matrices: np.ndarray) -> np.ndarray:
        """Return values (n_records, p) times the matrix of the pattern of each."""
        product = np.empty_like(values)
        for records, matrix in zip(self.records, matrices, strict=True):
            product[records] = values[records] @ matrix
        return product


def fit_scatter(
    features: np.ndarray, freedom: float, start: Scatter | None = None, *, shrink: bool = False
) -> Scatter:
    """Return the maximum-likelihood centre and scatter of a multivariate t law.

    Parameters
    ----------
    features : (n_records, n_features) array
        NaN where missing.
    freedom : float
        Degrees of freedom; infinite for the gaussian law.
    start : Scatter, optional
    shrink : bool
        Whether correlations are shrunk towards zero by as much as they are unsure.

    Raises
    ------
    InputError
        If the scatter is singular: features depend on each other, or records are too few.

    References
    ----------
    C. Liu and D. B. Rubin, "ML estimation of the t distribution using EM and its extensions, ECM and ECME",
    Statistica Sinica 5, 1995, section 2.
    J. Schäfer and K. Strimmer, "A shrinkage approach to large-scale covariance matrix estimation and
    implications for functional genomics", Statistical Applications in Genetics and Molecular Biology 4, 2005,
    target D.
    """
    there = np.isfinite(features)
    patterns = Patterns(there)
    filled = np.where(there, features, 0.0)
    center, matrix = start or Scatter(np.nanmedian(features, axis=0), np.diag(np.nanvar(features, axis=0)))
    for _ in range(_MOST):
        old = matrix
        center, matrix = _step(filled, there, patterns, freedom, Scatter(center, matrix))
        matrix = _shrunk(matrix, len(features)) if shrink else matrix
        scale = np.sqrt(np.diag(matrix))
        if not np.all(scale > 0) or np.linalg.cond(matrix / np.outer(scale, scale)) > 1e12:
            raise InputError(
                f"The scatter of {features.shape[1]} features over {len(features)} records is singular: "
                "leave out features that follow from others or do not vary, or take kind='robust', which "
                "shrinks correlations."
            )
        if np.max(np.abs(matrix - old) / np.outer(scale, scale)) < _RTOL:
            break
    return Scatter(center, matrix)


def _step(
    filled: np.ndarray, there: np.ndarray, patterns: Patterns, freedom: float, last: Scatter
) -> Scatter:
    """Fill in what is missing by its expectation, weigh the records, and take their moments."""
    inverses = patterns.inverses(last.matrix)
    offsets = np.where(there, filled - last.center, 0.0)
    solved = patterns.multiply(offsets, inverses)
    distances = np.sum(offsets * solved, axis=1)
    weights = (
        np.ones(len(filled)) if np.isinf(freedom) else (freedom + there.sum(axis=1)) / (freedom + distances)
    )
    complete = np.where(there, offsets, solved @ last.matrix)
    shift = weights @ complete / weights.sum()
    around = complete - shift
    matrix = (around.T * weights) @ around / len(filled)
    counts = np.array([len(records) for records in patterns.records])
    mean_inverse = np.tensordot(counts / len(filled), inverses, axes=1)
    missing = last.matrix - last.matrix @ mean_inverse @ last.matrix
    return Scatter(last.center + shift, matrix + (missing + missing.T) / 2)


def _shrunk(matrix: np.ndarray, n_records: int) -> np.ndarray:
    """Shrink correlations towards zero by their mean square error over their mean square."""
    scale = np.sqrt(np.diag(matrix))
    squares = (matrix / np.outer(scale, scale)) ** 2
    off = ~np.eye(len(matrix), dtype=bool)
    total = np.sum(squares[off])
    if total == 0:
        return matrix
    amount = min(1.0, float(np.sum((1 - squares[off]) ** 2) / (n_records - 1) / total))
    return np.where(off, 1 - amount, 1.0) * matrix
