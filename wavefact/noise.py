"""The noise floor of a recording, and the λ at which noise alone gives no component.

λ is the noise's standard deviation times a high quantile of the polar of standard normal
noise.  Both come from the singular values, so a few strong components do not disturb them.
Real noise is coloured: its samples are worth fewer independent ones, which widens the bulk of
the singular values; the bulk's width says how many.

References
----------
Gavish & Donoho, "The optimal hard threshold for singular values is 4/√3", IEEE Trans.
Information Theory 2014 (noise level from the median singular value); Bai & Silverstein, "Spectral
Analysis of Large Dimensional Random Matrices", 2010 (Marchenko–Pastur law).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from math import log, pi, sqrt

import numpy as np

from wavefact._arrays import Array, adjoint, array_namespace, like, to_numpy
from wavefact.operators import WaveOperator
from wavefact.problem import Axis
from wavefact.ritz import candidate_centres, ritz, ritz_above
from wavefact.spectral_spans import Span, Spans

__all__ = [
    "DrawnThreshold",
    "NoiseFloor",
    "floor_of",
    "noise_floor",
    "noise_mixing",
    "noise_threshold",
    "polar_quantile",
]

DRAWS = (8, 64)  # of noise, to learn its polar's spread: small arrays scatter more, and cost less
DRAWN_ROWS = 3200  # altogether, within these limits
QUANTILE = 0.999  # of the noise's polar: one recording of pure noise in 1000 gives a component
MANY, ROUGH_STEPS, KEPT_FROM = 500, 6, 0.8  # centres, from which a rough look leaves this share of them out
LOW = 0.1  # quantile of the bulk that tells its width; signals do not reach down there
FEWEST_FOR_BULK = 12  # sensors: of fewer, waves may hold half of the singular values and more
FLOOR = 1e-6  # of the signals' root mean square: less noise than this cannot be told from rounding
N_ANGLES = 2001
NEAR = 2.0  # times as many samples, or as few: within, noise is not drawn anew


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


@dataclass(frozen=True)
class DrawnThreshold:
    """What `noise_threshold` gave for some number of samples.

    Attributes
    ----------
    n_samples : float
    value : float
    """

    n_samples: float
    value: float

    def at(self, n_samples: float) -> float | None:
        """Return the threshold of about as many samples: it grows as their root (Chevet's bound)."""
        if not 1 / NEAR <= n_samples / self.n_samples <= NEAR:
            return None
        return self.value + sqrt(n_samples) - sqrt(self.n_samples)


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


def noise_threshold(
    axis: Axis,
    n_samples: float,
    complex_noise: bool,
    rng: np.random.Generator,
    n_draws: int | None = None,
    mixing: np.ndarray | None = None,
) -> float:
    """Return a high quantile of the polar of standard normal noise.

    Parameters
    ----------
    axis : Axis
        Of n points.
    n_samples : float
        Independent samples.
    complex_noise : bool
        Whether the noise is complex (of unit variance altogether).
    rng : numpy.random.Generator
    n_draws : int, optional
        Noises to draw; by default as many as the array's size needs.
    mixing : array, shape (n_points, n_sensors), optional
        As in `noise_floor`; there may be more points than sensors.

    Notes
    -----
    R Rᵀ of noise is Wishart distributed, so it is drawn by Bartlett's decomposition, at a cost
    that does not depend on n_samples; white noise of many points span by span.
    """
    spans = Spans(axis)
    if mixing is None and len(spans.plan) > 1:
        centres = candidate_centres(axis)
        return _quantile(
            axis, lambda: _highest_of_spans(spans, centres, n_samples, complex_noise, rng), n_draws
        )
    n_sensors = len(axis) if mixing is None else mixing.shape[1]

    def draw() -> np.ndarray:
        factor = _bartlett(n_sensors, n_samples, complex_noise, rng)
        factor = factor if mixing is None else mixing @ factor
        return np.asarray(factor @ factor.conj().T)

    return polar_quantile(axis, draw, n_draws)


def polar_quantile(axis: Axis, draw: Callable[[], np.ndarray], n_draws: int | None = None) -> float:
    """Return a high quantile of the polar of random residuals whose Gram matrix `draw` returns.

    The polar being a maximum, a Gumbel law is fitted by moments to a few draws.
    """
    centres = candidate_centres(axis)
    return _quantile(axis, lambda: _highest(like(draw(), axis.eigenvalues), axis, centres), n_draws)


def _quantile(axis: Axis, highest: Callable[[], float], n_draws: int | None) -> float:
    draws = [highest() for _ in range(n_draws or int(np.clip(DRAWN_ROWS // len(axis), *DRAWS)))]
    spread = float(np.std(draws, ddof=1)) * sqrt(6.0) / pi
    return float(np.mean(draws)) + spread * (-np.euler_gamma - log(-log(QUANTILE)))


def _highest(gram: Array, axis: Axis, centres: np.ndarray) -> float:
    """Return the largest Ritz value; of many centres those with a low one after a few steps are left out."""
    if len(centres) > MANY:
        rough = ritz(gram, axis, centres, ROUGH_STEPS)
        centres = centres[rough >= np.quantile(rough, KEPT_FROM)]
    return float(ritz(gram, axis, centres).max())


def _highest_of_spans(
    spans: Spans, centres: np.ndarray, n_samples: float, complex_noise: bool, rng: np.random.Generator
) -> float:
    """Return the largest Ritz value where every span has noise of its own.

    What a filter passes of rows outside the span is counted by Chevet's bound √Σq + √n_samples of the
    expected norm, q the filter's power gains.
    """
    highest = 0.0
    for span, part in spans.shared(centres):
        axis = spans.axis_of(span.first, span.stop)
        factor = _bartlett(span.size, n_samples, complex_noise, rng)
        gram = like(factor @ factor.conj().T, axis.eigenvalues)
        raised = _raised(spans, span, part, sqrt(n_samples))
        above = ritz_above(gram, axis, part, highest / raised)
        highest = max(highest, raised * float(ritz(gram, axis, above).max(initial=0.0)))
    return highest


def _raised(spans: Spans, span: Span, centres: np.ndarray, root_samples: float) -> float:
    """Return by how much far rows raise the expected norm at the middle of a span's centres."""
    gains = 1.0 / (1.0 + spans.axis.weight * (spans.eigenvalues - np.median(centres)) ** 2)
    near = float(np.sum(gains[span.first : span.stop]))
    return (sqrt(float(np.sum(gains))) + root_samples) / (sqrt(near) + root_samples)


def _bartlett(n: int, n_samples: float, complex_noise: bool, rng: np.random.Generator) -> np.ndarray:
    """Return a factor whose Gram matrix has the law of that of n × n_samples normal noise."""
    shape = (n, min(n, max(int(n_samples), 1)))

    def normal() -> np.ndarray:
        return rng.normal(size=shape)

    freedom = n_samples - np.arange(shape[1])
    if complex_noise:
        factor = np.tril((normal() + 1j * normal()) / sqrt(2.0), k=-1)
        diagonal = np.sqrt(rng.chisquare(2.0 * freedom) / 2.0)
    else:
        factor, diagonal = np.tril(normal(), k=-1), np.sqrt(rng.chisquare(freedom))
    factor[np.arange(shape[1]), np.arange(shape[1])] = diagonal
    return factor


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
