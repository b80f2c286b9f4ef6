"""The membrane: a stretched membrane, or sound in a rectangular room, in two or three dimensions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from wavefact.errors import InputError
from wavefact.operators._grid import GridOperator
from wavefact.operators.string import String

__all__ = ["Membrane"]


@dataclass(frozen=True, init=False, eq=False, repr=False)
class Membrane(GridOperator):
    """Describe a membrane or acoustic grid: A = −∇², κ = k².

    Parameters
    ----------
    shape : (n_x, n_y) or (n_x, n_y, n_z)
        Number of points along each axis; points are numbered in C order, the last axis fastest.
    spacing : float or one per axis
        Distance between neighbouring points [m].
    ends : str or one per axis
        The ends of each axis, as in `String`.

    Raises
    ------
    InputError
        If an argument is out of its range, or there are not two or three axes.

    Notes
    -----
    κ = Σ_axes (2 − 2cos θ)/h², with the angles and transforms of `String`; k = √κ is the magnitude of the
    wave vector.

    References
    ----------
    P. M. Morse and K. U. Ingard, *Theoretical Acoustics*, McGraw-Hill 1968, sections 5.2 and 9.5.

    Examples
    --------
    >>> from wavefact.operators import Membrane
    >>> drum = Membrane(shape=(39, 19), spacing=0.05, ends="fixed")  # 2 m × 1 m
    >>> print(round(drum.wavenumber(min(drum.eigenvalues)), 2))  # √(π²/4 + π²)
    3.51
    """

    def __init__(
        self,
        shape: Sequence[int],
        spacing: float | Sequence[float] = 1.0,
        ends: str | Sequence[str] = "fixed",
    ) -> None:
        super().__init__(shape, spacing, ends)

    def _axis_ends(self, ends: Any) -> str:
        return String._checked_ends(ends)

    def _string_ends(self, ends: str) -> str:
        return ends

    def _check_n_axes(self, n_axes: int) -> None:
        if n_axes not in (2, 3):
            raise InputError(
                f"shape has {n_axes} axes; a membrane has two or three. For one axis use String."
            )
