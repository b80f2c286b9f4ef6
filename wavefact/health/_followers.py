"""What is expected of each mode in the next recording, and which pole is which mode: the step of tracking.

A pole belongs to a mode when it is likelier to come from it than from nowhere (a spurious pole, anywhere
within the tolerance): −2 log of the ratio of both densities is the cost, and the assignment of least total
cost is taken.  The logarithm of the frequency is normal about its prediction.  What of a shape lies outside
the span of the close modes' shapes, and what is mixed among these, are both exponential, each with a mean of
its own: a pair of nearly equal frequencies mixes its shapes at random, but hardly leaves their span.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

_ODDS = 20.0  # of a mode being found there to a spurious pole within the tolerance
_MEMORY = 0.05  # weight of a new shape in that of its mode, once there are many
_CLOSE = 0.02  # relative distance in frequency within which modes mix their shapes
_RIDGE = 1e-9  # of the Gram matrix of shapes, lest two that are equal make it singular
_WAVENUMBER_SCATTER = 0.1  # of estimates, relative


@dataclass(frozen=True, eq=False)
class Scatter:
    """Hold how poles scatter about each mode, arrays (n_modes,); variances are of log frequency."""

    noise: np.ndarray
    """Variance of one pole about the level."""
    drift: np.ndarray
    """Variance that the level gains per second."""
    outside: np.ndarray
    """Mean share of a shape outside the span of the close modes."""
    mixing: np.ndarray
    """Mean share of a shape that is of other close modes."""


@dataclass(frozen=True, eq=False)
class Expectation:
    """Hold what is expected of each mode: log frequency, its variance, unit shape (n_modes, n_points)."""

    level: np.ndarray
    variance: np.ndarray
    shapes: np.ndarray
    wavenumbers: np.ndarray
    """(n_modes,) [rad/m]; NaN where unknown."""

    def later(self, elapsed: float, scatter: Scatter) -> Expectation:
        """Return what is expected after some time without news."""
        return replace(self, variance=self.variance + abs(elapsed) * scatter.drift)

    def learned(
        self, modes: np.ndarray, logarithms: np.ndarray, shapes: np.ndarray, scatter: Scatter
    ) -> Expectation:
        """Return what is expected after `modes` were found with these frequencies and shapes."""
        level, variance, forms = (
            self.level.copy(),
            self.variance.copy(),
            self.shapes + np.zeros(1, shapes.dtype),
        )
        gain = variance[modes] / (variance[modes] + scatter.noise[modes])
        level[modes] += gain * (logarithms - level[modes])
        variance[modes] *= 1.0 - gain
        weight = _MEMORY * self._likeness(modes, shapes)[:, None]
        moved = (1 - weight) * forms[modes] + weight * turned(shapes, forms[modes])
        forms[modes] = moved / np.linalg.norm(moved, axis=1, keepdims=True)
        return replace(self, level=level, variance=variance, shapes=forms)

    def _likeness(self, modes: np.ndarray, shapes: np.ndarray) -> np.ndarray:
        """Return how far each shape is that of its mode rather than of another close one, in [0, 1].

        Without this, one mode of a pair would take over the other's shape by being given its poles.
        """
        likeness = np.abs(shapes @ self.shapes.conj().T) ** 2
        likeness *= np.abs(self.level[modes][:, None] - self.level) < _CLOSE
        own = likeness[np.arange(modes.size), modes]
        return own / np.maximum(np.sum(likeness, axis=1), np.finfo(float).tiny)

    def joined(self, other: Expectation) -> Expectation:
        """Return what this one, of the past, and another, of the future, say together."""
        weight = other.variance / (self.variance + other.variance)
        middle = self.shapes + turned(other.shapes, self.shapes)
        return replace(
            self,
            level=weight * self.level + (1 - weight) * other.level,
            variance=weight * self.variance,
            shapes=middle / np.linalg.norm(middle, axis=1, keepdims=True),
        )


def turned(shapes: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Turn each row, real or complex, to the phase or sign of its target."""
    inner = np.sum(shapes.conj() * targets, axis=1, keepdims=True)
    size = np.abs(inner)
    return shapes * np.divide(inner, size, out=np.ones_like(inner), where=size > 0.0)


def shares(expected: Expectation, shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return which share of each shape is outside the close modes' span, and mixed among them.

    Both are (n_poles, n_modes), and their sum is 1 − MAC.
    """
    inner = shapes @ expected.shapes.conj().T
    own = np.minimum(np.abs(inner) ** 2, 1.0)
    close = np.abs(expected.level[:, None] - expected.level) < _CLOSE
    both = close[:, :, None] & close[:, None, :]
    unit = np.where(close, _RIDGE, 1.0)[:, :, None] * np.eye(len(close))  # for modes that are not close
    gram = np.where(both, expected.shapes.conj() @ expected.shapes.T, 0.0) + unit
    parts = np.where(
        close[:, :, None], inner.T, 0.0
    )  # of the span of the modes close to each, (m, m, n_poles)
    inside = np.sum(parts.conj() * np.linalg.solve(gram, parts), axis=1).real.T
    inside = np.clip(inside, own, 1.0)
    return 1.0 - inside, inside - own


def close_groups(expected: Expectation) -> np.ndarray:
    """Return the number of the group of each mode; neighbours in frequency that are close share one."""
    order = np.argsort(expected.level)
    apart = np.diff(expected.level[order], prepend=-np.inf) >= _CLOSE
    groups = np.empty(order.size, dtype=int)
    groups[order] = np.cumsum(apart) - 1
    return groups


def assigned(
    expected: Expectation,
    scatter: Scatter,
    poles: tuple[np.ndarray, np.ndarray, np.ndarray],
    tolerance: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return which modes were found, the pole of each, and its cost.

    Parameters
    ----------
    expected, scatter : Expectation, Scatter
    poles : logarithms of frequencies (n_poles,), unit shapes (n_poles, n_points), wavenumbers (n_poles,)
    tolerance : float

    Returns
    -------
    modes, pole_indices : (n_found,) integer arrays
    costs : (n_found,) array
        −2 log of how much likelier each is than a spurious pole.
    """
    from scipy.optimize import linear_sum_assignment

    logarithms, shapes, wavenumbers = poles
    if logarithms.size == 0 or expected.level.size == 0:
        return np.zeros(0, dtype=int), np.zeros(0, dtype=int), np.zeros(0)
    distance = logarithms[:, None] - expected.level
    variance = expected.variance + scatter.noise
    outside, mixing = shares(expected, shapes)
    cost = (
        distance**2 / variance
        + np.log(2 * np.pi * variance / (2 * tolerance) ** 2)
        + 2 * (outside / scatter.outside + np.log(scatter.outside))
        + 2 * _mixing_cost(expected, mixing, scatter)
        - 2 * np.log(_ODDS)
        + _wavenumber_cost(wavenumbers, expected.wavenumbers)
    )
    reach = np.hypot(tolerance, 3 * np.sqrt(expected.variance))
    cost = np.where(np.abs(distance) <= reach, np.minimum(cost, 0.0), 0.0)
    found, modes = linear_sum_assignment(cost)
    kept = cost[found, modes] < 0.0
    found, modes = found[kept], modes[kept]
    order = np.argsort(modes)
    return modes[order], found[order], cost[found, modes][order]


def _mixing_cost(expected: Expectation, mixing: np.ndarray, scatter: Scatter) -> np.ndarray:
    """Return −log of the density of the mixed share, which only modes with close neighbours have."""
    close = np.sum(np.abs(expected.level[:, None] - expected.level) < _CLOSE, axis=1) > 1
    return np.where(close, mixing / scatter.mixing + np.log(scatter.mixing), 0.0)


def _wavenumber_cost(found: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Return the squared relative distance of wavenumbers over their scatter; 0 where one is unknown."""
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = (np.abs(found[:, None]) / np.abs(expected) - 1.0) / _WAVENUMBER_SCATTER
    return np.where(np.isfinite(distance), distance**2, 0.0)
