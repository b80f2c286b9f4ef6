"""How the modes of a structure answer to parts that lose stiffness: exact solutions, and first order."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from wavefact.errors import InputError
from wavefact.modal.channels import rigid_motions
from wavefact.operators._split_line import SplitLine
from wavefact.operators.base import WaveOperator

__all__ = ["LineSoftening", "PartSoftening", "Softening", "softening_of"]

_TOGETHER = 64  # eigenproblems solved in one call
_ROUND_OFF = 1e-6  # relative, of stiffness that parts may have beyond the whole


class Softening(ABC):
    """A structure of which each segment or part can have θ times its stiffness.

    Attributes
    ----------
    operator : WaveOperator
        The structure as it was.
    edges : (n_segments + 1,) array [m]
        Where segments begin and end; of parts without a place, half-way between their numbers.
    """

    operator: WaveOperator
    edges: np.ndarray

    @abstractmethod
    def matrices(self, stiffness: np.ndarray) -> np.ndarray:
        """Return A(θ), (n_cases, n, n), for relative stiffness θ (n_cases, n_segments)."""

    @abstractmethod
    def quotients(self, stiffness: np.ndarray, vectors: np.ndarray) -> np.ndarray:
        """Return the energies vᵀA(θ)v, (n_cases, m), of unit vectors (n_cases, n, m), to all digits."""

    @abstractmethod
    def slopes(self, stiffness: np.ndarray, basis: np.ndarray, vectors: np.ndarray) -> np.ndarray:
        """Return basisᵀ (∂A/∂ln θ_s) vectors at one θ, (n_segments, n_basis, m)."""

    @property
    def n_segments(self) -> int:
        """Number of segments."""
        return int(self.edges.size - 1)

    @cached_property
    def waves(self) -> np.ndarray:
        """Which eigenvectors of the structure as it was are no rigid motion, by rising eigenvalue."""
        order = np.argsort(self.operator.eigenvalues, kind="stable")
        return order[~rigid_motions(self.operator)[order]]

    @cached_property
    def shapes(self) -> np.ndarray:
        """Mode shapes as they were, (n_points, n_waves), of unit modal mass in the operator's shares."""
        return self.displaced(self.operator.basis[:, self.waves])

    def displaced(self, vectors: np.ndarray) -> np.ndarray:
        """Return displacements, vectors over √shares along the axis before the last."""
        return vectors / np.sqrt(self.operator.shares)[:, None]

    def modes(self, stiffness: np.ndarray, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Solve for the modes that were those `chosen` among the waves.

        Parameters
        ----------
        stiffness : (n_cases, n_segments) array
            θ, relative to the structure as it was.
        chosen : (m,) integer array
            Columns of `shapes`.

        Returns
        -------
        eigenvalues : (n_cases, m) array
        vectors : (n_cases, n_points, m) array
            Turned to what they were.
        """
        before = self.operator.basis[:, self.waves[chosen]]
        values, vectors = [], []
        for some in np.split(stiffness, range(_TOGETHER, len(stiffness), _TOGETHER)):
            found = np.linalg.eigh(self.matrices(some))[1]
            overlap = before.T @ found
            same = np.argmax(np.abs(overlap), axis=2)
            sign = np.sign(np.take_along_axis(overlap, same[:, :, None], axis=2))[:, :, 0]
            kept = np.take_along_axis(found, same[:, None, :], axis=2) * sign[:, None, :]
            values.append(self.quotients(some, kept))
            vectors.append(kept)
        return np.concatenate(values), np.concatenate(vectors)


@dataclass(frozen=True, eq=False)
class LineSoftening(Softening):
    """Segments of a line, of which compliances add: A(θ) = Dᵀ (Σ C_s/θ_s)⁻¹ D."""

    operator: SplitLine
    edges: np.ndarray

    @cached_property
    def _split(self) -> tuple[np.ndarray, np.ndarray]:
        return self.operator.compliances(self.edges[1:-1])

    def _resisting(self, stiffness: np.ndarray, displacements: np.ndarray) -> np.ndarray:
        """Return forces or moments C(θ)⁻¹ D v, (n_cases, n_rows, m)."""
        gradient, parts = self._split
        bands = np.tensordot(1 / stiffness, parts, axes=1)
        row = np.arange(gradient.shape[0])
        compliance = np.zeros((len(stiffness), row.size, row.size))
        compliance[:, row, row] = bands[:, 0]
        compliance[:, row[1:], row[:-1]] = compliance[:, row[:-1], row[1:]] = bands[:, 1, :-1]
        return np.linalg.solve(compliance, gradient @ displacements)

    def matrices(self, stiffness: np.ndarray) -> np.ndarray:
        """Return A(θ), (n_cases, n, n)."""
        gradient = self._split[0]
        everywhere = np.broadcast_to(
            np.eye(self.operator.n_points), (len(stiffness), *[self.operator.n_points] * 2)
        )
        product = gradient.T @ self._resisting(stiffness, everywhere)
        return (product + product.transpose(0, 2, 1)) / 2

    def quotients(self, stiffness: np.ndarray, vectors: np.ndarray) -> np.ndarray:
        """Return the energies of unit vectors, (n_cases, m): squares, so that low modes keep their digits."""
        return np.sum((self._split[0] @ vectors) * self._resisting(stiffness, vectors), axis=1)

    def slopes(self, stiffness: np.ndarray, basis: np.ndarray, vectors: np.ndarray) -> np.ndarray:
        """Return basisᵀ (∂A/∂ln θ_s) vectors, (n_segments, n_basis, m)."""
        parts = self._split[1] / stiffness[:, None, None]
        every = self._resisting(stiffness[None], basis[None])[0]
        forces = self._resisting(stiffness[None], vectors[None])[0]
        strained = parts[:, 0, :, None] * forces
        strained[:, :-1] += parts[:, 1, :-1, None] * forces[1:]
        strained[:, 1:] += parts[:, 1, :-1, None] * forces[:-1]
        return every.T @ strained


@dataclass(frozen=True, eq=False)
class PartSoftening(Softening):
    """Parts with stiffness matrices of their own, which add: K(θ) = K + Σ (θ_s − 1) K_s."""

    operator: WaveOperator
    edges: np.ndarray
    parts: np.ndarray  # (n_parts, n, n), in the scaled variables √M u

    def matrices(self, stiffness: np.ndarray) -> np.ndarray:
        """Return A(θ), (n_cases, n, n)."""
        return self.operator.matrix() + np.tensordot(stiffness - 1, self.parts, axes=1)

    def quotients(self, stiffness: np.ndarray, vectors: np.ndarray) -> np.ndarray:
        """Return the energies of unit vectors, (n_cases, m)."""
        return np.sum(vectors * (self.matrices(stiffness) @ vectors), axis=1)

    def slopes(self, stiffness: np.ndarray, basis: np.ndarray, vectors: np.ndarray) -> np.ndarray:
        """Return basisᵀ (∂A/∂ln θ_s) vectors, (n_parts, n_basis, m)."""
        return stiffness[:, None, None] * (basis.T @ self.parts @ vectors)


def softening_of(
    operator: WaveOperator, n_segments: int, parts: Sequence[np.ndarray] | np.ndarray | None = None
) -> Softening:
    """Return how an operator softens: in equal segments of a line, or in the parts that are given.

    Raises
    ------
    InputError
        If the operator is no line and has no parts, or parts do not fit or add up to more than the whole.
    """
    if parts is None:
        if not isinstance(operator, SplitLine):
            raise InputError(
                f"{operator!r} is no line that can be split by place; give parts, the stiffness matrices of "
                "the parts that may have changed."
            )
        return LineSoftening(operator, np.linspace(*operator.limits, n_segments + 1))
    matrices = np.asarray(parts, dtype=float)
    n = operator.n_points
    if matrices.ndim != 3 or matrices.shape[1:] != (n, n) or not np.all(np.isfinite(matrices)):
        raise InputError(
            f"parts have shape {matrices.shape}; give finite matrices, (n_parts, {n}, {n}), in the points of "
            f"{operator!r}."
        )
    roots = np.sqrt(getattr(operator, "mass", operator.shares))
    scaled = matrices / np.outer(roots, roots)
    rest = np.linalg.eigvalsh(operator.matrix() - scaled.sum(axis=0))
    if rest[0] < -_ROUND_OFF * operator.eigenvalues.max():
        raise InputError("parts add up to more than the operator's stiffness; give parts of it.")
    return PartSoftening(operator, np.arange(len(matrices) + 1) - 0.5, scaled)
