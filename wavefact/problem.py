"""The optimisation problem: loss, penalty, weights and dual value are written here and only here.

====================  ==============================================================
letter of the paper    name here
====================  ==============================================================
Y                      `Problem.data`, in the eigenbasis of the space axis
D, Xᵀ                  `shapes` (n_points, n_components), `courses` (n_components, n_samples)
κ, α                   `centres`, eigenvalues of the space axis
μ, β                   `tones`, eigenvalues of the time axis (ω² or ω)
γ                      `Axis.weight`
λ                      `Problem.regularization`
====================  ==============================================================
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import sqrt

import numpy as np

from wavefact._arrays import (
    Array,
    adjoint,
    array_namespace,
    at_once,
    is_complex,
    like,
    real,
    squared,
    to_numpy,
)

__all__ = ["Axis", "Problem", "unweighted"]

PART = 2**20  # entries of a recording that are squared at once


@dataclass(frozen=True, eq=False)
class Axis:
    """One axis of a recording: the spectrum of its wave operator and its wave weight.

    Parameters
    ----------
    eigenvalues : array, shape (n,)
        Eigenvalues α of the operator, ≥ 0; (n_axes, n) of several axes side by side.
    weight : float
        Wave weight γ ≥ 0; 0 leaves the axis without a wave equation.
    """

    eigenvalues: Array
    weight: float

    def __len__(self) -> int:
        return int(self.eigenvalues.shape[0])

    @cached_property
    def bounds(self) -> tuple[float, float]:
        """Smallest and largest eigenvalue."""
        values = to_numpy(self.eigenvalues)
        return float(values.min()), float(values.max())

    @property
    def bandwidth(self) -> float:
        """Half-power half-width 1/√γ of the axis' filters, in units of the eigenvalues."""
        return 1.0 / sqrt(self.weight) if self.weight > 0 else float("inf")

    def weights(self, centres: Array) -> Array:
        """Return w_j(κ) = 1 + γ (α_j − κ)², shape (n, n_centres)."""
        return 1.0 + self.weight * (self.eigenvalues[..., :, None] - centres[..., None, :]) ** 2


def unweighted(n: int, reference: Array) -> Axis:
    """Return an axis of `n` entries without a wave equation (γ = 0)."""
    return Axis(like(np.zeros(n), reference), 0.0)


@dataclass(frozen=True, eq=False)
class Problem:
    """Minimise ½‖Y − D Xᵀ‖² + (λ/2) Σ_i (‖x_i‖²_μ + ‖d_i‖²_κ) over components, centres κ and tones μ.

    ``‖d‖²_κ = ‖d‖² + γ ‖(A − κ) d‖²`` with A and γ of the space axis, ``‖x‖²_μ`` likewise with those of
    the time axis.

    Parameters
    ----------
    data : array, shape (n_points, n_samples), real or complex
        Recording in the eigenbases of both axes; where time has no weight `n_samples` may be the
        reduced one.
    space, time : Axis
        The two axes of the recording; eigenvalues of a time axis with a weight ascend.
    regularization : float
        λ > 0.

    References
    ----------
    Tetali, Harley & Haeffele, "Wave Physics-Informed Matrix Factorizations",
    IEEE Trans. Signal Processing, 2024.
    """

    data: Array
    space: Axis
    time: Axis
    regularization: float

    @cached_property
    def energy(self) -> float:
        """‖Y‖², the squared Frobenius norm of the data."""
        xp = array_namespace(self.data)
        return float(sum(xp.sum(squared(self.data[part])) for part in self._parts()))

    @property
    def no_shapes(self) -> Array:
        """Shapes of no components, (n_points, 0)."""
        return self.data[:, :0]

    def seen(self, shapes: Array) -> Array:
        """Return what the sensors see of shapes: here, all."""
        return shapes

    def spread(self, residual: Array) -> Array:
        """Return a sensors' residual over the points, (n_points, n_samples): the adjoint of `seen`."""
        return residual

    def residual(self, shapes: Array, courses: Array) -> Array:
        """Return Y − D Xᵀ, shape (n_points, n_samples)."""
        return self._left(self.seen(shapes), courses, (slice(None), slice(None)))

    def _left(self, seen: Array, courses: Array, part: tuple[slice, slice]) -> Array:
        """Return the residual of some rows and columns."""
        rows, columns = part
        return self.data[part] - seen[rows, :] @ courses[:, columns]

    def penalties(self, shapes: Array, courses: Array, centres: Array, tones: Array | None = None) -> Array:
        """Return θ_i = ½(‖x_i‖²_μ + ‖d_i‖²_κ), shape (n_components,), with tones where time has a weight."""
        xp = array_namespace(self.data)
        space = xp.sum(self.space.weights(centres) * squared(shapes), axis=0)
        if tones is None:
            return 0.5 * (space + xp.sum(squared(courses), axis=1))
        return 0.5 * (space + xp.sum(self.time.weights(tones).T * squared(courses), axis=1))

    def objective(self, shapes: Array, courses: Array, centres: Array, tones: Array | None = None) -> Array:
        """Return the value of the objective as a zero-dimensional array."""
        xp, seen = array_namespace(self.data), self.seen(shapes)
        loss = 0.5 * sum(xp.sum(squared(self._left(seen, courses, part))) for part in self._parts())
        return loss + self.regularization * xp.sum(self.penalties(shapes, courses, centres, tones))

    def window(self, columns: np.ndarray) -> Problem:
        """Return the problem of some columns (samples) alone."""
        if len(columns) == len(self.time):
            return self
        index, xp = like(columns, self.data), array_namespace(self.data)
        time = Axis(xp.take(self.time.eigenvalues, index), self.time.weight)
        return Problem(xp.take(self.data, index, axis=1), self.space, time, self.regularization)

    def dual(self, residual: Array, polar_upper: float) -> float:
        """Return the value of the best multiple of `residual` that is feasible in the dual.

        With U = s R, s = clip(⟨Y, R⟩/‖R‖², 0, λ/Ω°(R)), the value ⟨Y, U⟩ − ½‖U‖² bounds
        the optimum from below as long as `polar_upper` ≥ Ω°(R).
        """
        aligned, energy = self.alignment(residual)
        scale = min(max(aligned / energy, 0.0) if energy > 0 else 0.0, self.feasible_scale(polar_upper))
        return float(scale * aligned - 0.5 * scale * scale * energy)

    def feasible_scale(self, polar_upper: float) -> float:
        """Return λ/Ω°, the largest multiple of a residual that is feasible in the dual."""
        return self.regularization / polar_upper if polar_upper > 0 else float("inf")

    def alignment(self, residual: Array) -> tuple[float, float]:
        """Return ⟨Y, R⟩ and ‖R‖²."""
        xp = array_namespace(self.data)
        aligned, energy = 0.0, 0.0
        for part in self._parts():
            data = self.data[part]
            conjugate = xp.conj(data) if is_complex(data) else data
            aligned = aligned + real(xp.sum(conjugate * residual[part]))
            energy = energy + xp.sum(squared(residual[part]))
        return float(aligned), float(energy)

    def _parts(self) -> list[tuple[slice, slice]]:
        """Return rows and columns of parts so small that a copy of one takes little memory."""
        n_points, n_columns = (int(n) for n in self.data.shape)
        long, short = max(n_points, n_columns, 1), max(min(n_points, n_columns), 1)
        size = max(1, at_once(self.data, PART) // short)
        spans = [slice(i, min(i + size, long)) for i in range(0, long, size)]
        return [(span, slice(None)) if n_points > n_columns else (slice(None), span) for span in spans]

    def gram(self, residual: Array) -> Array:
        """Return R Rᴴ, shape (n_points, n_points), which holds all the polar needs."""
        return residual @ adjoint(residual)
