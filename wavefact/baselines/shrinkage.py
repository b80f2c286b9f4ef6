"""Optimal shrinkage of singular values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from wavefact.baselines._components import modes_of_components
from wavefact.baselines._settings import check_at_least
from wavefact.baselines._signals import cleaned, scaled_signals
from wavefact.modal.model import ModalModel
from wavefact.noise import noise_floor
from wavefact.operators.base import WaveOperator
from wavefact.recording import Recording

__all__ = ["OptimalShrinkage"]


@dataclass(frozen=True)
class OptimalShrinkage:
    """Shrink every singular value to what loses least, in Frobenius norm, under white noise.

    Attributes
    ----------
    noise : float or None, in units of the recording
        Standard deviation of the noise; None to estimate it from the bulk of the singular values.

    Notes
    -----
    For n × m with β = n/m ≤ 1 and y = s/(σ√m) > 1 + √β, s becomes σ√m √((y² − β − 1)² − 4β)/y, else 0.

    References
    ----------
    Gavish & Donoho, "Optimal shrinkage of singular values", IEEE Trans. Inf. Theory 63 (2017), eq. (7).
    """

    noise: float | None = None
    title: ClassVar[str] = "optimal shrinkage"
    package: ClassVar[str] = ""

    def __post_init__(self) -> None:
        check_at_least(0, noise=self.noise)

    def candidates(self, recording: Recording, operator: WaveOperator) -> Iterator[OptimalShrinkage]:
        """Return levels of noise around the estimate."""
        signals, scale = scaled_signals(recording)
        estimate = noise_floor(signals @ signals.T, signals.shape[1]).deviation * scale
        for factor in np.geomspace(0.25, 4.0, 17):
            yield OptimalShrinkage(float(factor * estimate))

    def denoise(self, recording: Recording, operator: WaveOperator) -> Recording:
        """Return the recording of shrunken singular values."""
        left, values, right, scale = self._shrunken(recording)
        return cleaned(recording, (left * values) @ right, scale)

    def identify(self, recording: Recording, operator: WaveOperator) -> ModalModel:
        """Take each left singular vector that is left for a mode."""
        left, values, right, _ = self._shrunken(recording)
        return modes_of_components(left, right.T * values, recording)

    def _shrunken(self, recording: Recording) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
        signals, scale = scaled_signals(recording)
        left, values, right = np.linalg.svd(signals, full_matrices=False)
        if self.noise is None:
            deviation = noise_floor(signals @ signals.T, signals.shape[1]).deviation
        else:
            deviation = self.noise / scale
        shrunken = shrink(
            values, deviation * np.sqrt(max(signals.shape)), min(signals.shape) / max(signals.shape)
        )
        kept = shrunken > 0
        return left[:, kept], shrunken[kept], right[kept], scale


def shrink(values: np.ndarray, unit: float, ratio: float) -> np.ndarray:
    """Return √((s² − (β + 1) u²)² − 4β u⁴)/s above (1 + √β) u, u = σ√m: the rule in the unit of s."""
    above = values > (1 + np.sqrt(ratio)) * unit
    inside = (values**2 - (ratio + 1) * unit**2) ** 2 - 4 * ratio * unit**4
    root = np.sqrt(np.maximum(inside, 0.0))
    return np.divide(root, values, out=np.zeros(values.shape), where=above)
