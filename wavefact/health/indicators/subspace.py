"""The subspace residual: how far each mode has left the space of all modes of the reference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from wavefact.health.indicators._pairs import Pairs, States
from wavefact.health.indicators._propagation import Formula
from wavefact.health.indicators.base import Indicator
from wavefact.operators.base import WaveOperator

__all__ = ["SubspaceResidual"]


@dataclass(frozen=True)
class SubspaceResidual(Indicator):
    """Say how much of each mode's free vibration the modes of the reference cannot make.

    Parameters
    ----------
    n_blocks : int
        How many samples long the vibration is, four to a period of the highest mode.

    Notes
    -----
    ‖Sᵀ o‖² / ‖o‖², of o = (φ, λφ, λ²φ, …) with λ = exp(iωΔt) of a current mode, and the left null space S of
    the columns o and their conjugates of all modes of the reference: frequency and shape in one number.  It
    is the residual of stochastic subspace identification, of modes in place of signals and without damping,
    which is known too badly to help.  More blocks weigh frequencies more, against shapes.

    References
    ----------
    M. Basseville, M. Abdelghani and A. Benveniste, "Subspace-based fault detection algorithms for vibration
    monitoring", Automatica 36, 2000, section 3.

    Examples
    --------
    >>> shapes, damping = np.array([[1.0, 1.0], [0.8, -1.0]]), np.full(2, 0.01)
    >>> before, after = (wf.ModalModel([2.0, f], damping, shapes) for f in (5.0, 4.9))
    >>> print(SubspaceResidual()(before, after).values.round(3))
    [0.    0.032]
    """

    along: ClassVar[str] = "modes"
    uses: ClassVar[tuple[str, ...]] = ("frequencies", "shapes")
    needs_operator: ClassVar[bool] = False
    mixes_modes: ClassVar[bool] = True

    n_blocks: int = 20

    def formula(self, pairs: Pairs, operator: WaveOperator | None) -> Formula:
        """Return the residual of each mode, (..., n_modes)."""
        steps = 0.5 * np.pi * np.arange(self.n_blocks) / np.max(pairs.reference.frequencies)

        def courses(states: States) -> np.ndarray:
            return np.asarray(np.exp(1j * steps[:, None] * states.frequencies[..., None, :]))

        def residual(reference: States, current: States) -> np.ndarray:
            # o = course ⊗ shape, so that products of the long columns are products of short ones.
            before, after = courses(reference), courses(current)
            before = np.concatenate([before, before.conj()], axis=-1)
            shapes = np.concatenate([reference.shapes, reference.shapes], axis=-1)
            gram = (_adjoint(before) @ before) * (_adjoint(shapes) @ shapes)
            cross = (_adjoint(before) @ after) * (_adjoint(shapes) @ current.shapes)
            made = np.sum(cross.conj() * (np.linalg.pinv(gram, hermitian=True) @ cross), axis=-2).real
            return np.asarray(1.0 - made / (self.n_blocks * np.sum(current.shapes**2, axis=-2)))

        return residual


def _adjoint(columns: np.ndarray) -> np.ndarray:
    return np.swapaxes(columns, -1, -2).conj()
