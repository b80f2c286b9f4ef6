"""Change of modal flexibility."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from wavefact.health.indicators._pairs import Pairs, States
from wavefact.health.indicators._propagation import Formula
from wavefact.health.indicators._strains import mass_normalised, shares_of
from wavefact.health.indicators.base import Indicator
from wavefact.operators.base import WaveOperator

__all__ = ["FlexibilityChange", "compliances"]


@dataclass(frozen=True)
class FlexibilityChange(Indicator):
    """Say at which points a force moves the structure further than it did.

    Notes
    -----
    (F_pp − F_pp,reference) / mean F_pp,reference with the flexibility F = Σ_r φ_r φ_rᵀ / ω_r² of shapes of
    unit modal mass.  Few low modes give nearly all of F.  It grows over the whole span around the damage,
    with a kink there: of `LoadSurface`, the curvature is taken.  Points carry mass as the operator says, or
    all alike without one.

    References
    ----------
    A. K. Pandey and M. Biswas, "Damage detection in structures using changes in flexibility", Journal of
    Sound and Vibration 169, 1994, equation 4; of its diagonal.

    Examples
    --------
    >>> before = wf.ModalModel([2.0], [0.01], np.array([[0.5], [1.0]]))
    >>> after = wf.ModalModel([1.9], [0.01], np.array([[0.5], [1.0]]))
    >>> FlexibilityChange()(before, after).values.round(3)
    array([0.043, 0.173])
    """

    along: ClassVar[str] = "points"
    uses: ClassVar[tuple[str, ...]] = ("frequencies", "shapes")
    needs_operator: ClassVar[bool] = False
    mixes_modes: ClassVar[bool] = True

    def formula(self, pairs: Pairs, operator: WaveOperator | None) -> Formula:
        """Return the relative change of the diagonal of the flexibility, (..., n_points)."""
        shares = shares_of(operator, pairs.reference.shapes.shape[0])

        def diagonal(states: States) -> np.ndarray:
            shapes = mass_normalised(states.shapes, shares)
            return np.asarray(np.sum(shapes**2 * compliances(states), axis=-1))

        def change(reference: States, current: States) -> np.ndarray:
            before, after = diagonal(reference), diagonal(current)
            return np.asarray((after - before) / np.mean(before, axis=-1, keepdims=True))

        return change


def compliances(states: States) -> np.ndarray:
    """Return 1/ω² of each mode, (..., 1, n_modes) [s²]; 0 of rigid motions, which have no flexibility."""
    squares = (2 * np.pi * states.frequencies[..., None, :]) ** 2
    return np.divide(1.0, squares, out=np.zeros(squares.shape), where=squares > 0)
