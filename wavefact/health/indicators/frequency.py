"""Loss of natural frequency."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from wavefact.health.indicators._pairs import Pairs, States
from wavefact.health.indicators._propagation import Formula
from wavefact.health.indicators.base import Indicator
from wavefact.operators.base import WaveOperator

__all__ = ["FrequencyShift"]


@dataclass(frozen=True)
class FrequencyShift(Indicator):
    """Say how much of its frequency each mode lost, 1 − f/f_reference.

    Notes
    -----
    Loss of stiffness gives positive values, and a stiffer structure negative ones.  Temperature moves all
    frequencies, so compare at one temperature.

    Examples
    --------
    >>> shapes, damping = np.array([[1.0, 1.0], [0.8, -1.0]]), np.full(2, 0.01)
    >>> before = wf.ModalModel([2.0, 5.0], damping, shapes, frequency_errors=[0.01, 0.01])
    >>> after = wf.ModalModel([1.9, 5.0], damping, shapes, frequency_errors=[0.01, 0.01])
    >>> FrequencyShift()(before, after).values.round(3)
    array([0.05, 0.  ])
    """

    along: ClassVar[str] = "modes"
    uses: ClassVar[tuple[str, ...]] = ("frequencies",)
    needs_operator: ClassVar[bool] = False

    def formula(self, pairs: Pairs, operator: WaveOperator | None) -> Formula:
        """Return 1 − f/f_reference, (..., n_modes)."""

        def shift(reference: States, current: States) -> np.ndarray:
            return 1.0 - current.frequencies / reference.frequencies

        return shift
