"""An operator of which only the lowest eigenvectors are used: shapes that vary no faster than sensors tell.

Sensors at few points cannot tell a shape from its aliases, eigenvectors of other wavenumbers that look the
same at these points.  As in modal expansion, the slowest of them is taken.

References
----------
O'Callahan, Avitabile & Riemer, "System equivalent reduction expansion process (SEREP)", IMAC 1989.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from wavefact._arrays import Array, array_namespace, like
from wavefact.operators import WaveOperator

__all__ = ["LowEigenvectors"]

SAME = 1e-9  # relative difference of eigenvalues that are one


class LowEigenvectors(WaveOperator):
    """The points of an operator, with its lowest eigenvectors as the only ones.

    Parameters
    ----------
    whole : WaveOperator
    count : int
        How many eigenvectors; more where the last one has others of the same eigenvalue.
    """

    whole: WaveOperator
    kept: np.ndarray

    def __init__(self, whole: WaveOperator, count: int) -> None:
        highest = np.sort(whole.eigenvalues)[count - 1] * (1.0 + SAME)
        self._set(n_points=whole.n_points, positions=whole.positions, whole=whole)
        self._set(kept=np.flatnonzero(whole.eigenvalues <= highest), dispersion_power=whole.dispersion_power)

    def analyze(self, values: Array) -> Array:
        """Return the coefficients of the eigenvectors that are kept, (n_kept, ...)."""
        coefficients = self.whole.analyze(values)
        return array_namespace(coefficients).matrix_transpose(self._places(coefficients)) @ coefficients

    def synthesize(self, coefficients: Array) -> Array:
        """Return values at the points, (n_points, ...), of such coefficients."""
        return self.whole.synthesize(self._places(coefficients) @ coefficients)

    def _places(self, values: Array) -> Array:
        return array_namespace(values).astype(like(np.eye(self.n_points)[:, self.kept], values), values.dtype)

    def _eigenvalues(self) -> np.ndarray:
        return np.asarray(self.whole.eigenvalues[self.kept])

    def _basis(self) -> np.ndarray:
        return np.asarray(self.whole.basis[:, self.kept])

    def _shares(self) -> np.ndarray:
        return self.whole.shares

    def _arguments(self) -> dict[str, Any]:
        return {"whole": self.whole.to_dict(), "count": len(self.kept)}

    def description(self) -> str:
        """Say what is left of the operator."""
        return f"{self.whole.description()}, of which the {len(self.kept)} lowest eigenvectors"
