"""Change of curvature of the surface under a uniform load."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from wavefact.health.indicators._pairs import Pairs, States
from wavefact.health.indicators._propagation import Formula
from wavefact.health.indicators._strains import curvature_matrix, mass_normalised
from wavefact.health.indicators.base import Indicator
from wavefact.health.indicators.flexibility import compliances
from wavefact.operators.base import WaveOperator

__all__ = ["LoadSurface"]


@dataclass(frozen=True)
class LoadSurface(Indicator):
    """Say where a structure under its own weight would bend more than it did.

    Notes
    -----
    (v″ − v″_reference) sign(v″_reference) / mean |v″_reference|, of the deflection v = F M 1 under a load in
    proportion to the mass, with the modal flexibility F: positive where stiffness was lost.  High modes
    weigh less, by 1/ω², than in `CurvatureChange`; where v does not bend, damage is not seen.

    References
    ----------
    Z. Zhang and A. E. Aktan, "Application of modal flexibility and its derivatives in structural
    identification", Research in Nondestructive Evaluation 10, 1998.
    D. Wu and S. S. Law, "Damage localization in plate structures from uniform load surface curvature",
    Journal of Sound and Vibration 276, 2004.

    Examples
    --------
    >>> beam = wf.Beam(9, 0.1)
    >>> shape = np.sin(np.pi * beam.positions)[:, None]
    >>> kink = np.minimum(beam.positions, 0.5 * (1 - beam.positions) / 0.75)[:, None]
    >>> before, after = (wf.ModalModel([2.0], [0.01], s) for s in (shape, shape + 0.1 * kink))
    >>> print(np.argmax(LoadSurface()(before, after, beam).values))
    3
    """

    along: ClassVar[str] = "points"
    uses: ClassVar[tuple[str, ...]] = ("frequencies", "shapes")
    mixes_modes: ClassVar[bool] = True

    def formula(self, pairs: Pairs, operator: WaveOperator | None) -> Formula:
        """Return the relative change of the curvature under uniform load, (..., n_points)."""
        assert operator is not None  # by the check before
        matrix, shares = curvature_matrix(operator), operator.shares

        def bending(states: States) -> np.ndarray:
            shapes = mass_normalised(states.shapes, shares)
            forces = np.mean(shares[:, None] * shapes, axis=-2, keepdims=True)
            deflection = np.sum(shapes * compliances(states) * forces, axis=-1)
            return np.asarray(deflection @ matrix.T)

        sides = np.sign(bending(pairs.reference))

        def change(reference: States, current: States) -> np.ndarray:
            before, after = sides * bending(reference), sides * bending(current)
            return np.asarray((after - before) / np.mean(before, axis=-1, keepdims=True))

        return change
