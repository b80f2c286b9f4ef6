"""The search where time has a weight: two dimensions, or the one of a dispersion relation."""

from __future__ import annotations

import numpy as np

from wavefact._arrays import Array, array_namespace, like, squared, to_numpy
from wavefact.errors import InputError
from wavefact.joint import Domain, Peak, Plane, ResidualMap, climb, climb_exactly, peaks, prove
from wavefact.polar_proof import rounding
from wavefact.problem import Problem
from wavefact.solvers.base import Factors, Seed
from wavefact.solvers.joint_descent import active_columns, descend_jointly

__all__ = ["JointSearch"]

MOST_PEAKS = 20  # per round
SAME_PLACE, SAME_SHAPE = 0.05, 1e-3  # bandwidths, 1 − MAC: components so close may be one
LEAST_REACH = 12.0  # bandwidths of columns around each tone that are unknowns


class JointSearch:
    """Search over centres and tones; an image is a `ResidualMap`, places are peaks."""

    def __init__(self, problem: Problem, rtol: float, domain: Domain | None = None) -> None:
        self._problem, self.most = problem, len(problem.space) * len(problem.time)
        self.rounding = rounding(len(problem.space))
        self._domain = Plane(problem.space, problem.time) if domain is None else domain
        # What is left out beyond the reach costs less than the gap.
        self._reach = max(LEAST_REACH, 0.4 * rtol**-0.5)

    def seed(self, start: Array | Seed | None) -> Seed:
        """Return where to begin."""
        if start is None:
            return Seed(self._problem.no_shapes, self._problem.time.eigenvalues[:0])
        if not isinstance(start, Seed) or start.tones is None:
            raise InputError("A start for a problem with a time weight needs a tone for each shape.")
        return start

    def nothing(self) -> Factors:
        """Return factors without components."""
        problem = self._problem
        none = problem.time.eigenvalues[:0]
        return Factors(problem.no_shapes, problem.data[:0, :], problem.space.eigenvalues[:0], none)

    def descend(self, seed: Seed, rtol: float) -> Factors:
        """Minimise from `seed` to a relative step of `rtol`."""
        problem = self._problem
        columns = active_columns(problem.time, to_numpy(seed.tones), self._reach)
        found = descend_jointly(problem.window(columns), self._domain, seed, rtol)
        return found._replace(courses=_spread(found.courses, columns, len(problem.time)))

    def prune(self, factors: Factors, vanishing: float) -> Factors:
        """Drop what vanished; of two components that are nearly one, drop the weaker."""
        sizes = _norms(factors.shapes, 0) * _norms(factors.courses, 1)
        kept = np.flatnonzero((sizes > vanishing) & ~self._doubles(factors, sizes))
        if len(kept) == len(sizes):
            return factors
        xp, index = array_namespace(factors.shapes), like(kept, factors.shapes)
        return Factors(
            xp.take(factors.shapes, index, axis=1),
            xp.take(factors.courses, index, axis=0),
            xp.take(factors.centres, index, axis=0),
            xp.take(factors.tones, index, axis=0),
        )

    def _doubles(self, factors: Factors, sizes: np.ndarray) -> np.ndarray:
        centres, tones = to_numpy(factors.centres), to_numpy(factors.tones)
        near = np.abs(tones[:, None] - tones) <= SAME_PLACE * self._problem.time.bandwidth
        near &= np.abs(centres[:, None] - centres) <= SAME_PLACE * self._problem.space.bandwidth
        weaker = (sizes[:, None] < sizes) | ((sizes[:, None] == sizes) & np.tri(len(sizes), k=-1, dtype=bool))
        if not np.any(near & weaker):
            return np.zeros(len(sizes), dtype=bool)
        shapes = to_numpy(factors.shapes)
        shapes = shapes / np.maximum(np.linalg.norm(shapes, axis=0), 1e-300)
        alike = np.abs(shapes.conj().T @ shapes) ** 2 >= 1.0 - SAME_SHAPE
        return np.any(near & weaker & alike, axis=1)

    def refine(self) -> None:
        """Let courses reach twice as far from their tones."""
        self._reach *= 2.0

    def image(self, residual: Array) -> ResidualMap:
        """Return the residual with its axes."""
        return ResidualMap(self._problem.spread(residual), self._problem.space, self._problem.time)

    def sweep(self, image: ResidualMap, factors: Factors, level: float) -> list[Peak]:
        """Return peaks found above `level`."""
        return peaks(image, self._domain, level)

    def prove(self, image: ResidualMap, factors: Factors, level: float) -> list[Peak]:
        """Prove the polar to be at most `level`, or return peaks where it is not."""
        return climb_exactly(image, self._domain, prove(image, self._domain, level))

    def grow(self, image: ResidualMap, above: list[Peak]) -> tuple[Seed, float]:
        """Return new components: one at every peak σ > λ, of the best amplitude (σ − λ)/‖d‖² along it."""
        penalty, chosen = self._problem.regularization, above[:MOST_PEAKS]
        shapes = np.stack([peak.shape for peak in chosen], axis=1)
        excess = np.asarray([max(peak.value / penalty - 1.0, 1e-12) for peak in chosen])
        amplitudes = penalty * excess / np.maximum(np.sum(np.abs(shapes) ** 2, axis=0), 1e-300)
        tones = np.asarray([peak.tone for peak in chosen])
        data = self._problem.data
        seed = Seed(like(shapes * amplitudes**0.5, data), like(tones, self._problem.time.eigenvalues))
        return seed, above[0].value

    def attained(self, image: ResidualMap, factors: Factors) -> float:
        """Return the largest polar found from the components."""
        points = np.stack([to_numpy(factors.centres), to_numpy(factors.tones)], axis=1)
        found = climb(image, self._domain, 0.0, points) or peaks(image, self._domain, 0.0)
        return max((peak.value for peak in found), default=0.0)

    def polar(self, image: ResidualMap, factors: Factors, rtol: float) -> tuple[float, float]:
        """Return the polar attained and an upper bound proven to `rtol`."""
        best = max((peak.value for peak in peaks(image, self._domain, 0.0)), default=0.0)
        while best > 0.0:
            level = best * (1.0 + rtol)
            above = self.prove(image, factors, level)
            if not above:
                return best, level * (1.0 + self.rounding)
            if above[0].value <= best * (1.0 + 0.1 * rtol):  # rounding hides the rest: ask for less
                rtol = max(2.0 * rtol, self.rounding)
            best = max(best, above[0].value)
        return 0.0, 0.0


def _spread(courses: Array, columns: np.ndarray, n_samples: int) -> Array:
    """Return courses on all samples, zero outside `columns`."""
    xp = array_namespace(courses)
    padded = xp.concat([courses, xp.zeros_like(courses[:, :1])], axis=1)
    where = np.full(n_samples, len(columns))
    where[columns] = np.arange(len(columns))
    return xp.take(padded, like(where, courses), axis=1)


def _norms(values: Array, axis: int) -> np.ndarray:
    return np.sqrt(to_numpy(array_namespace(values).sum(squared(values), axis=axis)))
