"""Lines whose stiffness can be told apart by place: strings and beams, uniform or not."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from wavefact.errors import InputError
from wavefact.operators._line import LineOperator

__all__ = ["SplitLine"]


@dataclass(frozen=True, init=False, eq=False, repr=False)
class SplitLine(LineOperator):
    """Split the compliance of a line between segments; subclasses integrate it (`_pieces`)."""

    @abstractmethod
    def _pieces(self, edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return D and compliances as `compliances` does, points ascending, without masses."""

    @cached_property
    def limits(self) -> tuple[float, float]:
        """Where the line begins and stops [m]."""
        x, layout = self.positions, self._geometry
        return float(x.min()) - layout.before, float(x.max()) + layout.after

    def compliances(self, boundaries: Sequence[float] | np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Split the compliance, one over stiffness, by where along the line it is.

        Parameters
        ----------
        boundaries : (n_segments - 1,) array of float
            Where segments meet, rising between `edges` [m].

        Returns
        -------
        gradient : (n_rows, n_points) array
            D: from displacements times √mass to what stiffness resists, strains or kinks.
        compliances : (n_segments, 2, n_rows) array
            Diagonal and, in front, the n_rows - 1 entries beside it of the tridiagonal C_s of each segment.

        Raises
        ------
        InputError
            If boundaries do not rise between the edges.

        Notes
        -----
        A = Dᵀ (Σ_s C_s)⁻¹ D.  Segments with θ_s times the stiffness have A(θ) = Dᵀ (Σ_s C_s / θ_s)⁻¹ D
        exactly, for point loads leave tension constant and bending moments linear between the points.

        Examples
        --------
        >>> from wavefact.operators import String
        >>> gradient, parts = String(3, 0.25).compliances([0.5])
        >>> print(parts[:, 0])  # lengths of the four springs in each half; those at the ends come last
        [[0.25 0.   0.25 0.  ]
         [0.   0.25 0.   0.25]]
        """
        ascending, parts = self._pieces(self._checked_cuts(np.atleast_1d(boundaries)))
        return self._to_points((ascending / np.sqrt(self._layout.masses)).T).T, parts

    def _checked_cuts(self, boundaries: np.ndarray) -> np.ndarray:
        """Return boundaries between the two ends, rising throughout."""
        cuts = np.array([self.limits[0], *boundaries, self.limits[1]], dtype=float)
        if not np.all(np.diff(cuts) > 0):
            raise InputError(
                f"boundaries are {boundaries.tolist()}; they must rise between the ends at {cuts[0]:g} "
                f"and {cuts[-1]:g} m."
            )
        return cuts
