"""The string: transverse waves on a string, sound in a tube, axial or torsional waves in a rod."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from wavefact.operators._line import OPEN, SUPPORT, Layout
from wavefact.operators._split_line import SplitLine

__all__ = ["String"]


@dataclass(frozen=True, init=False, eq=False, repr=False)
class String(SplitLine):
    """Describe a string or acoustic line: A = −d²/dx², κ = k².

    Parameters
    ----------
    n_points : int, optional
        Number of points; may be left out where `positions` are given.
    spacing : float
        Distance between neighbouring points [m]; replaced by the mean distance where `positions` are given,
        and by an even filling where only `span` is.
    ends : str
        "fixed", "free", "fixed-free", "free-fixed" (first the end at the smaller coordinate) or "periodic".
    positions : (n_points,) array of float, or (n_points, n_dims) on a straight line, optional
        Where the points are [m], in any order; by default even, from an end at 0.
    span : (start, stop), optional
        Where the ends are [m]; with "periodic" ends, one circumference.  By default a fixed end is one
        adjacent spacing outside the outermost point, a free end half of it, and a periodic line closes by
        one mean spacing.

    Raises
    ------
    InputError
        If an argument is out of its range, positions coincide, or a point lies on a fixed end or outside
        the span.

    Notes
    -----
    On an even grid with spacing h the eigenvalues are κ_j = (2 − 2cos θ_j)/h², with θ_j = πj/(n+1), j = 1…n
    (fixed; DST-I); πj/n, j = 0…n−1 (free; DCT-II); π(2j−1)/(2n+1), j = 1…n (mixed); 2πj/n (periodic; FFT).
    Elsewhere linear finite elements with lumped mass: K = GᵀG with rows (u_{p+1} − u_p)/√gap,
    A = M^{-1/2} K M^{-1/2}.  Both give the same A on an even grid, and k_j of a mode tends to its continuous
    value with the square of the spacing.  Gaps equal to within 1e-5 of the spacing count as even.

    References
    ----------
    G. Strang, "The Discrete Cosine Transform", SIAM Review 41 (1999) 135–147.
    P. M. Morse and K. U. Ingard, *Theoretical Acoustics*, McGraw-Hill 1968, ch. 4.

    Examples
    --------
    >>> from wavefact.operators import String
    >>> operator = String(n_points=99, spacing=0.01, ends="fixed")
    >>> print(operator.wavenumber(operator.eigenvalues[:2]).round(3))  # π and 2π rad/m on 1 m
    [3.141 6.282]
    """

    _clearances: ClassVar[dict[str, float]] = {"fixed": SUPPORT, "free": OPEN, "periodic": OPEN}

    def __init__(
        self,
        n_points: int | None = None,
        spacing: float = 1.0,
        ends: str = "fixed",
        positions: Sequence[float] | np.ndarray | None = None,
        span: tuple[float, float] | None = None,
    ) -> None:
        super().__init__(n_points, spacing, ends, positions, span)

    def _closed_form(self, second: np.ndarray) -> np.ndarray:
        return second

    def _transform_ends(self) -> str | None:
        return self.ends

    def _default_clearances(self, gaps: np.ndarray) -> tuple[float, float]:
        if self.ends == "periodic":
            return self.spacing / 2, self.spacing / 2
        return super()._default_clearances(gaps)

    def _factor(self, layout: Layout) -> np.ndarray:
        """Return the differences G: one row per gap, per fixed end, and for the closing gap of a circle."""
        rows, crossed = self._springs
        return rows / np.sqrt(crossed @ [layout.before, *layout.gaps, layout.after])[:, None]

    def _pieces(self, edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        rows, crossed = self._springs
        x = np.sort(self.positions)
        nodes = self._compliance_before(np.array([self.limits[0], *x, self.limits[1]]))
        cuts = self._compliance_before(edges)[:, None]
        shared = np.minimum(nodes[1:], cuts[1:]) - np.maximum(nodes[:-1], cuts[:-1])
        parts = np.maximum(shared, 0.0) @ crossed.T
        return rows, np.stack([parts, np.zeros(parts.shape)], axis=1)

    def _compliance_before(self, x: np.ndarray) -> np.ndarray:
        """Return ∫ dx/T from anywhere up to each coordinate."""
        return x

    @cached_property
    def _springs(self) -> tuple[np.ndarray, np.ndarray]:
        """Differences, (n_springs, n_points), and which of the gaps from end to end each one crosses."""
        n, gaps = self.n_points, np.eye(self.n_points + 1)
        rows, crossed = [np.diff(np.eye(n), axis=0)], [gaps[1:-1]]
        if self.ends == "periodic":
            closing = np.zeros((1, n))
            closing[0, [0, -1]] = np.array([1.0, -1.0])
            rows.append(closing)
            crossed.append(gaps[:1] + gaps[-1:])
        for end, point, gap in ((0, 0, 0), (1, n - 1, n)):
            if self._end_pair[end] == "fixed":
                rows.append(np.eye(1, n, point))
                crossed.append(gaps[gap : gap + 1])
        return np.concatenate(rows), np.concatenate(crossed)
