"""The string of several media: waves on a line whose wave speed changes from place to place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from wavefact.errors import InputError
from wavefact.operators._checks import checked_numbers
from wavefact.operators._line import SUPPORT, Layout
from wavefact.operators.string import String

__all__ = ["Media"]


@dataclass(frozen=True, init=False, eq=False, repr=False)
class Media(String):
    """Describe a string or acoustic line of varying wave speed: A u = −(c₀²/(c²T)) (T u′)′, κ = ω²/c₀².

    Parameters
    ----------
    n_points, spacing, ends, positions, span
        As for `String`.
    speeds : (n_segments,) or (n_points,) array of float
        Wave speed of each segment from the smaller to the larger coordinate [m/s], or without `boundaries`
        that around each point, in the order of the points.  Only their ratios matter.
    boundaries : (n_segments - 1,) array of float, optional
        Where segments meet, rising [m]; anywhere between the ends, also between two points.
    tensions : array of float, shape (n_segments,) or (n_points,), optional
        Tension of each segment or point, as `speeds`; for rods EA, for tubes of one section the bulk
        modulus.  Only ratios matter; by default one tension, so that only the density varies.

    Attributes
    ----------
    reference_speed : float
        c₀ = L / ∫ dx/c, the speed that takes as long from end to end [m/s].

    Raises
    ------
    InputError
        As for `String`, or if speeds or tensions are not positive, their number does not fit, or boundaries
        do not rise between the ends.

    Notes
    -----
    Modes obey (T u′)′ + ω² (T/c²) u = 0 with u and T u′ continuous where segments meet: linear finite
    elements whose springs are 1/∫dx/T and whose lumped masses are ∫ T/c² dx, exact integrals wherever a
    boundary lies.  No one wavenumber is that of a mode, since k(x) = ω/c(x) varies; κ = ω²/c₀² makes
    `wavenumber` its mean along the line, √κ = ω/c₀ = (1/L) ∫ k(x) dx [rad/m], so that eigenvalues, wave
    weights and bandwidths are those of a uniform string of the same length, and f = c₀ √κ / 2π.

    References
    ----------
    P. M. Morse and K. U. Ingard, *Theoretical Acoustics*, McGraw-Hill 1968, section 4.5.
    A. Zettl, *Sturm–Liouville Theory*, American Mathematical Society 2005, ch. 4.

    Examples
    --------
    >>> from wavefact.operators import Media
    >>> operator = Media(99, 0.01, speeds=[2.0, 4.0], boundaries=[0.5])  # 1 m, one half twice as fast
    >>> round(operator.reference_speed, 3)
    2.667
    >>> print(operator.wavenumber(operator.eigenvalues[:2]).round(2))  # not 1 : 2
    [2.87 6.56]
    """

    speeds: np.ndarray
    boundaries: np.ndarray
    tensions: np.ndarray

    def __init__(
        self,
        n_points: int | None = None,
        spacing: float = 1.0,
        ends: str = "fixed",
        positions: Sequence[float] | np.ndarray | None = None,
        span: tuple[float, float] | None = None,
        *,
        speeds: Sequence[float] | np.ndarray,
        boundaries: Sequence[float] | np.ndarray | None = None,
        tensions: Sequence[float] | np.ndarray | None = None,
    ) -> None:
        super().__init__(n_points, spacing, ends, positions, span)
        c = checked_numbers(speeds, "speeds")
        t = np.ones(c.size) if tensions is None else checked_numbers(tensions, "tensions")
        if boundaries is None and c.size == self.n_points:
            rising = np.argsort(self.positions)
            cuts = self.positions[rising][1:] / 2 + self.positions[rising][:-1] / 2
            c, t = c[rising], t[rising] if t.size == c.size else t
        else:
            cuts = (
                np.zeros(0)
                if boundaries is None
                else checked_numbers(boundaries, "boundaries", least=-np.inf)
            )
        self._set(speeds=c, boundaries=cuts, tensions=t)
        self._check_media()

    def _check_media(self) -> None:
        n, m = self.speeds.size, self.boundaries.size
        if n != m + 1 or self.tensions.size != n:
            raise InputError(
                f"{n} speeds and {self.tensions.size} tensions came with {m} boundaries and {self.n_points} "
                "points; give one more of each than boundaries, or one for each point and no boundaries."
            )
        self._checked_cuts(self.boundaries)

    @property
    def reference_speed(self) -> float:
        """The speed c₀ that takes as long from end to end [m/s]: f = c₀ k / 2π with k of `wavenumber`."""
        start, stop = self.limits
        return float((stop - start) / self._integral(1 / self.speeds, np.array([start, stop]))[0])

    @cached_property
    def _even(self) -> bool:
        return False  # for no transform diagonalises a varying medium

    @cached_property
    def _layout(self) -> Layout:
        """Compliances ∫dx/T in place of distances, and masses ∫ T c₀²/c² dx."""
        (start, stop), x = self.limits, np.sort(self.positions)
        lower, upper = self._end_clearances
        first = (start + x[0]) / 2 if lower == SUPPORT else start
        last = (x[-1] + stop) / 2 if upper == SUPPORT else stop
        cells = np.concatenate([[first], (x[1:] + x[:-1]) / 2, [last]])
        compliances = self._integral(1 / self.tensions, np.concatenate([[start], x, [stop]]))
        density = self.tensions * (self.reference_speed / self.speeds) ** 2
        return Layout(
            gaps=compliances[1:-1],
            before=float(compliances[0]),
            after=float(compliances[-1]),
            masses=self._integral(density, cells),
        )

    def _integral(self, values: np.ndarray, nodes: np.ndarray) -> np.ndarray:
        """Return the integrals between neighbouring nodes of what each segment has one value of."""
        return np.diff(self._cumulative(values, nodes))

    def _cumulative(self, values: np.ndarray, x: np.ndarray) -> np.ndarray:
        """Return the integral from the lower end to each x of what each segment has one value of."""
        knots = np.array([self.limits[0], *self.boundaries, self.limits[1]])
        total = np.concatenate([[0.0], np.cumsum(values * np.diff(knots))])
        return np.interp(x, knots, total)

    def _compliance_before(self, x: np.ndarray) -> np.ndarray:
        return self._cumulative(1 / self.tensions, x)

    def _arguments(self) -> dict[str, Any]:
        media = {name: getattr(self, name).tolist() for name in ("speeds", "boundaries", "tensions")}
        return {**super()._arguments(), **media}

    def description(self) -> str:
        """Say in a few words what this operator is, for a log line."""
        slowest, fastest = self.speeds.min(), self.speeds.max()
        return (
            f"{self.n_points} points, mean spacing {self.spacing:g} m, {self.ends} ends, "
            f"{self.speeds.size} segments of {slowest:g} to {fastest:g} m/s"
        )
