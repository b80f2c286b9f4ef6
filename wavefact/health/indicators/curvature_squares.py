"""Change of the squared curvature of mode shapes, with its sign."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from wavefact.health.indicators._pairs import Pairs, States
from wavefact.health.indicators._propagation import Formula
from wavefact.health.indicators._strains import curvature_matrix, mass_normalised
from wavefact.health.indicators.base import Indicator
from wavefact.operators.base import WaveOperator

__all__ = ["CurvatureSquares"]


@dataclass(frozen=True)
class CurvatureSquares(Indicator):
    """Say where mode shapes bend more than they did, or less.

    Notes
    -----
    Σ_r (φ″²_r − φ″²_r,reference) / mean φ″²_r,reference of shapes of unit modal mass.  Unlike the square of
    a change it has a sign: positive where stiffness was lost.

    References
    ----------
    Y. K. Ho and D. J. Ewins, "On the structural damage identification with mode shapes", COST F3 Conference
    on System Identification and Structural Health Monitoring, 2000.

    Examples
    --------
    >>> beam = wf.Beam(9, 0.1)
    >>> shape = np.sin(np.pi * beam.positions)[:, None]
    >>> kink = np.minimum(beam.positions, 0.5 * (1 - beam.positions) / 0.75)[:, None]
    >>> before, after = (wf.ModalModel([2.0], [0.01], s) for s in (shape, shape + 0.1 * kink))
    >>> print(np.argmax(CurvatureSquares()(before, after, beam).values))
    3
    """

    along: ClassVar[str] = "points"

    def formula(self, pairs: Pairs, operator: WaveOperator | None) -> Formula:
        """Return the change of each mode's squared curvature, (..., n_points, n_modes)."""
        assert operator is not None  # by the check before
        matrix, shares = curvature_matrix(operator), operator.shares

        def change(reference: States, current: States) -> np.ndarray:
            before, after = ((matrix @ mass_normalised(s.shapes, shares)) ** 2 for s in (reference, current))
            return np.asarray((after - before) / np.mean(before, axis=-2, keepdims=True))

        return change
