"""Loss of likeness of mode shapes at each point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from wavefact.health.indicators._pairs import Pairs, States
from wavefact.health.indicators._propagation import Formula
from wavefact.health.indicators.base import Indicator
from wavefact.operators.base import WaveOperator

__all__ = ["COMACLoss"]


@dataclass(frozen=True)
class COMACLoss(Indicator):
    """Say at which points the shapes of all modes disagree, 1 − COMAC.

    Notes
    -----
    Shapes have unit norm, so that modes weigh alike.  One mode alone tells nothing: its loss is 0.

    References
    ----------
    N. A. J. Lieven and D. J. Ewins, "Spatial correlation of mode shapes, the coordinate modal assurance
    criterion (COMAC)", Proc. 6th International Modal Analysis Conference, 1988.

    Examples
    --------
    >>> shapes, damping = np.array([[1.0, 1.0], [1.0, -1.0], [0.5, 1.0]]), np.full(2, 0.01)
    >>> before = wf.ModalModel([2.0, 5.0], damping, shapes)
    >>> after = wf.ModalModel([2.0, 5.0], damping, shapes + [[0.0, 0.0], [0.0, 0.0], [0.5, -0.5]])
    >>> COMACLoss()(before, after).values.round(2)
    array([0.02, 0.02, 0.25])
    """

    along: ClassVar[str] = "points"
    needs_operator: ClassVar[bool] = False
    mixes_modes: ClassVar[bool] = True

    def formula(self, pairs: Pairs, operator: WaveOperator | None) -> Formula:
        """Return 1 − COMAC, (..., n_points)."""

        def loss(reference: States, current: States) -> np.ndarray:
            first, second = (
                np.abs(s.shapes) / np.linalg.norm(s.shapes, axis=-2, keepdims=True)
                for s in (reference, current)
            )
            squares = np.sum(first**2, axis=-1), np.sum(second**2, axis=-1)
            # As for the MAC, by the part of a point's row that is orthogonal to its partner.
            factor = np.sum(first * second, axis=-1) / squares[0]
            left = np.sum((second - factor[..., None] * first) ** 2, axis=-1)
            return np.asarray(left / squares[1])

        return loss
