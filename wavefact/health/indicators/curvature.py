"""Change of curvature of mode shapes, and of its square."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from wavefact.health.indicators._pairs import Pairs, States
from wavefact.health.indicators._propagation import Formula
from wavefact.health.indicators._strains import curvature_matrix, mass_normalised
from wavefact.health.indicators.base import Indicator
from wavefact.operators.base import WaveOperator

__all__ = ["CurvatureChange"]


@dataclass(frozen=True)
class CurvatureChange(Indicator):
    """Say where the curvature of mode shapes changed.

    Notes
    -----
    Σ_r (φ″_r − φ″_r,reference)² / mean φ″²_r,reference of shapes of unit modal mass: where a beam is softer
    it bends more at the same moment.  The curvature is the operator's, with its ends.  Second differences
    make noise of shapes n⁴ times larger in the squares, which ``bias`` and ``errors`` tell; sensors much
    closer than a quarter of the shortest wavelength do not help.

    References
    ----------
    A. K. Pandey, M. Biswas and M. M. Samman, "Damage detection from changes in curvature mode shapes",
    Journal of Sound and Vibration 145, 1991; of squares, as Y. K. Ho and D. J. Ewins, "On the structural
    damage identification with mode shapes", COST F3 Conference on System Identification, 2000.

    Examples
    --------
    >>> beam = wf.Beam(9, 0.1)
    >>> shape = np.sin(np.pi * beam.positions)[:, None]
    >>> kink = np.minimum(beam.positions, 0.5 * (1 - beam.positions) / 0.75)[:, None]
    >>> before, after = (wf.ModalModel([2.0], [0.01], s) for s in (shape, shape + 0.1 * kink))
    >>> print(np.argmax(CurvatureChange()(before, after, beam).values))
    3
    """

    along: ClassVar[str] = "points"

    def formula(self, pairs: Pairs, operator: WaveOperator | None) -> Formula:
        """Return the squared change of each mode's curvature, (..., n_points, n_modes)."""
        assert operator is not None  # by the check before
        matrix, shares = curvature_matrix(operator), operator.shares

        def change(reference: States, current: States) -> np.ndarray:
            before, after = (matrix @ mass_normalised(s.shapes, shares) for s in (reference, current))
            return np.asarray((after - before) ** 2 / np.mean(before**2, axis=-2, keepdims=True))

        return change
