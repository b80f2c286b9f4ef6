"""Loss of likeness of mode shapes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from wavefact.health.indicators._pairs import Pairs, States
from wavefact.health.indicators._propagation import Formula
from wavefact.health.indicators.base import Indicator
from wavefact.operators.base import WaveOperator

__all__ = ["MACLoss"]


@dataclass(frozen=True)
class MACLoss(Indicator):
    """Say how far each shape has turned from its reference, 1 − MAC.

    Notes
    -----
    Of the real parts of shapes, turned to be as large as they can.  Errors alone make it positive: see
    ``bias``.

    References
    ----------
    R. J. Allemang and D. L. Brown, "A correlation coefficient for modal vector analysis",
    Proc. 1st International Modal Analysis Conference, 1982.

    Examples
    --------
    >>> before = wf.ModalModel([2.0], [0.01], np.array([[1.0], [1.0], [0.0]]))
    >>> after = wf.ModalModel([2.0], [0.01], np.array([[1.0], [1.0], [1.0]]))
    >>> MACLoss()(before, after).values.round(3)
    array([0.333])
    """

    along: ClassVar[str] = "modes"
    needs_operator: ClassVar[bool] = False

    def formula(self, pairs: Pairs, operator: WaveOperator | None) -> Formula:
        """Return 1 − MAC, (..., n_modes)."""

        def loss(reference: States, current: States) -> np.ndarray:
            first, second = (
                s.shapes / np.linalg.norm(s.shapes, axis=-2, keepdims=True) for s in (reference, current)
            )
            # 1 − MAC by the part of the one that is orthogonal to the other: no digits cancel.
            along = np.sum(first * second, axis=-2, keepdims=True)
            return np.asarray(np.sum((second - along * first) ** 2, axis=-2))

        return loss
