"""What membranes and plates share: a rectangular grid whose axes are strings."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import Any

import numpy as np

from wavefact._arrays import Array, array_namespace
from wavefact.errors import InputError
from wavefact.operators._checks import checked_count, checked_spacing, one_per_axis
from wavefact.operators._lengths import unit_along
from wavefact.operators.base import WaveOperator
from wavefact.operators.string import String

__all__ = ["GridOperator"]


@dataclass(frozen=True, init=False, eq=False, repr=False)
class GridOperator(WaveOperator):
    """Sum one string per axis, A = (A₁ ⊕ A₂ ⊕ …)^(dispersion_power/2); points in C order, last axis fastest.

    Notes
    -----
    The eigenvectors are products of the strings' own, whatever the power: each axis is transformed by itself.
    """

    n_points: int
    positions: np.ndarray
    shape: tuple[int, ...]
    spacing: tuple[float, ...]
    ends: tuple[str, ...]

    def __init__(
        self,
        shape: Sequence[int],
        spacing: float | Sequence[float] = 1.0,
        ends: str | Sequence[str] = "",
    ) -> None:
        counts = self._checked_shape(shape)
        n_axes = len(counts)
        steps = one_per_axis(spacing, n_axes, "spacing")
        kinds = one_per_axis(ends, n_axes, "ends")
        self._set(
            n_points=math.prod(counts),
            shape=counts,
            spacing=tuple(checked_spacing(h, f"spacing of axis {i}") for i, h in enumerate(steps)),
            ends=tuple(self._axis_ends(kind) for kind in kinds),
        )
        grids = np.meshgrid(*(axis.positions for axis in self._axes), indexing="ij")
        self._set(positions=np.stack([grid.ravel() for grid in grids], axis=1))

    @abstractmethod
    def _axis_ends(self, ends: Any) -> str:
        """Return the canonical name of the ends of one axis, or raise InputError."""

    @abstractmethod
    def _string_ends(self, ends: str) -> str:
        """Return the string's name for the ends of one axis."""

    @abstractmethod
    def _check_n_axes(self, n_axes: int) -> None:
        """Raise InputError if there cannot be this many axes."""

    def _checked_shape(self, shape: Any) -> tuple[int, ...]:
        if not isinstance(shape, Sequence | np.ndarray) or isinstance(shape, str):
            raise InputError(f"shape is {shape!r}; give the number of points per axis, such as (12, 7).")
        self._check_n_axes(len(shape))
        return tuple(checked_count(n, f"shape[{i}]") for i, n in enumerate(shape))

    @cached_property
    def _axes(self) -> tuple[String, ...]:
        described = zip(self.shape, self.spacing, self.ends, strict=True)
        return tuple(String(n, h, self._string_ends(ends)) for n, h, ends in described)

    def _eigenvalues(self) -> np.ndarray:
        total = reduce(np.add.outer, [axis.eigenvalues for axis in self._axes])
        return total.ravel() ** (self.dispersion_power // 2)

    def _basis(self) -> np.ndarray:
        return reduce(np.kron, [axis.basis for axis in self._axes])

    def _forward(self, values: Array) -> Array:
        return self._along_axes(values, "_forward")

    def _backward(self, coefficients: Array) -> Array:
        return self._along_axes(coefficients, "_backward")

    def _along_axes(self, values: Array, direction: str) -> Array:
        xp = array_namespace(values)
        grid = xp.reshape(values, (*self.shape, -1))
        for k, axis in enumerate(self._axes):
            grid = xp.moveaxis(getattr(axis, direction)(xp.moveaxis(grid, k, 0)), 0, k)
        return xp.reshape(grid, values.shape)

    def _arguments(self) -> dict[str, Any]:
        return {"shape": list(self.shape), "spacing": list(self.spacing), "ends": list(self.ends)}

    def description(self) -> str:
        """Say in a few words what this operator is, for a log line."""
        points = " × ".join(str(n) for n in self.shape)
        spacing = " × ".join(f"{h:g}" for h in self.spacing)
        places = f"spacing {spacing} m" if unit_along(self) == "m" else "one apart"
        return f"{points} points, {places}, {' × '.join(self.ends)} ends"
