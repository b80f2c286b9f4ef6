"""Nuclear-norm denoising: soft thresholding of singular values."""

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

__all__ = ["NuclearNorm"]


@dataclass(frozen=True)
class NuclearNorm(SingularValueBaseline):
    """Lower every singular value by λ: the wave-informed model without wave equation (γ = 0).

    Attributes
    ----------
    regularization : float or None, in units of the recording
        λ; None for the largest singular value that noise alone would have, σ(√n + √m), with σ estimated from
        the bulk of the singular values.

    Notes
    -----
    argmin_Z ½‖Y − Z‖² + λ‖Z‖_* = U max(S − λ, 0) Vᵀ for Y = U S Vᵀ.  It lowers strong components by λ too;
    who knows the truth would often take a smaller λ.

    References
    ----------
    Cai, Candès & Shen, "A singular value thresholding algorithm for matrix completion", SIAM J. Optimization
    20 (2010), theorem 2.1.

    Examples
    --------
    >>> from wavefact.baselines import NuclearNorm
    >>> from wavefact.simulate import scenario_s2
    >>> noisy = scenario_s2(0.0)
    >>> cleaned = NuclearNorm().denoise(noisy.recording, wf.String(100))
    >>> wf.relative_error(cleaned.signals, noisy.clean) < 0.5
    True
    """

    regularization: float | None = None
    title: ClassVar[str] = "nuclear norm"
    package: ClassVar[str] = ""

    def __post_init__(self) -> None:
        check_at_least(0, regularization=self.regularization)

    def candidates(self, recording: Recording, operator: WaveOperator) -> Iterator[NuclearNorm]:
        """Return weights around the automatic one, which is among them."""
        signals, scale = scaled_signals(recording)
        for factor in 2.0 ** np.linspace(-3, 1, 25):
            yield NuclearNorm(float(factor * _largest_of_noise(signals) * scale))

    def _changed(self, values: np.ndarray, signals: np.ndarray, scale: float) -> np.ndarray:
        given = self.regularization
        return np.maximum(values - (_largest_of_noise(signals) if given is None else given / scale), 0.0)


def _largest_of_noise(signals: np.ndarray) -> float:
    """Return σ(√n + √m)."""
    deviation = noise_floor(signals @ signals.T, signals.shape[1]).deviation
    return float(deviation * np.sum(np.sqrt(signals.shape)))
