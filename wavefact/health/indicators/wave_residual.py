"""How far mode shapes have left their wave equation, by place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from wavefact.health.indicators._pairs import Pairs, States
from wavefact.health.indicators._propagation import Formula
from wavefact.health.indicators._strains import mass_normalised
from wavefact.health.indicators.base import Indicator
from wavefact.operators.base import WaveOperator

__all__ = ["WaveResidual"]


@dataclass(frozen=True)
class WaveResidual(Indicator):
    """Say where mode shapes obey their wave equation less than they did.

    Notes
    -----
    Σ_r (ρ_r − ρ_r,reference)² with ρ = (A − κ)(A + κ)⁻¹ φ of shapes of unit modal mass.  A healthy shape
    obeys (A − κ) φ = 0; damage is a source on the right-hand side, where it is.  (A + κ)⁻¹ makes the residual
    a number between 0 and 1 of each eigenvector: a place is seen as wide as 1/k, and noise is not amplified,
    while second or fourth differences amplify it without limit.  The residual of the reference is taken off,
    so that an operator that is a little wrong is no damage; κ is that of the reference shape.  A stiffness
    that changes everywhere alike changes no shape and is not seen.

    Examples
    --------
    >>> gaps = np.eye(20, 19) - np.eye(20, 19, k=-1)  # of a string, one of them softer
    >>> springs = np.where(np.arange(20) == 5, 0.8, 1.0)[:, None]
    >>> shapes = [np.linalg.eigh(gaps.T @ (k * gaps))[1][:, :3] for k in (np.ones((20, 1)), springs)]
    >>> before, after = (wf.ModalModel([1.0, 2.0, 3.0], [0.01] * 3, s) for s in shapes)
    >>> print(np.sort(np.argsort(WaveResidual()(before, after, wf.String(19)).values)[-2:]))
    [4 5]
    """

    along: ClassVar[str] = "points"

    def formula(self, pairs: Pairs, operator: WaveOperator | None) -> Formula:
        """Return the squared change of each mode's residual, (..., n_points, n_modes)."""
        assert operator is not None  # by the check before
        shares, eigenvalues = operator.shares, operator.eigenvalues[:, None]
        kappa = _eigenvalues_of(operator.analyze(pairs.reference.shapes), eigenvalues)
        gains = np.divide(
            eigenvalues - kappa,
            eigenvalues + kappa,
            out=np.zeros((len(eigenvalues), kappa.size)),
            where=eigenvalues + kappa > 0,
        )
        analysis, synthesis = (
            operator.analyze(np.eye(operator.n_points)),
            operator.synthesize(np.eye(operator.n_points)),
        )

        def change(reference: States, current: States) -> np.ndarray:
            left = mass_normalised(current.shapes, shares) - mass_normalised(reference.shapes, shares)
            return np.asarray((synthesis @ (gains * (analysis @ left))) ** 2)

        return change


def _eigenvalues_of(coefficients: np.ndarray, eigenvalues: np.ndarray) -> np.ndarray:
    """Return κ of each shape, (n_modes,): a mean of the eigenvalues around that of the largest coefficient.

    The Rayleigh quotient itself is raised by noise, which the largest eigenvalues amplify.
    """
    power = coefficients**2
    centre = eigenvalues[np.argmax(power, axis=0), 0]
    weights = power / (1.0 + (eigenvalues / np.where(centre > 0, centre, 1.0)) ** 2) ** 2
    return np.asarray(np.sum(weights * eigenvalues, axis=0) / np.sum(weights, axis=0))
