"""Shift of the local wavenumber of mode shapes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from wavefact.health.indicators._pairs import Pairs, States
from wavefact.health.indicators._propagation import Formula
from wavefact.health.indicators._strains import curvature_matrix
from wavefact.health.indicators.base import Indicator
from wavefact.operators.base import WaveOperator

__all__ = ["LocalWavenumberShift"]


@dataclass(frozen=True)
class LocalWavenumberShift(Indicator):
    """Say where the waves of mode shapes became shorter than they were.

    Parameters
    ----------
    width : float
        Standard deviation of the window around a point, in wavelengths of each mode [-].

    Notes
    -----
    Σ_r (k²_r − k²_r,reference)/k̄²_r,reference, of the local k²_r(p) = Σ_q w_pq u_q (−∇²u)_q / Σ_q w_pq u_q²,
    the least-squares solution of −∇²u = k² u in a window w around point p, and its mean k̄² over the
    structure: positive where waves are slower, so where stiffness was lost.  A window should hold half a
    wavelength, as ±2 × 0.15 does, so that no node of the shape fills it.  Near ends of bending waves k² is no
    wavenumber, but the same before and after.  Positions and wavenumbers must be of one unit, which those of
    a `FiniteElement` model may not be.

    References
    ----------
    E. B. Flynn, S. Y. Chong, G. J. Jarmer and J.-R. Lee, "Structural imaging through local wavenumber
    estimation of guided waves", NDT & E International 59, 2013; here of standing waves, by moments.

    Examples
    --------
    >>> gaps = np.eye(40, 39) - np.eye(40, 39, k=-1)  # of a string, some of them softer
    >>> springs = np.where(np.abs(np.arange(40) - 12) < 3, 0.8, 1.0)[:, None]
    >>> shapes = [np.linalg.eigh(gaps.T @ (k * gaps))[1][:, :5] for k in (np.ones((40, 1)), springs)]
    >>> before, after = (wf.ModalModel(np.arange(1.0, 6.0), [0.01] * 5, s) for s in shapes)
    >>> print(np.argmax(LocalWavenumberShift()(before, after, wf.String(39)).values))
    11
    """

    along: ClassVar[str] = "points"

    width: float = 0.15

    def formula(self, pairs: Pairs, operator: WaveOperator | None) -> Formula:
        """Return the relative shift of each mode's local k², (..., n_points, n_modes)."""
        assert operator is not None  # by the check before
        matrix, shares = curvature_matrix(operator), operator.shares[:, None]
        mean = _mean_squares(matrix, shares, pairs.reference.shapes)
        windows = self._windows(operator, mean)

        def squares(states: States) -> np.ndarray:
            shapes = states.shapes
            products = shares * shapes * (matrix @ shapes)
            return np.asarray(_smoothed(windows, products) / _smoothed(windows, shares * shapes**2))

        def shift(reference: States, current: States) -> np.ndarray:
            return np.asarray((squares(current) - squares(reference)) / mean)

        return shift

    def _windows(self, operator: WaveOperator, squares: np.ndarray) -> np.ndarray:
        """Return the weights of points around each point, (n_modes, n_points, n_points)."""
        places = np.asarray(operator.positions, dtype=float).reshape(operator.n_points, -1)
        distances = np.sum((places[:, None] - places[None]) ** 2, axis=-1)
        widths = self.width * 2 * np.pi / np.sqrt(squares)
        return np.asarray(np.exp(-distances / (2 * widths[:, None, None] ** 2)))


def _smoothed(windows: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return the weighted sums around each point, mode by mode, (..., n_points, n_modes)."""
    columns = np.swapaxes(values, -1, -2)[..., None]
    return np.asarray(np.swapaxes((windows @ columns)[..., 0], -1, -2))


def _mean_squares(matrix: np.ndarray, shares: np.ndarray, shapes: np.ndarray) -> np.ndarray:
    """Return k² of whole shapes, (n_modes,) [rad²/m²]."""
    energies = np.sum(shares * shapes * (matrix @ shapes), axis=0)
    return np.asarray(np.abs(energies) / np.sum(shares * shapes**2, axis=0))
