"""Damage-locating vectors: loads under which a structure moves as it did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from wavefact.health.indicators._pairs import Pairs, States
from wavefact.health.indicators._propagation import Formula
from wavefact.health.indicators._strains import mass_normalised, strain_rows
from wavefact.health.indicators.base import Indicator
from wavefact.health.indicators.flexibility import compliances
from wavefact.operators.base import WaveOperator

__all__ = ["LocatingVectors"]


@dataclass(frozen=True)
class LocatingVectors(Indicator):
    """Say where no load that leaves the motion unchanged can strain the structure: there the damage is.

    Parameters
    ----------
    least_change : float
        Changes of the flexibility that are much smaller than this share of its largest eigenvalue do not
        count [-].

    Notes
    -----
    A load L with ΔF L = 0, F the modal flexibility, strains no element that was damaged.  The share of the
    strain's row g_p (strain at point p by unit loads, of the operator) that lies outside the null space of ΔF
    is g_pᵀ P g_p / g_pᵀ g_p, with the soft projector P = ΔF² (ΔF² + ε²)⁻¹: 1 at damage, less elsewhere, 0
    everywhere without change.  ε is the least change or twice the error of F, whichever is larger; in the
    paper the number of singular values is a choice.  Frequencies move F at every point: remove the influence
    of temperature before.

    References
    ----------
    D. Bernal, "Load vectors for damage localization", Journal of Engineering Mechanics 128, 2002.

    Examples
    --------
    >>> gaps = np.eye(20, 19) - np.eye(20, 19, k=-1)  # of a string, one of them softer
    >>> springs = np.where(np.arange(20) == 5, 0.8, 1.0)[:, None]
    >>> pairs = [np.linalg.eigh(gaps.T @ (k * gaps)) for k in (np.ones((20, 1)), springs)]
    >>> before, after = (wf.ModalModel(np.sqrt(w[:6]), [0.01] * 6, v[:, :6]) for w, v in pairs)
    >>> print(np.sort(np.argsort(LocatingVectors()(before, after, wf.String(19)).values)[-2:]))
    [4 5]
    """

    along: ClassVar[str] = "points"
    uses: ClassVar[tuple[str, ...]] = ("frequencies", "shapes")
    mixes_modes: ClassVar[bool] = True

    least_change: float = 0.01

    def formula(self, pairs: Pairs, operator: WaveOperator | None) -> Formula:
        """Return the share of strain that loads of unchanged motion cannot make, (..., n_points)."""
        assert operator is not None  # by the check before
        shares = operator.shares
        rows, owners = strain_rows(operator)
        inverse = np.divide(
            1.0, operator.eigenvalues, where=operator.eigenvalues > 0, out=np.zeros(len(shares))
        )
        strains = rows @ operator.synthesize(inverse[:, None] * operator.analyze(np.diag(1 / shares)))
        sizes = owners @ np.sum(strains**2, axis=1)

        threshold = np.hypot(self.least_change, 2 * _noise(pairs))

        def roots(states: States) -> np.ndarray:
            return mass_normalised(states.shapes, shares) * np.sqrt(compliances(states))

        def share(reference: States, current: States) -> np.ndarray:
            before, after = np.broadcast_arrays(roots(reference), roots(current))
            signs = np.repeat([-1.0, 1.0], before.shape[-1])
            basis, factor = np.linalg.qr(np.concatenate([before, after], axis=-1))
            changes, vectors = np.linalg.eigh((factor * signs) @ np.swapaxes(factor, -1, -2))
            least = threshold * np.linalg.norm(before, 2, axis=(-2, -1))[..., None] ** 2
            gains = changes**2 / (changes**2 + least**2)
            parts = strains @ (basis @ vectors)
            return np.asarray((np.sum(parts**2 * gains[..., None, :], axis=-1) @ owners.T) / sizes)

        return share


def _noise(pairs: Pairs) -> float:
    """Return the error of the flexibility's change, relative to that of its softest mode; 0 if unknown."""
    weights = compliances(pairs.reference)[0]
    squares = np.zeros(weights.size)
    both = ((pairs.reference, pairs.reference_errors), (pairs.current, pairs.current_errors))
    for states, errors in both:
        frequencies = np.where(states.frequencies > 0, states.frequencies, np.inf)
        squares += 4 * ((errors.frequencies / frequencies) ** 2 + np.sum(errors.shapes**2, axis=0))
    return float(np.sqrt(np.nansum((weights / np.max(weights)) ** 2 * squares)))
