"""Which wave filter a measured shape has passed, by the likelihood of its entries.

The linear algebra of `expand_shapes`: a shape is a sum of eigenvectors with independent normal coefficients,
whose variances are the power gain of a first-order Butterworth filter.  Given the entries and the filter, the
shape is known everywhere, with its uncertainty.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["MeasuredShape", "shape_everywhere"]

_MOST_CENTRES, _MOST_WIDTHS = 8, 14
_RATIOS = np.logspace(-2, 12, 29)  # variance of the shape over that of its errors
_NEGLIGIBLE = 1e-3  # likelihood, relative to the best, of a filter that is left out


@dataclass(frozen=True, eq=False)
class MeasuredShape:
    """Entries of a shape, their standard errors, and whether these are known, else known up to a factor."""

    entries: np.ndarray
    errors: np.ndarray
    errors_known: bool

    @property
    def whitened(self) -> np.ndarray:
        """Entries over errors, (n_measured, 1), or real and imaginary part, (n_measured, 2)."""
        parts = [self.entries.real, self.entries.imag] if np.iscomplexobj(self.entries) else [self.entries]
        return np.stack(parts, axis=1) / self.errors[:, None]


@dataclass(frozen=True, eq=False)
class _Fit:
    """How likely one filter makes the entries, at each ratio of shape to errors, and what that rests on."""

    gains: np.ndarray  # (n_points,) power gain of each eigenvector, mean 1 over the measured points
    values: np.ndarray  # eigenvalues and eigenvectors of the whitened covariance of the entries
    vectors: np.ndarray
    likelihoods: np.ndarray  # (n_ratios,) logarithms
    variances: np.ndarray  # (n_ratios,) σ² of errors in units of those given


def shape_everywhere(
    measured: MeasuredShape, rows: np.ndarray, eigenvectors: np.ndarray, eigenvalues: np.ndarray
) -> tuple[np.ndarray, np.ndarray] | None:
    """Return a shape at all points and its standard errors, or None where it is no better than noise.

    Parameters
    ----------
    measured : MeasuredShape
    rows : (n_measured,) integers
    eigenvectors : (n_points, n_points) array
        As columns, in the order of `eigenvalues`.
    eigenvalues : (n_points,) array, ≥ 0
    """
    at_rows = eigenvectors[rows] / measured.errors[:, None]
    data = measured.whitened
    known = measured.errors_known
    fits = [_fitted(gains, at_rows, data, known) for gains in _bank(at_rows, data, eigenvalues)]
    likelihoods = np.stack([fit.likelihoods for fit in fits])
    best = likelihoods.max()
    if not best > _likelihood(np.sum(data**2), 0.0, data.size, known):
        return None
    shares = np.exp(likelihoods - best)
    shares *= shares > _NEGLIGIBLE
    shares /= shares.sum()
    alive = np.flatnonzero(np.any(shares > 0, axis=1))
    chosen = [(i, np.flatnonzero(shares[i])) for i in alive]
    found = [
        each for i, ratios in chosen for each in _everywhere(fits[i], ratios, eigenvectors, at_rows, data)
    ]
    means, variances = (np.stack(each) for each in zip(*found, strict=True))
    weights = np.concatenate([shares[i, ratios] for i, ratios in chosen])
    mean = np.tensordot(weights, means, axes=1)
    scatter = np.mean((means - mean) ** 2, axis=2)  # of the real and the imaginary part
    errors = np.sqrt(weights @ (variances + scatter))
    return (mean[:, 0] + 1j * mean[:, 1] if mean.shape[1] == 2 else mean[:, 0]), errors


def _bank(at_rows: np.ndarray, data: np.ndarray, eigenvalues: np.ndarray) -> Iterator[np.ndarray]:
    """Yield power gains 1 / (1 + ((α − κ) / δ)²) of filters around the eigenvectors most like the shape.

    Half-widths δ reach from a hundredth of the lowest eigenvalue, which lets one eigenvector pass, to the
    highest of as many as there are entries, which lets all pass that can be told apart.
    """
    lowest = np.argsort(eigenvalues, kind="stable")[: len(data)]
    lengths = np.sum(at_rows[:, lowest] ** 2, axis=0)
    likeness = np.sum((at_rows[:, lowest].T @ data) ** 2, axis=1) / np.where(lengths > 0, lengths, np.inf)
    centres = eigenvalues[lowest[np.argsort(-likeness, kind="stable")[:_MOST_CENTRES]]]
    first = float(np.min(eigenvalues[eigenvalues > 0], initial=np.inf))
    first = first if np.isfinite(first) else 1.0  # where all motions are rigid any width does
    narrow, wide = 1e-2 * first, max(first, float(eigenvalues[lowest].max()))
    for width in np.geomspace(narrow, wide, min(_MOST_WIDTHS, 2 + int(np.log2(wide / narrow)))):
        for centre in centres:
            yield 1.0 / (1.0 + ((eigenvalues - centre) / width) ** 2)


def _fitted(gains: np.ndarray, at_rows: np.ndarray, data: np.ndarray, errors_known: bool) -> _Fit:
    covariance = (at_rows * gains) @ at_rows.T
    level = np.trace(covariance) / len(data)
    values, vectors = np.linalg.eigh(covariance / level)
    values = np.maximum(values, 0.0)
    power = np.sum((vectors.T @ data) ** 2, axis=1)
    spread = 1.0 + _RATIOS[:, None] * values
    squares = np.sum(power / spread, axis=1)
    determinants = data.shape[1] * np.sum(np.log(spread), axis=1)
    likelihoods = _likelihood(squares, determinants, data.size, errors_known)
    variances = np.ones(_RATIOS.size) if errors_known else squares / max(data.size - 2, 1)
    return _Fit(gains / level, values, vectors, likelihoods, variances)


def _likelihood(squares: Any, determinants: Any, n: int, errors_known: bool) -> Any:
    """Return the logarithm of the likelihood, less a constant; averaged over the size of unknown errors."""
    return -0.5 * (determinants + (squares if errors_known else n * np.log(squares)))


def _everywhere(
    fit: _Fit, indices: np.ndarray, eigenvectors: np.ndarray, at_rows: np.ndarray, data: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield mean (n_points, n_parts) and variance (n_points,) of the shape, at some ratios."""
    across = (eigenvectors * fit.gains) @ (at_rows.T @ fit.vectors)
    before = np.sum(eigenvectors**2 * fit.gains, axis=1)
    turned = fit.vectors.T @ data
    for index in indices:
        ratio = _RATIOS[index]
        inverse = ratio / (1.0 + ratio * fit.values)
        variance = ratio * np.maximum(before - across**2 @ inverse, 0.0)
        yield across @ (inverse[:, None] * turned), fit.variances[index] * variance
