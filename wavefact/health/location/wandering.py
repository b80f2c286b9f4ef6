"""A straight trend beside a random walk, under scatter: restricted likelihood and prediction, closed forms.

Differences of neighbouring values know nothing of the level, and their covariance is tridiagonal, so that
everything costs a few banded solutions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from wavefact.errors import InputError

__all__ = ["Trend", "fitted_trends", "mixed_probability", "mixed_quantiles"]

_RATIOS = np.concatenate([[0.0], np.geomspace(1e-2, 1e2, 9)])  # variance of a mean step over that of scatter
_PRIOR = np.array([0.25, *[0.75 / 9] * 9])
_BISECTIONS = 30

Laws = Sequence[tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class Trend:
    """One ratio of wandering to scatter.

    Attributes
    ----------
    weight : float
        Its probability after the data.
    wandering : float
        Variance of the walk per time, over σ² [1/s].
    slope, slope_scale : float
        Student's law of the trend.
    last, last_scale : float
        Estimate of the last level; its variance over σ², were the trend known.
    lever : float
        By how much the last level moves against the trend [s].
    scale : float
        σ, of the scatter.
    """

    weight: float
    wandering: float
    slope: float
    slope_scale: float
    last: float
    last_scale: float
    lever: float
    scale: float

    def level_after(self, since: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return location and scale of Student's law of the level at times after the last value."""
        own = self.scale**2 * (self.last_scale + self.wandering * since)
        return (
            self.last + self.slope * since,
            np.sqrt(own + (self.slope_scale * (since + self.lever)) ** 2),
        )


def fitted_trends(times: np.ndarray, values: np.ndarray, errors: np.ndarray) -> list[Trend]:
    """Weigh the ratios of wandering to scatter by prior times restricted likelihood.

    Notes
    -----
    z = Δy = b Δt + Δw + Δe has the covariance σ² S.  With b and ln σ flat a priori, b has Student's law with
    n − 2 degrees of freedom, and so has the level to come, which is y_n − e_n + b τ + w(τ): its covariance
    with z is that of −e_n, in the last entry alone.
    """
    steps = np.diff(times)
    variances = (errors / np.sqrt(np.mean(errors**2))) ** 2
    walks = _RATIOS / float(np.mean(steps))
    found = [_trend(steps, values, variances, float(walk)) for walk in walks]
    highest = max(log for _, log in found)
    weights = _PRIOR * np.exp([log - highest for _, log in found])
    weights /= weights.sum()
    return [replace(trend, weight=float(weight)) for weight, (trend, _) in zip(weights, found, strict=True)]


def _trend(
    steps: np.ndarray, values: np.ndarray, variances: np.ndarray, wandering: float
) -> tuple[Trend, float]:
    """Return the trend of one ratio, and its restricted log likelihood but for a constant."""
    from scipy.linalg import cho_solve_banded, cholesky_banded

    z = np.diff(values)
    bands = np.zeros((2, z.size))
    bands[0] = wandering * steps + variances[:-1] + variances[1:]
    bands[1, :-1] = -variances[1:-1]
    root = cholesky_banded(bands, lower=True)
    shared = np.zeros(z.size)
    shared[-1] = -variances[-1]  # covariance of z with −e_n
    by_step, by_shared = (cho_solve_banded((root, True), side) for side in (steps, shared))
    information = float(steps @ by_step)
    slope = float(by_step @ z) / information
    rest = z - slope * steps
    squares, freedom = float(rest @ cho_solve_banded((root, True), rest)), z.size - 1
    if squares <= z.size * (np.finfo(float).eps * np.abs(values).max()) ** 2:
        raise InputError("All values lie on one straight line, without scatter; there is nothing to weigh.")
    scale = float(np.sqrt(squares / freedom))
    log = -np.sum(np.log(root[0])) - np.log(information) / 2 - freedom / 2 * np.log(squares)
    trend = Trend(
        weight=1.0,
        wandering=wandering,
        slope=slope,
        slope_scale=scale / information**0.5,
        last=float(values[-1] + by_shared @ rest),
        last_scale=float(variances[-1] - shared @ by_shared),
        lever=-float(steps @ by_shared),
        scale=scale,
    )
    return trend, float(log)


def mixed_probability(laws: Laws, weights: np.ndarray, freedom: int, x: np.ndarray) -> np.ndarray:
    """Return the probability of at most x, (n,), of a mixture of Student's laws (location, scale)."""
    from scipy.special import stdtr

    places, scales = (np.array(parts) for parts in zip(*laws, strict=True))
    return np.asarray(weights @ stdtr(freedom, (x - places) / scales))


def mixed_quantiles(laws: Laws, weights: np.ndarray, freedom: int, probability: float) -> np.ndarray:
    """Return where a mixture of Student's laws has a probability, (n,), by bisection."""
    from scipy.special import stdtrit

    each = np.array([place + scale * stdtrit(freedom, probability) for place, scale in laws])
    low, high = each.min(axis=0), each.max(axis=0)  # between the quantiles of its parts
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        short = mixed_probability(laws, weights, freedom, middle) < probability
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    return np.asarray((low + high) / 2)
