"""What is expected of each mode in the next recording, and which pole is which mode: the step of tracking.

A pole belongs to a mode when it is likelier to come from it than from nowhere (a spurious pole, anywhere
within the tolerance): −2 log of the ratio of both densities is the cost, and the assignment of least total
cost is taken.  The logarithm of the frequency is normal about its prediction, with the pole's standard error
for what that has proved to be worth.  What of a shape lies outside
the span of the close modes' shapes, and what is mixed among these, are both exponential, each with a mean of
its own: a pair of nearly equal frequencies mixes its shapes at random, but hardly leaves their span.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from wavefact.health._local_level import measured
from wavefact.health._poles import Seen
from wavefact.health._wavenumbers import wave_cost

_ODDS = 20.0  # of a mode being found there to a spurious pole within the tolerance
_MEMORY = 0.05  # weight of a new shape in that of its mode, once there are many
_CLOSE = 0.02  # relative distance in frequency within which modes mix their shapes
_TINY = np.finfo(float).tiny
_RIDGE = 1e-9  # of the Gram matrix of shapes, lest two that are equal make it singular


@dataclass(frozen=True, eq=False)
class Scatter:
    """Hold how poles scatter about each mode, arrays (n_modes,); variances are of log frequency."""

    noise: np.ndarray
    """Variance of one pole about the level, besides what its standard error accounts for."""
    trust: np.ndarray
    """Variance for each unit of a squared standard error: 1 where these tell the truth."""
    typical: np.ndarray
    """Squared standard error of a pole that comes without one; 0 where none has one."""
    drift: np.ndarray
    """Variance that the level gains per second."""
    outside: np.ndarray
    """Mean share of a shape outside the span of the close modes."""
    mixing: np.ndarray
    """Mean share of a shape that is of other close modes."""
    waves: np.ndarray
    """Variance of an estimated wavenumber [rad²/m²]; NaN where none is expected."""

    def of_modes(self, modes: np.ndarray) -> Scatter:
        """Return the scatter of some modes."""
        return Scatter(*(getattr(self, name)[modes] for name in self.__dataclass_fields__))

    @property
    def usual(self) -> np.ndarray:
        """Variance of a pole with a typical standard error."""
        return self.noise + self.trust * self.typical

    def of(self, squares: np.ndarray) -> np.ndarray:
        """Return the variance of poles of these squared standard errors, (n_poles, n_modes)."""
        return measured(self.noise, self.trust, self.typical, squares[:, None])


@dataclass(frozen=True, eq=False)
class Expectation:
    """Hold what is expected of each mode: log frequency, its variance, unit shape (n_modes, n_points)."""

    level: np.ndarray
    variance: np.ndarray
    shapes: np.ndarray
    wavenumbers: np.ndarray
    """(n_modes,) [rad/m]; NaN where unknown."""

    def of_modes(self, modes: np.ndarray) -> Expectation:
        """Return what is expected of some modes."""
        return Expectation(
            self.level[modes], self.variance[modes], self.shapes[modes], self.wavenumbers[modes]
        )

    def later(self, elapsed: float, scatter: Scatter) -> Expectation:
        """Return what is expected after some time without news."""
        return replace(self, variance=self.variance + abs(elapsed) * scatter.drift)

    def learned(self, modes: np.ndarray, seen: Seen, indices: np.ndarray, scatter: Scatter) -> Expectation:
        """Return what is expected after `modes` were found, with the poles of these indices."""
        level, variance = self.level.copy(), self.variance.copy()
        gain = variance[modes] / (variance[modes] + scatter.of(seen.squares)[indices, modes])
        level[modes] += gain * (seen.logarithms[indices] - level[modes])
        variance[modes] *= 1.0 - gain
        placed = np.zeros(self.shapes.shape, dtype=seen.shapes.dtype)
        placed[modes] = seen.shapes[indices]
        forms = moved(self.shapes, close_pairs(self.level), placed)
        return replace(self, level=level, variance=variance, shapes=forms)

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
    return _rotated(shapes, np.sum(shapes.conj() * targets, axis=1))


def _rotated(shapes: np.ndarray, inner: np.ndarray) -> np.ndarray:
    """Turn each row by the phase or sign of a number; not where that is zero."""
    size = np.abs(inner)
    return shapes * np.divide(inner, size, out=np.ones_like(inner), where=size > 0.0)[:, None]


def moved(forms: np.ndarray, close: np.ndarray, shapes: np.ndarray) -> np.ndarray:
    """Return shapes of modes (..., n_modes, n_points) after unit shapes, or zeros: not found, came for each.

    A shape counts as far as it is that of its mode rather than of another close one, `close` (..., n_modes,
    n_modes): without this, one mode of a pair would take over the other's shape by being given its poles.
    """
    inner = shapes.conj() @ forms.swapaxes(-1, -2)
    own, size = inner.diagonal(0, -2, -1), np.abs(inner)
    likeness = np.square(size) * close
    size = size.diagonal(0, -2, -1)
    weight = _MEMORY * likeness.diagonal(0, -2, -1) / np.maximum(np.add.reduce(likeness, axis=-1), _TINY)
    scale = 1.0 / np.sqrt(1.0 - 2.0 * weight * (1.0 - weight) * (1.0 - size))  # back to unit norm
    step = weight * scale
    turn = step * own / np.maximum(size, _TINY)
    after: np.ndarray = (scale - step)[..., None] * forms + turn[..., None] * shapes
    return after


def close_pairs(levels: np.ndarray) -> np.ndarray:
    """Return which modes are so close that they mix, (..., n_modes, n_modes), from levels (..., n_modes)."""
    return np.abs(levels[..., :, None] - levels[..., None, :]) < _CLOSE


def shares(expected: Expectation, shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return which share of each shape is outside the close modes' span, and mixed among them.

    Both are (n_poles, n_modes), and their sum is 1 − MAC.
    """
    inner = shapes @ expected.shapes.conj().T
    own = np.minimum(np.abs(inner) ** 2, 1.0)
    gram = expected.shapes.conj() @ expected.shapes.T
    inside = np.clip(inside_span(gram, close_pairs(expected.level), inner.T).T, own, 1.0)
    return 1.0 - inside, inside - own


def inside_span(gram: np.ndarray, near: np.ndarray, inner: np.ndarray) -> np.ndarray:
    """Return which share of each unit shape is inside the span of some of others, (..., n_shapes).

    Parameters
    ----------
    gram : (..., n, n) array
        Inner products of the n shapes that may span.
    near : (..., n) array
        Which of them do.
    inner : (..., n, n_shapes) array
        Inner products with the unit shapes.
    """
    both = near[..., :, None] & near[..., None, :]
    unit = np.where(near, _RIDGE, 1.0)[..., None] * np.eye(near.shape[-1])
    parts = np.where(near[..., None], inner, 0.0)
    weights = np.linalg.solve(np.where(both, gram, 0.0) + unit, parts)
    return np.asarray(np.sum(parts.conj() * weights, axis=-2).real)


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
    poles: Seen,
    tolerance: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return which modes were found, the pole of each, and its cost.

    Parameters
    ----------
    expected, scatter : Expectation, Scatter
    poles : Seen
    tolerance : float

    Returns
    -------
    modes, pole_indices : (n_found,) integer arrays
    costs : (n_found,) array
        −2 log of how much likelier each is than a spurious pole.
    """
    from scipy.optimize import linear_sum_assignment

    if poles.logarithms.size == 0 or expected.level.size == 0:
        return np.zeros(0, dtype=int), np.zeros(0, dtype=int), np.zeros(0)
    distance = poles.logarithms[:, None] - expected.level
    variance = expected.variance + scatter.of(poles.squares)
    outside, mixing = shares(expected, poles.shapes)
    cost = (
        distance**2 / variance
        + np.log(2 * np.pi * variance / (2 * tolerance) ** 2)
        + 2 * (outside / scatter.outside + np.log(scatter.outside))
        + 2 * _mixing_cost(expected, mixing, scatter)
        - 2 * np.log(_ODDS)
        + wave_cost(poles.wavenumbers, expected.wavenumbers, scatter.waves)
    )
    worse = np.maximum(variance - expected.variance - scatter.usual, 0.0)  # than a pole usually is
    reach = np.hypot(tolerance, 3 * np.sqrt(expected.variance + worse))
    cost = np.where(np.abs(distance) <= reach, np.minimum(cost, 0.0), 0.0)
    found, modes = linear_sum_assignment(cost)
    kept = cost[found, modes] < 0.0
    found, modes = found[kept], modes[kept]
    order = np.argsort(modes)
    return modes[order], found[order], cost[found, modes][order]


def _mixing_cost(expected: Expectation, mixing: np.ndarray, scatter: Scatter) -> np.ndarray:
    """Return −log of the density of the mixed share, which only modes with close neighbours have."""
    close = np.sum(close_pairs(expected.level), axis=1) > 1
    return np.where(close, mixing / scatter.mixing + np.log(scatter.mixing), 0.0)
