"""The beam: bending waves in a slender beam (Euler–Bernoulli)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from wavefact.operators._line import OPEN, SUPPORT, Layout
from wavefact.operators._split_line import SplitLine

__all__ = ["Beam"]


@dataclass(frozen=True, init=False, eq=False, repr=False)
class Beam(SplitLine):
    """Describe a bending beam: A = d⁴/dx⁴, κ = k⁴.

    Parameters
    ----------
    n_points : int, optional
        Number of points; may be left out where `positions` are given.
    spacing : float
        Distance between neighbouring points [m]; replaced by the mean distance where `positions` are given,
        and by an even filling where only `span` is.
    ends : str
        One of "pinned" (u = u'' = 0), "clamped" (u = u' = 0), "free" (u'' = u''' = 0), "guided"
        (u' = u''' = 0), or a pair such as "clamped-free", first the end at the smaller coordinate.
    positions : (n_points,) array of float, or (n_points, n_dims) on a straight line, optional
        Where the points are [m], in any order; by default even, from an end at 0.
    span : (start, stop), optional
        Where the ends are [m].  By default a pinned or clamped end is one adjacent spacing outside the
        outermost point, a free or guided end half of it.

    Raises
    ------
    InputError
        If an argument is out of its range, positions coincide, or a point lies on a support or outside the
        span.

    Notes
    -----
    The stiffness is the least bending energy ∫u''² dx of any curve through the points that respects the ends,
    with lumped mass.  That curve is the cubic spline; Hermite cubic elements with statically condensed
    rotations give the same K.  On even grids with pinned and guided ends its eigenvectors are the sines and
    cosines of the string with fixed and free ends, and κ = 3 ((2 − 2cos θ)/h²)² / (2 + cos θ).
    k_j of a mode tends to its continuous value with the fourth power of the spacing on even grids without a
    free end, else with its square.

    References
    ----------
    R. D. Blevins, *Formulas for Natural Frequency and Mode Shape*, Van Nostrand Reinhold 1979, table 8-1.
    P. J. Green and B. W. Silverman, *Nonparametric Regression and Generalized Linear Models*, Chapman & Hall
    1994, section 2.1 (the energy of a cubic spline, uᵀDᵀT⁻¹Du).

    Examples
    --------
    >>> from wavefact.operators import Beam
    >>> cantilever = Beam(n_points=50, ends="clamped-free", span=(0.0, 1.0))
    >>> print(cantilever.wavenumber(cantilever.eigenvalues[:2]).round(2))  # βL = 1.875, 4.694
    [1.88 4.69]
    """

    dispersion_power: ClassVar[int] = 4
    _clearances: ClassVar[dict[str, float]] = {
        "pinned": SUPPORT,
        "clamped": SUPPORT,
        "free": OPEN,
        "guided": OPEN,
    }

    def __init__(
        self,
        n_points: int | None = None,
        spacing: float = 1.0,
        ends: str = "pinned",
        positions: Sequence[float] | np.ndarray | None = None,
        span: tuple[float, float] | None = None,
    ) -> None:
        super().__init__(n_points, spacing, ends, positions, span)

    def _closed_form(self, second: np.ndarray) -> np.ndarray:
        # D and T of `_factor` share the sines and cosines: 2 − 2cos θ over h, and h (2 + cos θ)/3.
        return second**2 / (1 - second * self.spacing**2 / 6)

    def _transform_ends(self) -> str | None:
        return {
            "pinned": "fixed",
            "guided": "free",
            "pinned-guided": "fixed-free",
            "guided-pinned": "free-fixed",
        }.get(self.ends)

    def _factor(self, layout: Layout) -> np.ndarray:
        """Return B = L⁻¹D, where the curve through u has the bending moments T⁻¹Du at its knots, T = LLᵀ.

        Condensing the rotations of Hermite elements gives K as a difference of nearly equal matrices; in
        terms of the moments K = DᵀT⁻¹D is a plain square, T is diagonally dominant at any spacing, and
        each kind of end is a row kept, dropped or lengthened.
        """
        from scipy.linalg import solve_triangular

        kinks, (parts,) = self._pieces(np.array(self.limits))
        if not kinks.size:  # two points on a free beam: only rigid motions
            return kinks
        overlap = np.diag(parts[0]) + np.diag(parts[1, :-1], 1) + np.diag(parts[1, :-1], -1)
        return solve_triangular(np.linalg.cholesky(overlap), kinks, lower=True)

    def _pieces(self, edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the kinks D of the polygon through u, and T of each segment: overlaps of hats over EI."""
        lower, upper = self._end_pair
        x = np.sort(self.positions)
        at_lower, at_upper = (self._clearances[end] == SUPPORT for end in (lower, upper))
        knots = np.concatenate([[self.limits[0]] * at_lower, x, [self.limits[1]] * at_upper])
        edge = np.zeros((1, knots.size))
        slopes = np.diff(np.eye(knots.size), axis=0) / np.diff(knots)[:, None]
        kinks = np.concatenate([slopes, edge]) - np.concatenate([edge, slopes])
        curved = slice(int(lower in ("pinned", "free")), knots.size - int(upper in ("pinned", "free")))
        moving = slice(int(at_lower), knots.size - int(at_upper))
        parts = self._overlaps(knots, edges)[:, :, curved]
        return kinks[curved, moving], parts

    def _overlaps(self, knots: np.ndarray, edges: np.ndarray) -> np.ndarray:
        """Return ∫ φ_i φ_j / EI dx in each segment for j = i and i + 1, (n_segments, 2, n_knots).

        The hats φ stay 1 from the outermost knots to the ends, as moments do near a guided end; where an end
        is free its hat is left out.
        """
        ends = np.array(self.limits)
        cuts = np.unique(np.concatenate([ends, knots, edges, self._steps]))
        left, right = cuts[:-1], cuts[1:]
        middle = (left + right) / 2
        segment = np.searchsorted(edges, middle) - 1
        gap = np.clip(np.searchsorted(knots, middle) - 1, 0, knots.size - 2)
        places = np.stack([left, middle, right])  # Simpson's rule is exact for squares
        rising = np.clip((places - knots[gap]) / np.diff(knots)[gap], 0.0, 1.0)
        weights = np.outer([1, 4, 1], (right - left) * self._flexibility(middle) / 6)
        parts = np.zeros((edges.size - 1, 2, knots.size))
        np.add.at(parts, (segment, 0, gap), np.sum(weights * (1 - rising) ** 2, axis=0))
        np.add.at(parts, (segment, 0, gap + 1), np.sum(weights * rising**2, axis=0))
        np.add.at(parts, (segment, 1, gap), np.sum(weights * rising * (1 - rising), axis=0))
        return parts

    @property
    def _steps(self) -> np.ndarray:
        """Where bending stiffness changes, (n_steps,) [m]."""
        return np.zeros(0)

    def _flexibility(self, x: np.ndarray) -> np.ndarray:
        """Return 1/EI at each coordinate."""
        return np.ones(x.shape)
