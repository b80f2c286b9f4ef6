"""Distances of records from the healthy centre, and what each feature contributes to them."""

from __future__ import annotations

import numpy as np

from wavefact.health.decision.scatter import Patterns, Scatter

__all__ = ["contributions", "squared_distances"]

_PART = 2**22  # numbers of matrices that are inverted at once


def squared_distances(features: np.ndarray, scatter: Scatter, extra: np.ndarray | None = None) -> np.ndarray:
    """Return Mahalanobis's squared distances by the features that are there, (n_records,).

    Parameters
    ----------
    features : (n_records, n_features) array
        NaN where missing.
    scatter : Scatter
    extra : (n_records, n_features) array, optional
        Variances of each record that come on top of the scatter.
    """
    there = np.isfinite(features)
    offsets = np.where(there, features - scatter.center, 0.0)
    if extra is None or not np.any(extra):
        patterns = Patterns(there)
        solved = patterns.multiply(offsets, patterns.inverses(scatter.matrix))
        return np.asarray(np.sum(offsets * solved, axis=1))
    return np.concatenate(
        [
            np.einsum(
                "ni,nij,nj->n", offsets[part], _inverses(there[part], scatter, extra[part]), offsets[part]
            )
            for part in _parts(*features.shape)
        ]
    )


def contributions(features: np.ndarray, scatter: Scatter, extra: np.ndarray | None = None) -> np.ndarray:
    """Return what each feature adds to the squared distance, (n_records, n_features); NaN where missing.

    References
    ----------
    P. H. Garthwaite and I. Koch, "Evaluating the contributions of individual variables to a quadratic form",
    Australian & New Zealand Journal of Statistics 58, 2016, section 2.
    """
    there = np.isfinite(features)
    offsets = np.where(there, features - scatter.center, 0.0)
    variances = np.diag(scatter.matrix) + (0.0 if extra is None else extra) * np.ones_like(features)
    shares = np.empty_like(features)
    for part in _parts(*features.shape):
        added = None if extra is None else extra[part]
        root = np.sqrt(variances[part])
        precision = _inverses(there[part], scatter, added) * root[:, :, None] * root[:, None, :]
        values, vectors = np.linalg.eigh(precision)
        standardized = np.einsum("nji,nj->ni", vectors, offsets[part] / root)
        turned = np.einsum("nij,nj->ni", vectors, np.sqrt(np.maximum(values, 0.0)) * standardized)
        shares[part] = turned**2
    return np.where(there, shares, np.nan)


def _inverses(there: np.ndarray, scatter: Scatter, extra: np.ndarray | None) -> np.ndarray:
    """Return the inverse scatter of what is there of each record, zero elsewhere, (n_records, p, p)."""
    both = there[:, :, None] & there[:, None, :]
    one = np.eye(there.shape[1])
    matrices = np.where(both, scatter.matrix, one)
    if extra is not None:
        matrices = matrices + np.where(there, extra, 0.0)[:, :, None] * one
    return np.where(both, np.linalg.inv(matrices), 0.0)


def _parts(n_records: int, n_features: int) -> list[slice]:
    step = max(1, _PART // n_features**2)
    return [slice(start, start + step) for start in range(0, n_records, step)]
