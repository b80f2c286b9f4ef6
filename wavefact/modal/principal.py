"""Many signals in few principal directions, and how far noise has turned these."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["Principal", "is_compressed"]

_MAX_CHANNELS = 24
_ABOVE_NOISE = 1.1


@dataclass(frozen=True, eq=False)
class Principal:
    """The strongest directions of many signals, of those that are above what noise alone would give.

    Attributes
    ----------
    basis : (n_signals, n_kept) array of orthonormal columns
    variances : (n_signals, n_kept) array
        Of what noise has added to them from beyond their span.
    """

    basis: np.ndarray
    variances: np.ndarray

    @classmethod
    def of(cls, signals: np.ndarray) -> Principal:
        """Find them.

        The median of the powers stands for noise, and (1 + √γ)², γ = n_signals / n_samples, for its largest
        direction (Marchenko & Pastur 1967).  A direction of power s, of which noise makes
        s + γ s / (s − 1), is off by the angle θ, tan²θ = γ s / ((s − 1)² − γ) (Paul 2007, theorem 4).
        """
        n_signals, n_samples = signals.shape
        centred = signals - signals.mean(axis=1, keepdims=True)
        scaled = centred / np.max(np.abs(centred))
        powers, vectors = np.linalg.eigh(scaled @ scaled.conj().T)
        ratio = n_signals / n_samples
        edge = (1 + np.sqrt(ratio)) ** 2
        n_kept = int(np.clip(np.sum(powers > _ABOVE_NOISE * edge * np.median(powers)), 2, _MAX_CHANNELS))
        basis, largest = vectors[:, ::-1][:, :n_kept], powers[::-1][:n_kept]
        raised = np.maximum(largest / np.mean(powers[:-n_kept]), _ABOVE_NOISE * edge) + 1 - ratio
        power = (raised + np.sqrt(raised**2 - 4 * (raised - 1 + ratio))) / 2
        tangents = ratio * power / ((power - 1) ** 2 - ratio)
        beyond = np.maximum(1 - np.sum(np.abs(basis) ** 2, axis=1), 0.0)
        return cls(basis, beyond[:, None] * tangents / n_signals)


def is_compressed(n_signals: int) -> bool:
    """Say whether so many signals are looked at in their principal directions."""
    return n_signals > _MAX_CHANNELS
