"""The λ at which noise alone gives no component, where time has a weight.

λ is the noise's standard deviation times a high quantile of the polar of standard normal noise over the
plane of centres and tones.  A maximum over a long recording is one over many independent stretches of
the spectrum, so noise is drawn on a few stretches only and the Gumbel laws of their maxima are combined:
the cost does not grow with the number of samples.

References
----------
Gumbel, "Statistics of Extremes", 1958 (maxima of independent draws).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, pi, sqrt

import numpy as np

from wavefact._arrays import to_numpy
from wavefact.joint import Domain, ResidualMap, peaks
from wavefact.noise_polar import QUANTILE
from wavefact.problem import Axis

__all__ = ["expected_threshold", "joint_threshold"]

STRETCH_BANDWIDTHS, STRETCH_COLUMNS = 32.0, 256  # a stretch is at least so wide
MARGIN = 8.0  # bandwidths of noise drawn beyond either end of a stretch
MOST_STRETCHES = 4  # that noise is drawn on
N_DRAWS = 24  # altogether
N_HILLS = 6  # climbed in each


@dataclass(frozen=True)
class _Stretch:
    """Columns start … stop − 1, and how many stretches of the spectrum they stand for."""

    start: int
    stop: int
    count: float


def joint_threshold(
    domain: Domain, is_complex: bool, rng: np.random.Generator, mixing: np.ndarray | None = None
) -> float:
    """Return a high quantile of the polar of standard normal noise on a domain.

    Parameters
    ----------
    domain : Domain
        Where κ and μ may lie.
    is_complex : bool
        Whether the noise is complex (of unit variance altogether).
    rng : numpy.random.Generator
    mixing : array, shape (n_points, n_sensors), optional
        By which white noise of the sensors has come into the eigenbasis, as `noise_mixing` returns it; there
        may be more points than sensors.
    """
    stretches = _stretches(domain.time)
    n_draws = max(2, N_DRAWS // len(stretches))
    heights = np.asarray(
        [
            [_highest(domain, stretch, (is_complex, mixing), rng) for _ in range(n_draws)]
            for stretch in stretches
        ]
    )
    spread = sqrt(6.0 * float(np.mean(np.var(heights, axis=1, ddof=1)))) / pi
    spread = max(spread, 1e-9 * float(heights.max()))
    modes = heights.mean(axis=1) - np.euler_gamma * spread
    # The product of Gumbel laws of one spread is a Gumbel law.
    top = float(modes.max())
    total = sum(s.count * exp((m - top) / spread) for s, m in zip(stretches, modes.tolist(), strict=True))
    return top + spread * (log(total) - log(-log(QUANTILE)))


def expected_threshold(space: Axis, time: Axis) -> float:
    """Return about what `joint_threshold` gives, in closed form, to compare weights with each other.

    Notes
    -----
    Chevet's bound √Σq + √Σp of the expected norm of noise that passes two filters of power gains q and p,
    and √(2 log N) − 1 for the largest of N independent pairs.
    """
    passed = [_passed(space), _passed(time)]
    pairs = max(len(space) * len(time) / (passed[0] * passed[1]), 2.0)
    return sqrt(passed[0]) + sqrt(passed[1]) + sqrt(2.0 * log(pairs)) - 1.0


def _passed(axis: Axis) -> float:
    """Return the largest number of eigenvalues that a filter passes, in power."""
    values = np.sort(to_numpy(axis.eigenvalues))
    some = values[:: max(1, len(values) // 50)]
    near = np.searchsorted(values, np.stack([some - 30.0 * axis.bandwidth, some + 30.0 * axis.bandwidth]))
    spans = zip(some.tolist(), *near.tolist(), strict=True)
    return max(float(np.sum(1.0 / (1.0 + axis.weight * (values[a:b] - c) ** 2))) for c, a, b in spans)


def _stretches(time: Axis) -> list[_Stretch]:
    betas, starts = to_numpy(time.eigenvalues), [0]
    while True:
        wide = int(np.searchsorted(betas, betas[starts[-1]] + STRETCH_BANDWIDTHS * time.bandwidth))
        stop = max(starts[-1] + STRETCH_COLUMNS, wide)
        if stop >= len(betas):
            break
        starts.append(stop)
    if len(starts) > 1:  # the last one joins its neighbour rather than being short
        starts.pop()
    edges = [*starts, len(betas)]
    chosen = np.unique(np.linspace(0, len(starts) - 1, MOST_STRETCHES).round().astype(int))
    nearest = np.argmin(np.abs(np.arange(len(starts))[:, None] - chosen), axis=1)
    counts = np.bincount(nearest, minlength=len(chosen)).tolist()
    return [_Stretch(edges[i], edges[i + 1], count) for i, count in zip(chosen.tolist(), counts, strict=True)]


def _highest(
    domain: Domain, stretch: _Stretch, kind: tuple[bool, np.ndarray | None], rng: np.random.Generator
) -> float:
    is_complex, mixing = kind
    betas, margin = to_numpy(domain.time.eigenvalues), MARGIN * domain.time.bandwidth
    inside = betas[stretch.start : stretch.stop]
    first, last = np.searchsorted(betas, [inside[0] - margin, inside[-1] + margin])
    shape = len(domain.space) if mixing is None else mixing.shape[1], int(last - first)
    noise = rng.standard_normal(shape)
    if is_complex:
        noise = (noise + 1j * rng.standard_normal(shape)) * sqrt(0.5)
    noise = noise if mixing is None else mixing @ noise
    space = Axis(to_numpy(domain.space.eigenvalues), domain.space.weight)
    weight = domain.time.weight
    residual = ResidualMap(noise, space, Axis(betas[first:last], weight))
    part = domain.within(Axis(inside, weight))
    found = peaks(residual, part, 0.0, N_HILLS, rough=True)
    return found[0].value if found else 0.0
