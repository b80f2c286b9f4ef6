"""The noise floor of a recording: how strong its noise is, and how many independent samples it is worth.

Both come from the singular values, so a few strong components do not disturb them.
Real noise is coloured: its samples are worth fewer independent ones, which widens the bulk of
the singular values; the bulk's width says how many.

References
----------
Gavish & Donoho, "The optimal hard threshold for singular values is 4/√3", IEEE Trans.
Information Theory 2014 (noise level from the median singular value); Bai & Silverstein, "Spectral
Analysis of Large Dimensional Random Matrices", 2010 (Marchenko–Pastur law).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from math import log, pi, sqrt

import numpy as np

from wavefact._arrays import Array, adjoint, array_namespace, like, to_numpy
from wavefact.operators import WaveOperator

__all__ = [
    "NoiseFloor",
    "floor_of",
    "noise_floor",
    "noise_mixing",
    "quiet_deviation",
]

LOW = 0.1  # quantile of the bulk that tells its width; signals do not reach down there
FEWEST_FOR_BULK = 12  # sensors: of fewer, waves may hold half of the singular values and more
FLOOR = 1e-6  # of the signals' root mean square: less noise than this cannot be told from rounding
N_ANGLES = 2001
NORMAL_MEDIAN, COMPLEX_MEDIAN = 0.6744897501960817, log(2) ** 0.5  # of magnitudes of normal variables


@dataclass(frozen=True)
class NoiseFloor:
    """Noise under a few strong components.

    Attributes
    ----------
    deviation : float
        Standard deviation of a sample, in the unit of the recording.
    n_effective : float
        Independent samples that n_samples of this noise are worth, at most n_samples.
    is_visible : bool
        Whether the eigenvalues end in a bulk at all; where they do not, the rest is a guess.
    """

    deviation: float
    n_effective: float
    is_visible: bool = True

    def regularization(self, n_samples: int, threshold: float) -> float:
        """Return the λ of a recording, given that of as many normal samples as it is worth."""
        return self.deviation * sqrt(n_samples / self.n_effective) * threshold


def noise_mixing(operator: WaveOperator) -> np.ndarray | None:
    """Return what takes the sensors' white noise to the eigenbasis, (n_points, n_points): Γᵀ diag(√shares).

    None where all points have equal shares of the structure: there noise stays white.
    """
    return None if np.all(operator.shares == 1.0) else to_numpy(operator.analyze(np.eye(operator.n_points)))


def noise_floor(
    gram: Array, n_samples: int, mixing: np.ndarray | None = None, n_sensors: int | None = None
) -> NoiseFloor:
    """Return the noise floor of a recording.

    Parameters
    ----------
    gram : array, shape (n_sensors, n_sensors), or (n_samples, n_samples) without mixing
        Y Yᴴ, or Yᴴ Y where that is smaller.
    n_samples : int
    mixing : array, shape (n_sensors, n_sensors), optional
        By which white noise of the sensors has come into Y, as `noise_mixing` returns it.
    n_sensors : int, optional
        By default as many as `gram` has rows.

    Notes
    -----
    Median and tenth percentile of the eigenvalues are matched to the Marchenko–Pastur law of
    aspect n_sensors / n_effective; eigenvalues above the law's upper edge are signals, and are
    left out until none is left.  Where that would leave out more than half of all, the
    eigenvalues fall off without a bulk, and the match of all of them has to do.
    """
    if mixing is not None:
        inverse = like(np.linalg.inv(mixing), gram)
        gram = inverse @ gram @ adjoint(inverse)
    values = np.sort(np.maximum(to_numpy(array_namespace(gram).linalg.eigvalsh(gram)), 0.0))
    n_sensors = n_sensors or len(values)
    values = values[-min(len(values), n_samples) :]
    long, kept = max(n_sensors, n_samples), len(values)
    quietest = FLOOR * sqrt(float(np.sum(values)) / (n_sensors * n_samples))
    every = found = _matched(values, long)
    while found.deviation > quietest:
        edge = found.deviation**2 * (sqrt(long) + sqrt(kept * long / found.n_effective)) ** 2
        inside = int(np.searchsorted(values, edge, side="right"))
        if inside >= kept:
            return replace(found, n_effective=found.n_effective * n_samples / long)
        if inside < len(values) / 2:
            return NoiseFloor(every.deviation, every.n_effective * n_samples / long, is_visible=False)
        kept = inside
        found = _matched(values[:kept], long)
    return NoiseFloor(quietest, float(n_samples))


def quiet_deviation(sizes: np.ndarray, complex_noise: bool) -> float:
    """Return the deviation of normal noise if most of these magnitudes hold nothing else."""
    quietest = FLOOR * float(np.sqrt(np.mean(sizes**2)))
    median = COMPLEX_MEDIAN if complex_noise else NORMAL_MEDIAN
    return max(float(np.median(sizes)) / median, quietest)


def floor_of(root: Array, n_samples: int, mixing: np.ndarray | None = None) -> NoiseFloor:
    """Return the noise floor of a recording from any Y, (n_sensors, n_columns), that has its Y Yᴴ."""
    root = root if mixing is None else like(np.linalg.inv(mixing), root) @ root
    n_sensors, n_columns = root.shape
    gram = root @ adjoint(root) if n_sensors <= n_columns else adjoint(root) @ root
    return noise_floor(gram, n_samples, n_sensors=int(n_sensors))


def _matched(values: np.ndarray, long: int) -> NoiseFloor:
    """Return the noise whose law has the median and width of these eigenvalues of `long` samples."""
    ratio = len(values) / long
    if 2 < len(values) < long:
        ratio = max(ratio, _ratio_of_width(values))
    variance = float(np.median(values)) / (long * _law_quantile(ratio, 0.5))
    return NoiseFloor(sqrt(variance), len(values) / ratio)


@lru_cache(maxsize=256)
def _law_quantile(ratio: float, quantile: float) -> float:
    """Return a quantile of the Marchenko–Pastur law of aspect `ratio` ≤ 1 and unit variance."""
    angle = np.linspace(0.0, pi, N_ANGLES)
    support = 1.0 + ratio - 2.0 * sqrt(ratio) * np.cos(angle)
    density = np.sin(angle) ** 2 / np.maximum(support, 1e-12)
    mass = np.concatenate([[0.0], np.cumsum(0.5 * (density[1:] + density[:-1]))])
    return float(np.interp(quantile * mass[-1], mass, support))


def _ratio_of_width(values: np.ndarray) -> float:
    """Return the aspect whose law has the relative width of these eigenvalues, by bisection."""
    median = float(np.median(values))
    width = float(np.quantile(values, LOW)) / median if median > 0 else 1.0
    low, high = 0.0, 1.0
    for _ in range(30):
        middle = 0.5 * (low + high)
        relative = _law_quantile(middle, LOW) / _law_quantile(middle, 0.5)
        low, high = (middle, high) if relative > width else (low, middle)
    return high
