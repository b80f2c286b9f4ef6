"""The finite-element pair: any structure with a stiffness and a mass matrix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np

from wavefact.errors import InputError
from wavefact.operators._checks import checked_coordinates, checked_count
from wavefact.operators.base import WaveOperator, without_round_off

__all__ = ["FiniteElement"]

_ROUND_OFF = 1e-8
"""Asymmetry and negative eigenvalues up to this share of the largest entry are taken for round-off."""


@dataclass(frozen=True, init=False, eq=False, repr=False)
class FiniteElement(WaveOperator):
    """Describe a structure by its matrices: A = M^{-1/2} K M^{-1/2}, κ = ω².

    Parameters
    ----------
    stiffness : (n_points, n_points) array or scipy.sparse matrix
        K, symmetric positive semidefinite [N/m].
    mass : (n_points,) array, or diagonal (n_points, n_points) array or sparse matrix, optional
        Lumped M, > 0 [kg]; by default 1 everywhere.  A consistent (full) mass matrix is refused rather than
        lumped silently: row sums are right for linear elements and wrong for rotations and quadratic ones.
    positions : (n_points,) or (n_points, n_dims) array of float, optional
        Where the points are [m], for plots; by default their numbers.

    Raises
    ------
    InputError
        If K is not square, symmetric, finite and positive semidefinite, or M is not diagonal and positive.

    Notes
    -----
    An eigenvalue is κ = ω² [(rad/s)²] of a natural frequency ω, and ``wavenumber`` returns the generalised
    wavenumber √κ = ω [rad/s].  Where K and M hold lengths instead of forces and masses (unit wave speed), it
    is rad/m as for a string.  The eigenbasis is dense and computed at once, which is how K is checked.

    References
    ----------
    K.-J. Bathe, *Finite Element Procedures*, 2nd ed. 2014, section 10.2.

    Examples
    --------
    >>> from wavefact.operators import FiniteElement
    >>> chain = FiniteElement(stiffness=[[2.0, -1.0], [-1.0, 1.0]], mass=[1.0, 0.5])
    >>> print(chain.eigenvalues.round(3), chain.shares.round(3))
    [0.586 3.414] [1.333 0.667]
    """

    n_points: int
    positions: np.ndarray
    stiffness: np.ndarray
    mass: np.ndarray

    def __init__(
        self,
        stiffness: Any,
        mass: Any = None,
        positions: Sequence[Any] | np.ndarray | None = None,
    ) -> None:
        k = _checked_stiffness(stiffness)
        self._set(
            n_points=len(k),
            positions=checked_coordinates(positions, len(k)),
            stiffness=k,
            mass=_checked_mass(mass, len(k)),
        )
        lowest, highest = self._decomposition[0][[0, -1]]
        if lowest < -_ROUND_OFF * max(highest, -lowest):
            raise InputError(
                f"stiffness is indefinite: M^-1/2 K M^-1/2 has an eigenvalue {lowest:.3g} beside "
                f"{highest:.3g}; give the stiffness of a stable structure."
            )

    def matrix(self) -> np.ndarray:
        """Return A = M^{-1/2} K M^{-1/2}, (n_points, n_points)."""
        roots = np.sqrt(self.mass)
        return self.stiffness / np.outer(roots, roots)

    @cached_property
    def _decomposition(self) -> tuple[np.ndarray, np.ndarray]:
        eigenvalues, vectors = np.linalg.eigh(self.matrix())
        return eigenvalues, vectors

    def _eigenvalues(self) -> np.ndarray:
        return without_round_off(self._decomposition[0])

    def _basis(self) -> np.ndarray:
        return self._decomposition[1]

    def _shares(self) -> np.ndarray:
        return self.mass / self.mass.mean()

    def _arguments(self) -> dict[str, Any]:
        rows, columns = np.nonzero(np.tril(self.stiffness))
        return {
            "stiffness": {
                "rows": rows.tolist(),
                "columns": columns.tolist(),
                "values": self.stiffness[rows, columns].tolist(),
            },
            "mass": self.mass.tolist(),
            "positions": self.positions.tolist(),
        }

    @classmethod
    def _from_arguments(cls, arguments: Mapping[str, Any]) -> Self:
        triplets, mass = arguments["stiffness"], arguments["mass"]
        rows, columns = (np.asarray(triplets[key], dtype=np.int64) for key in ("rows", "columns"))
        stiffness = np.zeros((len(mass), len(mass)))
        stiffness[rows, columns] = stiffness[columns, rows] = triplets["values"]
        return cls(stiffness, mass, arguments["positions"])

    def description(self) -> str:
        """Say in a few words what this operator is, for a log line."""
        return f"{self.n_points} degrees of freedom, total mass {self.mass.sum():g}"


def _dense(matrix: Any, name: str) -> np.ndarray:
    try:
        entries = np.asarray(matrix.toarray() if hasattr(matrix, "toarray") else matrix)
        if np.iscomplexobj(entries):
            raise TypeError("complex")
        return np.array(entries, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(
            f"{name} is not an array of real numbers; give one, or a scipy.sparse matrix."
        ) from None


def _checked_stiffness(stiffness: Any) -> np.ndarray:
    k = _dense(stiffness, "stiffness")
    if k.ndim != 2 or k.shape[0] != k.shape[1]:
        raise InputError(
            f"stiffness has shape {k.shape}; give a square matrix, one row per degree of freedom."
        )
    checked_count(len(k), "the number of rows of stiffness")
    if not np.all(np.isfinite(k)):
        row, column = np.argwhere(~np.isfinite(k))[0]
        raise InputError(f"stiffness[{row}, {column}] is {k[row, column]}; every entry must be finite.")
    skew = np.abs(k - k.T)
    row, column = np.unravel_index(np.argmax(skew), k.shape)
    if skew[row, column] > _ROUND_OFF * np.abs(k).max():
        raise InputError(
            f"stiffness is not symmetric: [{row}, {column}] is {k[row, column]:g} and [{column}, {row}] is "
            f"{k[column, row]:g}; give the assembled symmetric matrix."
        )
    return (k + k.T) / 2


def _checked_mass(mass: Any, n_points: int) -> np.ndarray:
    if mass is None:
        return np.ones(n_points)
    m = _dense(mass, "mass")
    if m.shape == (n_points, n_points):
        if np.any(m != np.diag(np.diag(m))):
            raise InputError(
                "mass is not diagonal; lump it first, e.g. mass.sum(axis=1) for linear elements "
                "(condense rotations before)."
            )
        m = np.diag(m).copy()
    if m.shape != (n_points,):
        raise InputError(f"mass has shape {m.shape} for {n_points} rows of stiffness; give one mass per row.")
    bad = np.flatnonzero(~(np.isfinite(m) & (m > 0)))
    if bad.size:
        raise InputError(f"mass {bad[0]} is {m[bad[0]]}; every mass must be positive and finite.")
    return m
