"""Truncated singular value decomposition (principal components, POD)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from wavefact.baselines._settings import check_at_least
from wavefact.baselines._singular_values import SingularValueBaseline
from wavefact.operators.base import WaveOperator
from wavefact.recording import Recording

__all__ = ["TruncatedSVD", "hard_threshold", "rank_above_noise"]

_MOST = 29  # components that an oracle tries


@dataclass(frozen=True)
class TruncatedSVD(SingularValueBaseline):
    """Keep the largest singular values, and take the singular vectors for modes.

    Attributes
    ----------
    n_components : int or None
        None for those above the optimal hard threshold for unknown noise.

    References
    ----------
    Gavish & Donoho, "The optimal hard threshold for singular values is 4/√3", IEEE Trans. Information
    Theory 60 (2014), eq. (4) and (5).

    Examples
    --------
    >>> from wavefact.baselines import TruncatedSVD
    >>> from wavefact.simulate import scenario_s2
    >>> noisy = scenario_s2(0.0)
    >>> cleaned = TruncatedSVD().denoise(noisy.recording, wf.String(100))
    >>> wf.relative_error(cleaned.signals, noisy.clean) < 0.5
    True
    """

    n_components: int | None = None
    title: ClassVar[str] = "truncated SVD"
    package: ClassVar[str] = ""

    def __post_init__(self) -> None:
        check_at_least(0, n_components=self.n_components)

    def candidates(self, recording: Recording, operator: WaveOperator) -> Iterator[TruncatedSVD]:
        """Return the automatic rank, which may be 0 or large, and small ranks one after the other."""
        yield TruncatedSVD()
        for n_components in range(1, min(_MOST, recording.n_sensors, recording.n_samples) + 1):
            yield TruncatedSVD(n_components)

    def _changed(self, values: np.ndarray, signals: np.ndarray, scale: float) -> np.ndarray:
        kept = self.n_components
        if kept is None:
            kept = rank_above_noise(values, signals.shape)
        return np.where(np.arange(len(values)) < kept, values, 0.0)


def rank_above_noise(values: np.ndarray, shape: tuple[int, int]) -> int:
    """Return how many singular values of a matrix of this shape are above `hard_threshold`, and rounding."""
    rounding = max(shape) * np.finfo(float).eps * np.max(values)
    return int(np.sum(values > max(hard_threshold(shape) * np.median(values), rounding)))


def hard_threshold(shape: tuple[int, int]) -> float:
    """Return the optimal threshold in units of the median singular value, ω(β) of eq. (5), within 0.02."""
    ratio = min(shape) / max(shape)
    return 0.56 * ratio**3 - 0.95 * ratio**2 + 1.82 * ratio + 1.43
