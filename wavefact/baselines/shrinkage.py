"""Optimal shrinkage of singular values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from wavefact.baselines._settings import check_at_least
from wavefact.baselines._signals import scaled_signals
from wavefact.baselines._singular_values import SingularValueBaseline
from wavefact.noise import noise_floor
from wavefact.operators.base import WaveOperator
from wavefact.recording import Recording

__all__ = ["OptimalShrinkage"]


@dataclass(frozen=True)
class OptimalShrinkage(SingularValueBaseline):
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

    Examples
    --------
    >>> from wavefact.baselines import OptimalShrinkage
    >>> from wavefact.simulate import scenario_s2
    >>> noisy = scenario_s2(0.0)
    >>> cleaned = OptimalShrinkage().denoise(noisy.recording, wf.String(100))
    >>> wf.relative_error(cleaned.signals, noisy.clean) < 0.5
    True
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

    def _changed(self, values: np.ndarray, signals: np.ndarray, scale: float) -> np.ndarray:
        if self.noise is None:
            deviation = noise_floor(signals @ signals.T, signals.shape[1]).deviation
        else:
            deviation = self.noise / scale
        short, long = sorted(signals.shape)
        return shrink(values, deviation * np.sqrt(long), short / long)


def shrink(values: np.ndarray, unit: float, ratio: float) -> np.ndarray:
    """Return √((s² − (β + 1) u²)² − 4β u⁴)/s above (1 + √β) u, u = σ√m: the rule in the unit of s."""
    above = values > (1 + np.sqrt(ratio)) * unit
    inside = (values**2 - (ratio + 1) * unit**2) ** 2 - 4 * ratio * unit**4
    root = np.sqrt(np.maximum(inside, 0.0))
    return np.divide(root, values, out=np.zeros(values.shape), where=above)
