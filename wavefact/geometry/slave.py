"""Points that are not measured and follow others: `Slave`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wavefact.errors import InputError
from wavefact.geometry._checks import frozen
from wavefact.geometry.directions import as_vector, unit

__all__ = ["Slave"]


@dataclass(frozen=True, eq=False)
class Slave:
    """Let a point that is not measured follow others: direction · u(point) = Σ vector · u(parent).

    Parameters
    ----------
    point : int
        The point that follows.
    direction : "x", "-y", … or three numbers
        Along which it follows.
    parents : sequence of (point, vector)
        Which points it follows; each vector, "x" or three numbers, holds direction and coefficient.

    Raises
    ------
    InputError
        If the direction is zero, or there is no parent.

    Examples
    --------
    A corner of a stiff floor moves along x as the corner beside it, and another as the mean of two:

    >>> from wavefact.geometry import Slave
    >>> Slave(7, "x", [(4, "x")]).direction
    array([1., 0., 0.])
    >>> len(Slave(6, "y", [(5, (0, 0.5, 0)), (7, (0, 0.5, 0))]).parents)
    2
    """

    point: int
    direction: np.ndarray
    parents: tuple[tuple[int, np.ndarray], ...]

    def __post_init__(self) -> None:
        what = f"The direction of the slave of point {self.point}"
        object.__setattr__(self, "direction", frozen(unit(as_vector(self.direction, what), what)))
        what = f"A parent of the slave of point {self.point}"
        parents = tuple((point, frozen(as_vector(vector, what))) for point, vector in self.parents)
        if not parents:
            raise InputError(f"The slave of point {self.point} follows nothing; name at least one parent.")
        object.__setattr__(self, "parents", parents)
