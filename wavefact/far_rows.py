"""What rows far from a filter can add to the polar: upper bounds, and their exact share.

With the rows of W^{-1/2} R split into near ones, N, and far ones, F, for every τ

    τ² W − R Rᴴ ⪰ 0   ⇔   τ² W_N − R_N (I − T/τ²)^{-1} R_Nᴴ ⪰ 0,    T = R_Fᴴ W_F^{-1} R_F,    T ≺ τ² I

(Schur complement), and the right side falls as T rises.  So any upper bound of T over an interval of
centres gives a proof on the near rows alone: the number t ≥ λ_max(T) is cheap and lowers τ² to τ² − t
(`Rows.tail`); T itself, of as many rows as the residual has columns, is tight (`seen_through`).

References
----------
Horn & Johnson, "Matrix Analysis", 2nd ed., theorem 7.7.7 (Schur complements of definite matrices).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np

from wavefact._arrays import Array, adjoint, array_namespace, device, like, positive_definite, to_numpy
from wavefact.spectral_spans import Span, Spans

__all__ = ["Rows", "seen_through"]

PART = 2**22  # entries of the residual that are copied at once
LOUDEST = 0.99  # of τ²: beyond it I − T/τ² is too close to singular to be inverted


class Rows:
    """The rows of a residual in the order of their eigenvalues.

    Parameters
    ----------
    residual : array, shape (n, n_columns)
    spans : Spans
        Of its axis.
    """

    def __init__(self, residual: Array, spans: Spans) -> None:
        self.residual, self._spans = residual, spans
        self._is_sorted = bool(np.all(spans.order == np.arange(len(spans))))

    def __len__(self) -> int:
        return len(self._spans)

    def take(self, first: int, stop: int) -> Array:
        """Return rows first … stop − 1."""
        if self._is_sorted:
            return self.residual[first:stop, :]
        index = like(self._spans.order[first:stop], self.residual)
        return array_namespace(self.residual).take(self.residual, index, axis=0)

    def stacked(self, spans: Sequence[Span]) -> Array:
        """Return the rows of each span, (n_spans, n, n_columns), followed by zeros where others have more."""
        if len(spans) == 1:
            return self.take(spans[0].first, spans[0].stop)[None, ...]
        xp, sizes = array_namespace(self.residual), np.asarray([span.size for span in spans])
        places = np.arange(sizes.max())[None, :] + np.asarray([span.first for span in spans])[:, None]
        index = self._spans.order[np.minimum(places, len(self) - 1)]
        rows = xp.take(self.residual, like(index.ravel(), self.residual), axis=0)
        there = like((np.arange(sizes.max()) < sizes[:, None]).astype(float), self.residual)
        rows = xp.reshape(rows, (*index.shape, -1))
        return rows * xp.astype(there, rows.dtype)[:, :, None]

    def tail(self, span: Span) -> float:
        """Return t ≥ λ_max(T) at every centre of a span, T of all rows outside it.

        Blocks are bounded one by one; those that lie partly inside count as far.
        """
        starts = np.arange(0, len(self), self._spans.block)
        stops = np.minimum(starts + self._spans.block, len(self))
        outside = (starts < span.first) | (stops > span.stop)
        near = self._gains(self._spans.eigenvalues[starts], self._spans.eigenvalues[stops - 1], span.bounds)
        return float(self._bounds[outside] @ near[outside]) * (1.0 + 1e-12)

    def far(self, span: Span) -> Array | None:
        """Return an upper bound of T at every centre of a span, in the order of definite matrices."""
        gains = self._gains(self._spans.eigenvalues, self._spans.eigenvalues, span.bounds)
        return self._square(gains, [*self._parts(0, span.first), *self._parts(span.stop, len(self))])

    def bounded(self, diagonals: Array) -> np.ndarray:
        """Tell for each column d whether diag(d) − R Rᴴ ⪰ 0: whether I − Rᴴ diag(d)^{-1} R is."""
        size = int(self.residual.shape[1])
        level = np.full((1, size), 1.0 - len(self) * size * float(np.finfo(np.float64).eps))
        passed = []
        for diagonal in to_numpy(diagonals).T:
            positive = bool(np.all(diagonal > 0))
            square = self._square(1.0 / diagonal, list(self._parts(0, len(self)))) if positive else None
            passed.append(positive and bool(positive_definite(like(level, self.residual), square)[0]))
        return np.asarray(passed, dtype=bool)

    def _square(self, gains: np.ndarray, parts: list[tuple[int, int]]) -> Array | None:
        """Return Rᴴ diag(gains) R of some rows."""
        total = None
        for begin, end in parts:
            rows = self.take(begin, end)
            xp = array_namespace(rows)
            rows = rows * xp.astype(like(gains[begin:end] ** 0.5, rows), rows.dtype)[:, None]
            square = adjoint(rows) @ rows
            total = square if total is None else total + square
        return total

    @cached_property
    def _bounds(self) -> np.ndarray:
        """Upper bounds of ‖R_block‖² of each block: no eigenvalue exceeds the largest row sum."""
        found = []
        for begin, end in self._parts(0, len(self)):
            rows = self.take(begin, end)
            xp = array_namespace(rows)
            even = (end - begin) // self._spans.block * self._spans.block
            pieces = [xp.reshape(rows[:even, :], (-1, self._spans.block, rows.shape[1]))] if even else []
            pieces += [rows[None, even:, :]] if even < end - begin else []
            sums = [xp.max(xp.sum(xp.abs(piece @ adjoint(piece)), axis=-1), axis=-1) for piece in pieces]
            found += [to_numpy(part) for part in sums]
        return np.concatenate(found) * (
            1.0 + self._spans.block * int(self.residual.shape[1]) * np.finfo(float).eps
        )

    def _parts(self, first: int, stop: int) -> Iterator[tuple[int, int]]:
        """Yield spans of whole blocks that are small enough to be copied."""
        size = self._spans.block * max(1, PART // (self._spans.block * max(1, int(self.residual.shape[1]))))
        return ((i, min(i + size, stop)) for i in range(first, stop, size))

    def _gains(self, lowest: np.ndarray, highest: np.ndarray, bounds: tuple[float, float]) -> np.ndarray:
        """Return the largest 1/w over `bounds` of eigenvalues between `lowest` and `highest`."""
        distance = np.maximum(np.maximum(bounds[0] - highest, lowest - bounds[1]), 0.0)
        return np.asarray(1.0 / (1.0 + self._spans.axis.weight * distance**2))


def seen_through(near: Array, far: Array | None, level: float) -> Array | None:
    """Return R_N (I − T/τ²)^{-1} R_Nᴴ, rounded up, or None where T ≺ τ² I is not proven.

    Parameters
    ----------
    near : array, shape (n_near, n_columns)
        R_N.
    far : array, shape (n_columns, n_columns), or None
        T, or an upper bound of it; None stands for no far rows.
    level : float
        τ.
    """
    if far is None:
        return near @ adjoint(near)
    xp, size = array_namespace(near), int(near.shape[1])
    # All three products err by less than this share, the last by the condition of the middle one.
    slack = size * (size + int(near.shape[0])) / (1.0 - LOUDEST) * float(np.finfo(np.float64).eps)
    share = far / level**2
    if not positive_definite(like(np.full((1, size), LOUDEST - slack), near), share)[0]:
        return None
    eye = xp.eye(size, dtype=near.dtype, device=device(near))
    gram = near @ xp.linalg.solve((1.0 - slack) * eye - share, adjoint(near))
    return (0.5 + slack) * (gram + adjoint(gram))
