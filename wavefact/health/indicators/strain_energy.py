"""Change of the shares of strain energy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from wavefact.health.indicators._pairs import Pairs, States
from wavefact.health.indicators._propagation import Formula
from wavefact.health.indicators._strains import strain_energies
from wavefact.health.indicators.base import Indicator
from wavefact.operators.base import WaveOperator

__all__ = ["StrainEnergy"]


@dataclass(frozen=True)
class StrainEnergy(Indicator):
    """Say by how much the share of the modes' strain energy at each point grew.

    Notes
    -----
    β_p − 1 with β_p = Σ_r e_pr / Σ_r e_pr,reference, of the share e_pr of point p in the strain energy of
    mode r, with the stiffness of the reference for both.  Positive where stiffness was lost, above the rest
    by nearly twice the relative loss where it is small.  Bending energy of beams and plates, else that of the
    springs between points.

    References
    ----------
    N. Stubbs, J.-T. Kim and C. R. Farrar, "Field verification of a nondestructive damage localization and
    severity estimation algorithm", Proc. 13th International Modal Analysis Conference, 1995.
    P. Cornwell, S. W. Doebling and C. R. Farrar, "Application of the strain energy damage detection method to
    plate-like structures", Journal of Sound and Vibration 224, 1999.

    Examples
    --------
    >>> beam = wf.Beam(9, 0.1)
    >>> shape = np.sin(np.pi * beam.positions)[:, None]
    >>> kink = np.minimum(beam.positions, 0.5 * (1 - beam.positions) / 0.75)[:, None]
    >>> before, after = (wf.ModalModel([2.0], [0.01], s) for s in (shape, shape + 0.1 * kink))
    >>> print(np.argmax(StrainEnergy()(before, after, beam).values))
    3
    """

    along: ClassVar[str] = "points"
    mixes_modes: ClassVar[bool] = True
    is_ratio: ClassVar[bool] = True

    def formula(self, pairs: Pairs, operator: WaveOperator | None) -> Formula:
        """Return the growth of the shares of energy, (..., n_points)."""
        assert operator is not None  # by the check before
        energies = strain_energies(operator)

        def shares(states: States) -> np.ndarray:
            parts = energies(states.shapes)
            return np.asarray(np.sum(parts / np.sum(parts, axis=-2, keepdims=True), axis=-1))

        def growth(reference: States, current: States) -> np.ndarray:
            return shares(current) / shares(reference) - 1.0

        return growth
