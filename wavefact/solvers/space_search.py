"""The search where only space has a weight: one dimension, on windows of the residual."""

from __future__ import annotations

import numpy as np

from wavefact._arrays import Array, to_numpy
from wavefact.problem import Problem
from wavefact.solvers.base import Factors, Seed
from wavefact.solvers.descent import descend, fit_courses
from wavefact.solvers.growth import grow, prune
from wavefact.spectral_windows import WindowedResidual

__all__ = ["SpaceSearch"]


class SpaceSearch:
    """Search over the centres of the space axis; an image is a `WindowedResidual`, places are centres."""

    def __init__(self, problem: Problem) -> None:
        self._problem, self.most = problem, len(problem.space)
        self.rounding = self.image(problem.data).rounding

    def seed(self, start: Array | Seed | None) -> Seed:
        """Return where to begin."""
        if start is None:
            return Seed(self._problem.no_shapes)
        return start if isinstance(start, Seed) else Seed(start)

    def nothing(self) -> Factors:
        """Return factors without components."""
        shapes = self._problem.no_shapes
        return Factors(shapes, fit_courses(self._problem, shapes), self._problem.space.eigenvalues[:0])

    def descend(self, seed: Seed, rtol: float) -> Factors:
        """Minimise from `seed` to a relative step of `rtol`."""
        return descend(self._problem, seed.shapes, rtol)

    def prune(self, factors: Factors, vanishing: float) -> Factors:
        """Drop what vanished and merge duplicates."""
        return prune(factors, vanishing, self._problem.space.bandwidth)

    def refine(self) -> None:
        """Do nothing: nothing is left out."""

    def image(self, residual: Array) -> WindowedResidual:
        """Return the residual by windows of eigenvalues."""
        return WindowedResidual(self._problem.spread(residual), self._problem.space)

    def sweep(self, image: WindowedResidual, factors: Factors, level: float) -> np.ndarray:
        """Return candidate centres where Ritz values exceed `level`."""
        return image.sweep(to_numpy(factors.centres), level)

    def prove(self, image: WindowedResidual, factors: Factors, level: float) -> np.ndarray:
        """Prove the polar to be at most `level`, or return centres where it is not."""
        return image.prove(level, to_numpy(factors.centres))

    def grow(self, image: WindowedResidual, above: np.ndarray) -> tuple[Seed, float]:
        """Return new components for the peaks among these centres, and the highest."""
        shapes, highest = grow(self._problem, image, above)
        return Seed(shapes), highest

    def attained(self, image: WindowedResidual, factors: Factors) -> float:
        """Return the largest polar at the components and at the bounds of the spectrum."""
        bounds = image.estimates(np.asarray(self._problem.space.bounds))
        return float(max(bounds.max(), image.along(factors.courses, factors.centres).max(initial=0.0)))

    def polar(self, image: WindowedResidual, factors: Factors, rtol: float) -> tuple[float, float]:
        """Return the polar attained and an upper bound proven to `rtol`."""
        found = image.polar(rtol, to_numpy(factors.centres))
        return found.attained, found.upper
