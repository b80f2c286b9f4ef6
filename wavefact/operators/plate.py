"""The plate: bending waves in a thin rectangular plate (Kirchhoff)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from wavefact.errors import InputError
from wavefact.operators._grid import GridOperator

__all__ = ["Plate"]


@dataclass(frozen=True, init=False, eq=False, repr=False)
class Plate(GridOperator):
    """Describe a thin bending plate: A = ∇⁴, κ = k⁴.

    Parameters
    ----------
    shape : (n_x, n_y)
        Number of points along each axis; points are numbered in C order, the last axis fastest.
    spacing : float or one per axis
        Distance between neighbouring points [m].
    ends : str or one per axis
        The edges across each axis: "pinned" (simply supported), "guided" (sliding), "pinned-guided",
        "guided-pinned" or "periodic".  Clamped and free edges have no product form: use `FiniteElement`.

    Raises
    ------
    InputError
        If an argument is out of its range, or there are not two axes.

    Notes
    -----
    With these edges ∇⁴ = (∇²)² also on the boundary, so κ is the square of the membrane's,
    κ = (Σ_axes (2 − 2cos θ)/h²)², and the transforms are the same.

    References
    ----------
    A. W. Leissa, *Vibration of Plates*, NASA SP-160, 1969, section 4.1: k² = π²(m²/a² + n²/b²).

    Examples
    --------
    >>> from wavefact.operators import Plate
    >>> floor = Plate(shape=(39, 19), spacing=0.05, ends="pinned")  # 2 m × 1 m
    >>> print(round(floor.wavenumber(min(floor.eigenvalues)), 2))  # √(π²/4 + π²)
    3.51
    """

    dispersion_power: ClassVar[int] = 4
    _strings: ClassVar[dict[str, str]] = {
        "pinned": "fixed",
        "guided": "free",
        "pinned-guided": "fixed-free",
        "guided-pinned": "free-fixed",
        "periodic": "periodic",
    }

    def __init__(
        self,
        shape: Sequence[int],
        spacing: float | Sequence[float] = 1.0,
        ends: str | Sequence[str] = "pinned",
    ) -> None:
        super().__init__(shape, spacing, ends)

    def _axis_ends(self, ends: Any) -> str:
        if ends not in self._strings:
            raise InputError(
                f"ends={ends!r} is unknown to Plate; choose among {', '.join(self._strings)}. "
                "For clamped or free edges use FiniteElement."
            )
        return str(ends)

    def _string_ends(self, ends: str) -> str:
        return self._strings[ends]

    def _check_n_axes(self, n_axes: int) -> None:
        if n_axes != 2:
            raise InputError(f"shape has {n_axes} axes; a plate has two. For one axis use Beam.")
