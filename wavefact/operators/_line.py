"""What strings and beams share: points along a line between two ends.

An end either *supports* (u = 0: fixed, pinned, clamped) or is *open* (free, guided).  On an even grid a
support stands one spacing outside the outermost point and an open end half a spacing outside it, so
that every point carries the mass of one whole cell, and trigonometric transforms diagonalise the operator
for many kinds of ends.  Elsewhere each point carries half of the gaps beside it, plus what lies between it
and an open end.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from wavefact._arrays import Array
from wavefact.errors import InputError
from wavefact.operators._checks import checked_count, checked_positions, checked_spacing, checked_span
from wavefact.operators._lengths import unit_along
from wavefact.operators._transforms import dense, differences, prefer_dense, transform
from wavefact.operators.base import WaveOperator

__all__ = ["OPEN", "SUPPORT", "Layout", "LineOperator"]

SUPPORT, OPEN = 1.0, 0.5
"""How far from the outermost point of an even grid an end of this kind stands [spacings]."""

_EVEN = 1e-5
"""Gaps that agree to within this share of the spacing count as even: coordinates are rounded."""


@dataclass(frozen=True)
class Layout:
    """Distances along the line, from its lower to its upper end [m].

    Attributes
    ----------
    gaps : (n_points - 1,) array
        Between neighbouring points.
    before, after : float
        From the lower end to the first point, and from the last point to the upper end.
    masses : (n_points,) array
        Length of structure that each point carries.
    """

    gaps: np.ndarray
    before: float
    after: float
    masses: np.ndarray


@dataclass(frozen=True, init=False, eq=False, repr=False)
class LineOperator(WaveOperator):
    """Lay out points along a line; subclasses add the physics.

    Notes
    -----
    A subclass names its kinds of ends and whether each supports (`_clearances`), the transform that
    diagonalises an even grid (`_transform_ends`), and a matrix B with A = BᵀB for every other case
    (`_factor`).
    """

    _clearances: ClassVar[dict[str, float]]

    n_points: int
    spacing: float
    ends: str
    positions: np.ndarray
    span: tuple[float, float] | None

    def __init__(  # the public signature of every line, in the order users write it
        self,
        n_points: int | None = None,
        spacing: float = 1.0,
        ends: str = "",
        positions: Sequence[float] | np.ndarray | None = None,
        span: tuple[float, float] | None = None,
    ) -> None:
        limits = checked_span(span)
        self._set(ends=self._checked_ends(ends), span=limits)
        if positions is not None:
            x = checked_positions(positions, n_points)
            h = checked_spacing((x.max() - x.min()) / (x.size - 1))
        else:
            n = checked_count(n_points)
            h = checked_spacing(spacing)
            if limits is not None:
                h = checked_spacing((limits[1] - limits[0]) / (n - 1 + sum(self._end_clearances)))
            x = self._even_positions(n, h)
            if limits is not None:
                x = x + limits[0]
                h = float((x[-1] - x[0]) / (n - 1))
        self._set(n_points=x.size, spacing=h, positions=x)
        self._check_span()

    # What a subclass provides ---------------------------------------------------------------------------

    @abstractmethod
    def _transform_ends(self) -> str | None:
        """Name the transform that diagonalises these ends on an even grid, if there is one."""

    @abstractmethod
    def _closed_form(self, second: np.ndarray) -> np.ndarray:
        """Return the eigenvalues on an even grid from those of its second difference, (2 − 2cos θ)/h²."""

    @abstractmethod
    def _factor(self, layout: Layout) -> np.ndarray:
        """Return B, (n_rows, n_points), points ascending along the line, with energy uᵀKu = ‖B √M u‖²."""

    # Ends -----------------------------------------------------------------------------------------------

    @classmethod
    def _checked_ends(cls, ends: Any) -> str:
        """Return the canonical name: one word where both ends are alike."""
        words = ends.split("-") if isinstance(ends, str) else []
        if len(words) == 2 and words[0] == words[1]:
            words = words[:1]
        known = len(words) in (1, 2) and all(word in cls._clearances for word in words)
        if not known or (len(words) == 2 and "periodic" in words):
            names = ", ".join(cls._clearances)
            pair = "-".join(list(cls._clearances)[:2])
            raise InputError(
                f"ends={ends!r} is unknown to {cls.__name__}; choose among {names}, or a pair like {pair!r}."
            )
        return "-".join(words)

    @property
    def _end_pair(self) -> tuple[str, str]:
        words = self.ends.split("-")
        return words[0], words[-1]

    @property
    def _end_clearances(self) -> tuple[float, float]:
        lower, upper = self._end_pair
        return self._clearances[lower], self._clearances[upper]

    def _check_span(self) -> None:
        if self.span is None:
            return
        start, stop = self.span
        room = (self.positions.min() - start, stop - self.positions.max())
        if min(room) < 0:
            raise InputError(
                f"points from {self.positions.min():g} to {self.positions.max():g} m do not fit in the span "
                f"({start:g}, {stop:g}); widen the span."
            )
        for end, edge, distance in zip(self._end_pair, self.span, room, strict=True):
            if distance == 0 and self._clearances[end] == SUPPORT:
                raise InputError(
                    f"a point lies on the {end} end at {edge:g} m, where nothing moves; drop it."
                )
        if "periodic" in self.ends and sum(room) == 0:
            raise InputError(f"the points at {start:g} and {stop:g} m are the same on a circle; drop one.")

    # Layout ---------------------------------------------------------------------------------------------

    def _even_positions(self, n_points: int, spacing: float) -> np.ndarray:
        return spacing * (np.arange(n_points) + self._end_clearances[0])

    @cached_property
    def _order(self) -> np.ndarray | None:
        """The points in ascending order, or None where they are."""
        return None if np.all(np.diff(self.positions) > 0) else np.argsort(self.positions)

    @cached_property
    def _layout(self) -> Layout:
        """What stiffness and mass are made of: the distances themselves in a uniform medium."""
        return self._geometry

    @cached_property
    def _geometry(self) -> Layout:
        x = self.positions if self._order is None else self.positions[self._order]
        gaps = np.diff(x)
        before, after = self._default_clearances(gaps)
        if self.span is not None:
            before, after = float(x[0] - self.span[0]), float(self.span[1] - x[-1])
        masses = np.concatenate([[0.0], gaps / 2]) + np.concatenate([gaps / 2, [0.0]])
        lower, upper = self._end_clearances
        masses[0] += before / 2 if lower == SUPPORT else before
        masses[-1] += after / 2 if upper == SUPPORT else after
        return Layout(gaps, before, after, masses)

    def _default_clearances(self, gaps: np.ndarray) -> tuple[float, float]:
        lower, upper = self._end_clearances
        return float(lower * gaps[0]), float(upper * gaps[-1])

    @cached_property
    def _even(self) -> bool:
        """Whether points and ends are those of an even grid."""
        layout, tolerance = self._geometry, _EVEN * self.spacing
        lower, upper = (clearance * self.spacing for clearance in self._end_clearances)
        return bool(
            np.all(np.abs(layout.gaps - self.spacing) <= tolerance)
            and abs(layout.before - lower) <= tolerance
            and abs(layout.after - upper) <= tolerance
        )

    @cached_property
    def _transform(self) -> str | None:
        """Name of the closed form in use, or None."""
        return self._transform_ends() if self._even else None

    # Eigenbasis -----------------------------------------------------------------------------------------

    def _eigenvalues(self) -> np.ndarray:
        if self._transform is None:
            return self._modes[0]
        return self._closed_form(differences(self._transform, self.n_points) / self.spacing**2)

    def _shares(self) -> np.ndarray:
        if self._even:
            return np.ones(self.n_points)
        return self._to_points(self._layout.masses / self._layout.masses.mean())

    def _basis(self) -> np.ndarray:
        if self._transform is None:
            return self._modes[1]
        return self._to_points(dense(self._transform, self.n_points))

    @cached_property
    def _modes(self) -> tuple[np.ndarray, np.ndarray]:
        """Eigenvalues and eigenvectors of A = BᵀB from the singular values of B.

        Squaring B first would lose digits: κ of a beam spans n⁴, and eigenvalues of BᵀB are exact only to
        round-off of the largest one; at 1000 points the first mode would keep four digits.  Singular values
        span only n², and rigid motions come out as zero, never negative.
        """
        layout = self._layout
        factor = self._factor(layout) / np.sqrt(layout.masses)
        _, singular, rows = np.linalg.svd(factor, full_matrices=factor.shape[0] < self.n_points)
        singular[singular <= self.n_points * np.finfo(float).eps * singular.max(initial=0.0)] = 0.0
        eigenvalues = np.zeros(self.n_points)
        eigenvalues[: singular.size] = singular**2
        return eigenvalues[::-1].copy(), self._to_points(rows[::-1].T)

    def _to_points(self, ascending: np.ndarray) -> np.ndarray:
        """Put rows that ascend along the line into the order of the points."""
        if self._order is None:
            return np.ascontiguousarray(ascending)
        result = np.empty_like(ascending)
        result[self._order] = ascending
        return result

    def _forward(self, values: Array) -> Array:
        if not self._fast(values):
            return super()._forward(values)
        return transform(str(self._transform), values if self._order is None else values[self._order])

    def _backward(self, coefficients: Array) -> Array:
        if not self._fast(coefficients):
            return super()._backward(coefficients)
        return self._to_points(transform(str(self._transform), coefficients, inverse=True))

    def _fast(self, values: Array) -> bool:
        """Whether scipy.fft serves these values; other array libraries multiply by the dense basis."""
        return isinstance(values, np.ndarray) and self._transform is not None and not self._slow_length

    @cached_property
    def _slow_length(self) -> bool:
        return self._transform is not None and prefer_dense(self._transform, self.n_points)

    # Words ----------------------------------------------------------------------------------------------

    def _arguments(self) -> dict[str, Any]:
        arguments: dict[str, Any] = {"n_points": self.n_points, "spacing": self.spacing, "ends": self.ends}
        if not np.array_equal(self.positions, self._even_positions(self.n_points, self.spacing)):
            arguments["positions"] = self.positions.tolist()
        if self.span is not None:
            arguments["span"] = list(self.span)
        return arguments

    def description(self) -> str:
        """Say in a few words what this operator is, for a log line."""
        spacing = f"spacing {self.spacing:g} m" if self._even else f"uneven, mean spacing {self.spacing:g} m"
        spacing = spacing if unit_along(self) == "m" else "one apart"
        return f"{self.n_points} points, {spacing}, {self.ends} ends"
