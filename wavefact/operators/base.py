"""What every wave operator promises, and what all of them share.

A wave operator is a symmetric positive semidefinite matrix A (minus a Laplacian, or its like)
on the points of a structure.  Its eigenvalues κ say how fast a shape varies; `analyze` and
`synthesize` go to its eigenbasis and back.  Add an operator: one file beside this one with a
subclass of `WaveOperator`, and one line in the table of ``wavefact/operators/__init__.py``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np

from wavefact._arrays import Array, array_namespace, as_array, device, like
from wavefact.errors import InputError

__all__ = ["WaveOperator", "without_round_off"]


@dataclass(frozen=True, init=False, eq=False, repr=False)
class WaveOperator(ABC):
    """Describe one wave equation on the points of one structure.

    Attributes
    ----------
    n_points : int
        Number of points.
    positions : (n_points,) or (n_points, n_dims) array of float
        Where the points are [m].

    Notes
    -----
    The wave equation K u + M ü = 0 with lumped (diagonal) mass M is handled in the scaled variables
    √M u, where A = M^{-1/2} K M^{-1/2} = Γ diag(eigenvalues) Γᵀ is symmetric.  ``shares`` is M divided by
    its mean, so that the transforms keep the scale of the signals; it is all ones on uniform grids.

    The dispersion relation is κ = k^p, with p the class attribute ``dispersion_power``: 2 for strings,
    acoustic lines and membranes, 4 for bending.

    Examples
    --------
    >>> from wavefact.operators import Beam, String
    >>> [float(operator.wavenumber(16.0)) for operator in (String(5), Beam(5))]
    [4.0, 2.0]
    """

    dispersion_power: ClassVar[int] = 2

    n_points: int
    positions: np.ndarray

    # What a subclass provides ---------------------------------------------------------------------------

    @abstractmethod
    def _eigenvalues(self) -> np.ndarray:
        """Return the (n_points,) eigenvalues of A, all ≥ 0, in the order of the coefficients."""

    @abstractmethod
    def _basis(self) -> np.ndarray:
        """Return Γ, (n_points, n_points), orthonormal columns in the order of the eigenvalues."""

    @abstractmethod
    def _arguments(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain scalars and lists."""

    @abstractmethod
    def description(self) -> str:
        """Say in a few words what this operator is, for a log line.

        Returns
        -------
        str
        """

    def _shares(self) -> np.ndarray:
        return np.ones(self.n_points)

    def _forward(self, values: Array) -> Array:
        """Return Γᵀ values; override where a fast transform exists."""
        return self._multiply(values, transpose=True)

    def _backward(self, coefficients: Array) -> Array:
        """Return Γ coefficients; override where a fast transform exists."""
        return self._multiply(coefficients, transpose=False)

    # What everyone uses ---------------------------------------------------------------------------------

    @cached_property
    def eigenvalues(self) -> np.ndarray:
        """Eigenvalues κ of A, (n_points,), ≥ 0, in the order of the coefficients [m^-dispersion_power]."""
        return self._eigenvalues()

    @cached_property
    def shares(self) -> np.ndarray:
        """Each point's share of the structure's mass, (n_points,), mean 1 [-]."""
        return self._shares()

    @cached_property
    def basis(self) -> np.ndarray:
        """Γ, (n_points, n_points): orthonormal eigenvectors of A in the scaled variables, as columns.

        It is dense and computed when first asked for; `analyze` and `synthesize` avoid it where they can.
        """
        return self._basis()

    def analyze(self, values: Array) -> Array:
        """Take values at the points to the operator's eigenbasis.

        Parameters
        ----------
        values : (n_points, ...) array
            Real or complex, of any array library; the points along axis 0.

        Returns
        -------
        (n_points, ...) array
            Coefficients Γᵀ (√shares ⊙ values), of the same library, on the same device.

        Raises
        ------
        InputError
            If axis 0 does not have n_points entries.
        """
        return self._forward(self._scaled(self._checked(values), self._root_shares))

    def synthesize(self, coefficients: Array) -> Array:
        """Return from the eigenbasis to values at the points: the inverse of `analyze`.

        Parameters
        ----------
        coefficients : (n_points, ...) array
            Real or complex, of any array library; the eigenvectors along axis 0.

        Returns
        -------
        (n_points, ...) array
            Values (Γ coefficients) / √shares, of the same library, on the same device.

        Raises
        ------
        InputError
            If axis 0 does not have n_points entries.
        """
        return self._scaled(self._backward(self._checked(coefficients)), self._inverse_root_shares)

    def matrix(self) -> np.ndarray:
        """Return the dense symmetric A = Γ diag(eigenvalues) Γᵀ, (n_points, n_points), of √M u.

        Returns
        -------
        numpy.ndarray, shape (n_points, n_points)
            Symmetric, positive semidefinite.
        """
        product = (self.basis * self.eigenvalues) @ self.basis.T
        return (product + product.T) / 2

    def wavenumber(self, eigenvalue: Any) -> Any:
        """Return the wavenumber k = κ^(1/dispersion_power) [rad/m] of an eigenvalue κ, or of an array.

        Parameters
        ----------
        eigenvalue : array, shape (n,)
            κ, in the operator's unit.

        Returns
        -------
        numpy.ndarray, shape (n,)
            [rad/m].
        """
        if isinstance(eigenvalue, int | float):
            return float(max(eigenvalue, 0.0)) ** (1 / self.dispersion_power)
        kappa = as_array(eigenvalue)
        xp = array_namespace(kappa)
        return xp.where(kappa > 0, kappa, 0 * kappa) ** (1 / self.dispersion_power)

    def eigenvalue(self, wavenumber: Any) -> Any:
        """Return the eigenvalue κ = k^dispersion_power of a wavenumber k [rad/m], or of an array.

        Parameters
        ----------
        wavenumber : array, shape (n,)
            [rad/m].

        Returns
        -------
        numpy.ndarray, shape (n,)
            κ, in the operator's unit.
        """
        if isinstance(wavenumber, int | float):
            return float(wavenumber) ** self.dispersion_power
        return as_array(wavenumber) ** self.dispersion_power

    def to_dict(self) -> dict[str, Any]:
        """Return what `operator_from_dict` needs to build this operator again, in JSON-able types.

        Returns
        -------
        dict
            What `wavefact.operators.from_dict` takes.
        """
        return {"type": type(self).__name__, **self._arguments()}

    @classmethod
    def _from_arguments(cls, arguments: Mapping[str, Any]) -> Self:
        """Undo `_arguments`."""
        return cls(**arguments)

    def __eq__(self, other: object) -> bool:
        """Compare type and every field."""
        if type(other) is not type(self):
            return NotImplemented
        return all(_same(getattr(self, f.name), getattr(other, f.name)) for f in fields(self))

    def __hash__(self) -> int:
        return hash((type(self).__name__, self.n_points, self.positions.tobytes()))

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.description()}>"

    # Machinery ------------------------------------------------------------------------------------------

    def _set(self, **values: Any) -> None:
        """Set fields of this frozen object; for constructors only."""
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def _checked(self, values: Array) -> Array:
        """Return `values` as an array of real or complex floats with n_points entries along axis 0."""
        values = as_array(values)
        if values.ndim == 0 or values.shape[0] != self.n_points:
            raise InputError(
                f"Got values of shape {tuple(values.shape)} for an operator of {self.n_points} points; "
                "put the points along axis 0, or build the operator for this many points."
            )
        xp = array_namespace(values)
        if xp.isdtype(values.dtype, ("real floating", "complex floating")):
            return values
        return xp.astype(values, xp.float64)

    @cached_property
    def _root_shares(self) -> np.ndarray | None:
        return None if np.all(self.shares == 1.0) else np.sqrt(self.shares)

    @cached_property
    def _inverse_root_shares(self) -> np.ndarray | None:
        return None if self._root_shares is None else 1 / self._root_shares

    def _scaled(self, values: Array, factors: np.ndarray | None) -> Array:
        if factors is None:
            return values
        xp = array_namespace(values)
        column = xp.astype(like(factors, values), values.dtype)
        return values * xp.reshape(column, (-1, *[1] * (values.ndim - 1)))

    @cached_property
    def _basis_copies(self) -> dict[tuple[str, ...], Array]:
        return {}

    def _basis_like(self, values: Array) -> Array:
        """Return Γ in the library, dtype and on the device of `values`, converted once."""
        xp = array_namespace(values)
        key = (xp.__name__, str(device(values)), str(values.dtype))
        if key not in self._basis_copies:
            self._basis_copies[key] = xp.astype(like(self.basis, values), values.dtype)
        return self._basis_copies[key]

    def _multiply(self, values: Array, *, transpose: bool) -> Array:
        xp = array_namespace(values)
        basis = self._basis_like(values)
        flat = xp.reshape(values, (self.n_points, -1))
        return xp.reshape((basis.T if transpose else basis) @ flat, values.shape)


def without_round_off(eigenvalues: np.ndarray) -> np.ndarray:
    """Return computed eigenvalues with zeros where there is only round-off."""
    threshold = eigenvalues.size * np.finfo(float).eps * eigenvalues.max(initial=0.0)
    return np.where(eigenvalues > threshold, eigenvalues, 0.0)


def _same(first: Any, second: Any) -> bool:
    if isinstance(first, np.ndarray) or isinstance(second, np.ndarray):
        return np.array_equal(first, second)
    return bool(first == second)
