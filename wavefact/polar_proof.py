"""Proofs that the polar of a residual stays below a level over a continuum of wave filters.

A level τ is *proven* on whole intervals.  Everything rests on the matrix quadratic in κ

    P(κ) = τ² W(κ) − R Rᴴ,          Ω°(R) ≤ τ  ⇔  P(κ) ⪰ 0 for every κ,

and on two bounds of it over an interval [a, b], h = b − a:

* *box* (wide intervals): replacing |α_j − κ| by the distance of α_j to [a, b] only lowers P;
* *chord* (narrow intervals): κ² ≥ 2mκ − m² with m the midpoint makes P linear in κ, so
  ``P(a) ⪰ τ²γh²/4`` and ``P(b) ⪰ τ²γh²/4`` suffice.  The bound is of second order in h, so
  around a touching point the intervals grow geometrically: their number rises with the
  logarithm of the accuracy only.

Either is decided by Cholesky factorizations.  Centres outside the spectrum of the axis
only raise every weight, so the spectrum's range is enough.
"""

from __future__ import annotations

import numpy as np

from wavefact._arrays import Array, array_namespace, like, positive_definite, to_numpy
from wavefact.far_rows import Rows
from wavefact.problem import Axis

__all__ = ["box_weights", "dominated", "prove", "rounding"]

N_INTERVALS = 64  # at the start of a proof; each is halved as needed
NARROWEST = 1e-13  # of the spectrum's range: narrower intervals are not halved any further


def rounding(n: int) -> float:
    """Return the relative error that rounding can cause in a level proven at size `n`.

    Cholesky's success proves λ_min ≥ −n(n + 1)u relative to the diagonal (Demmel 1989), the
    products of a Gram matrix of rank n err by n²u at most, u = eps/2; a level is a square root.
    """
    return 0.5 * (n + 2) ** 2 * float(np.finfo(np.float64).eps)


def prove(
    gram: Array | Rows,
    axis: Axis,
    level: float,
    start: np.ndarray,
    bounds: tuple[float, float] | None = None,
    n_intervals: int = N_INTERVALS,
) -> np.ndarray:
    """Prove Ω° ≤ `level` over the continuum of centres, or return centres that violate it.

    Parameters
    ----------
    gram : array, shape (n, n), or Rows
        R Rᴴ of the residual, or its rows where they are longer than wide.
    axis : Axis
        Of the same n rows.
    level : float
        τ to prove.
    start : numpy.ndarray
        Centres to begin with; touching points belong here.
    bounds : pair of float, optional
        First and last centre; by default those of the axis.
    n_intervals : int
        To begin with.

    Returns
    -------
    numpy.ndarray
        Violating centres; empty when the level is proven.  Where the filters are so narrow that
        floating-point centres do not resolve them, a centre may be one that only escapes proof.
    """
    low, high = axis.bounds if bounds is None else bounds
    nodes = np.unique(np.clip(np.concatenate([np.linspace(low, high, n_intervals + 1), start]), low, high))
    chords = _Chords(gram, axis, level)
    narrowest = max(NARROWEST * (high - low), 4.0 * float(np.finfo(np.float64).eps) * high)
    wide = np.stack([nodes[:-1], nodes[1:]], axis=1) if high > low else np.zeros((0, 2))
    narrow = np.zeros((0, 2)) if high > low else np.asarray([[low, high]])
    while len(wide) + len(narrow):
        wide = wide[~_boxed(gram, axis, level, wide)]
        narrow = narrow[~chords.prove(narrow)]
        is_last = _widths(narrow) <= narrowest
        last = narrow[is_last][~_boxed(gram, axis, level, narrow[is_last])]
        narrow = narrow[~is_last]
        violated = [*last, *wide[_widths(wide) <= narrowest], *narrow[~chords.hold(narrow.mean(axis=1), 0.0)]]
        if violated:
            return np.asarray(violated).mean(axis=1)
        halves = _halve(wide)
        is_narrow = _widths(halves) <= axis.bandwidth
        wide, narrow = halves[~is_narrow], np.concatenate([halves[is_narrow], _halve(narrow)])
    return np.zeros(0)


class _Chords:
    """Chord tests at nodes, remembering the widest interval each node has passed."""

    def __init__(self, gram: Array | Rows, axis: Axis, level: float) -> None:
        self._gram, self._axis, self._level = gram, axis, level
        self._widest: dict[float, float] = {}

    def prove(self, intervals: np.ndarray) -> np.ndarray:
        widths = _widths(intervals)
        return self.hold(intervals[:, 0], widths) & self.hold(intervals[:, 1], widths)

    def hold(self, nodes: np.ndarray, widths: np.ndarray | float) -> np.ndarray:
        widths = np.broadcast_to(np.asarray(widths, dtype=float), nodes.shape)
        known = np.asarray([self._widest.get(node, -1.0) for node in nodes.tolist()])
        passed = known >= widths
        open_ = np.flatnonzero(~passed)
        if len(open_):
            curvature = self._axis.weight * widths[open_] ** 2 / 4.0
            weights = self._axis.weights(like(nodes[open_], self._axis.eigenvalues))
            weights = weights - like(curvature, self._axis.eigenvalues)[None, :]
            passed[open_] = _bounded(self._gram, self._level**2 * weights)
        for i in open_[passed[open_]].tolist():
            self._widest[float(nodes[i])] = max(float(widths[i]), self._widest.get(float(nodes[i]), -1.0))
        return passed


def _bounded(gram: Array | Rows, diagonals: Array) -> np.ndarray:
    """Tell for each column whether diag(column) − R Rᴴ ⪰ 0: diagonal dominance first, else Cholesky."""
    if isinstance(gram, Rows):
        return gram.bounded(diagonals)
    xp, passed = array_namespace(gram), dominated(gram, diagonals)
    if not np.all(passed):
        open_ = np.flatnonzero(~passed & (to_numpy(xp.min(diagonals, axis=0)) > 0))
        passed[open_] = positive_definite(xp.take(diagonals.T, like(open_, gram), axis=0), gram)
    return passed


def dominated(gram: Array, diagonals: Array) -> np.ndarray:
    """Tell for each column whether row sums alone prove diag(column) − R Rᴴ ≻ 0.

    Parameters
    ----------
    gram : array, shape (..., n, n)
    diagonals : array, shape (..., n, n_columns), real

    Returns
    -------
    numpy.ndarray of bool, shape (..., n_columns)
        No eigenvalue exceeds the largest row sum of magnitudes.
    """
    xp = array_namespace(gram)
    gains = xp.where(diagonals > 0, diagonals, xp.ones_like(diagonals)) ** -0.5
    rows = xp.max(gains * (xp.abs(gram) @ gains), axis=-2)
    return to_numpy((rows < 1.0) & (xp.min(diagonals, axis=-2) > 0))


def _boxed(gram: Array | Rows, axis: Axis, level: float, intervals: np.ndarray) -> np.ndarray:
    """Tell for each interval whether its box bound proves `level`."""
    if len(intervals) == 0:
        return np.zeros(0, dtype=bool)
    return _bounded(gram, level**2 * box_weights(axis, intervals))


def box_weights(axis: Axis, intervals: np.ndarray) -> Array:
    """Return 1 + γ dist(α, [a, b])² for each of (..., n_intervals, 2), shape (..., n, n_intervals)."""
    xp, values = array_namespace(axis.eigenvalues), axis.eigenvalues[..., :, None]
    ends = like(intervals, axis.eigenvalues)
    outside = xp.maximum(ends[..., None, :, 0] - values, values - ends[..., None, :, 1])
    return 1.0 + axis.weight * xp.where(outside > 0, outside, xp.zeros_like(outside)) ** 2


def _widths(intervals: np.ndarray) -> np.ndarray:
    return np.asarray(intervals[:, 1] - intervals[:, 0])


def _halve(intervals: np.ndarray) -> np.ndarray:
    middles = intervals.mean(axis=1)
    left, right = (intervals[:, 0], middles), (middles, intervals[:, 1])
    return np.concatenate([np.stack(left, axis=1), np.stack(right, axis=1)])
