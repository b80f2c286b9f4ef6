"""The problem where sensors see only part of a structure, or part of the time.

The sensors see B D Xᵀ of the components, and of that only the entries that a mask M keeps.  A residual R is
zero where nothing was observed.  ``⟨R, B Z⟩ = ⟨Bᵀ R, Z⟩``, so all that was said of a residual holds of Bᵀ R,
polar and proof included, and ``⟨Y, U⟩ − ½‖U‖²`` bounds the optimum from below for every U that is zero where
nothing was observed and has Ω°(Bᵀ U) ≤ λ.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from wavefact._arrays import Array, adjoint, array_namespace, is_complex, like
from wavefact.errors import InputError
from wavefact.problem import Axis, Problem

__all__ = ["ObservedProblem"]

CHUNK = 2**22  # entries of products of courses that are held at once


@dataclass(frozen=True, eq=False)
class ObservedProblem(Problem):
    """Minimise ½‖M ∘ (Y − B D Xᵀ)‖² + (λ/2) Σ_i (‖x_i‖²_μ + ‖d_i‖²_κ).

    Parameters
    ----------
    data : array, shape (n_sensors, n_samples)
        Signals of the sensors, zero where nothing was observed; in the eigenbasis of time where that has a
        weight.
    sensing : array, shape (n_sensors, n_points), real
        B: what the sensors see of the eigenvectors of the space axis.
    mask : array, shape (n_sensors, n_samples), optional
        M: 1 where there is an observation, else 0; without it every sample is there.
    """

    sensing: Array
    mask: Array | None = None

    @property
    def no_shapes(self) -> Array:
        """Shapes of no components, (n_points, 0)."""
        return adjoint(self._kernel[:0, :])

    @property
    def _kernel(self) -> Array:
        """B, in the type of the data."""
        return array_namespace(self.data).astype(self.sensing, self.data.dtype, copy=False)

    def seen(self, shapes: Array) -> Array:
        """Return B D, shape (n_sensors, n_components)."""
        return self._kernel @ shapes

    def spread(self, residual: Array) -> Array:
        """Return Bᵀ R, shape (n_points, n_samples)."""
        return adjoint(self._kernel) @ residual

    def gram(self, residual: Array) -> Array:
        """Return Bᵀ R Rᴴ B, shape (n_points, n_points)."""
        return adjoint(self.spread(adjoint(self.spread(residual @ adjoint(residual)))))

    def window(self, columns: np.ndarray) -> ObservedProblem:
        """Return the problem of some columns (of the spectrum) alone."""
        if self.mask is not None:
            raise InputError("Gaps in time leave no spectrum over time; leave time without a weight.")
        if len(columns) == len(self.time):
            return self
        index, xp = like(columns, self.data), array_namespace(self.data)
        time = Axis(xp.take(self.time.eigenvalues, index), self.time.weight)
        return replace(self, data=xp.take(self.data, index, axis=1), time=time)

    def without(self, rows: np.ndarray) -> ObservedProblem:
        """Return the problem where some sensors, (n_sensors,) booleans, are left out."""
        kept = like(np.flatnonzero(~rows), self.data)
        parts = [
            None if part is None else array_namespace(part).take(part, kept, axis=0)
            for part in (self.data, self.sensing, self.mask)
        ]
        return replace(self, data=parts[0], sensing=parts[1], mask=parts[2])

    def course_grams(self, courses: Array) -> Array:
        """Return X M_p Xᴴ for every sensor p, shape (n_sensors, n, n), or of length 1 where all are alike."""
        xp = array_namespace(courses)
        if self.mask is None:
            return (courses @ adjoint(courses))[None, :, :]
        n, n_columns = courses.shape
        total, size = 0.0, max(1, CHUNK // max(int(n) ** 2, 1))
        for start in range(0, int(n_columns), size):
            span = slice(start, min(start + size, int(n_columns)))
            part = courses[:, span]
            conjugate = xp.conj(part) if is_complex(part) else part
            pairs = xp.reshape(part[:, None, :] * conjugate[None, :, :], (n * n, -1))
            mask = xp.astype(self.mask[:, span], pairs.dtype, copy=False)
            total = total + mask @ xp.matrix_transpose(pairs)
        return xp.reshape(total, (-1, n, n))

    def _left(self, seen: Array, courses: Array, part: tuple[slice, slice]) -> Array:
        left = super()._left(seen, courses, part)
        return left if self.mask is None else left * self.mask[part]
