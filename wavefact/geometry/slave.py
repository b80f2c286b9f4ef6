"""Points that are not measured and follow others: `Slave`, and `rigid_slaves` for stiff floors and blocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from wavefact.errors import InputError
from wavefact.geometry._checks import checked_points, frozen, point_indices
from wavefact.geometry.directions import as_vector, unit

__all__ = ["Slave", "rigid_slaves"]


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
    direction: Any
    parents: Any

    def __post_init__(self) -> None:
        what = f"The direction of the slave of point {self.point}"
        object.__setattr__(self, "direction", frozen(unit(as_vector(self.direction, what), what)))
        what = f"A parent of the slave of point {self.point}"
        parents = tuple((point, frozen(as_vector(vector, what))) for point, vector in self.parents)
        if not parents:
            raise InputError(f"The slave of point {self.point} follows nothing; name at least one parent.")
        object.__setattr__(self, "parents", parents)


def rigid_slaves(
    points: Any, leaders: Sequence[int], followers: Sequence[int], axes: str = "xyz"
) -> tuple[Slave, ...]:
    """Let points follow others as parts of one rigid body, such as a floor.

    Parameters
    ----------
    points : (n_points, 3) array [m]
        All points of the structure.
    leaders : sequence of int
        Points whose motion along `axes` is known.
    followers : sequence of int
        Points that move with them.
    axes : str
        In which directions, such as "xy" for a floor that is rigid in its plane.

    Returns
    -------
    tuple of Slave
        One for each follower and axis; for the `slaves` of a `Geometry`.

    Raises
    ------
    InputError
        If there is no leader, no such point, or another axis.

    Notes
    -----
    A rigid body moves by u(r) = t + ω × (r − c), with c in the middle of the leaders.  t and ω are the least
    squares of the leaders' motion, of minimum norm: a single leader is followed without rotation.

    Examples
    --------
    Two opposite corners turn a square floor, and the others with it:

    >>> from wavefact.geometry import rigid_slaves
    >>> corners = [(1, 1, 0), (-1, 1, 0), (-1, -1, 0), (1, -1, 0)]
    >>> slaves = rigid_slaves(corners, leaders=[0, 2], followers=[1, 3], axes="xy")
    >>> floor = wf.Geometry(corners, channel_points=[0, 0, 2, 2], channel_directions=["x", "y", "x", "y"],
    ...                     slaves=slaves)
    >>> turned = np.array([[-1.0], [1.0], [1.0], [-1.0]])  # about z
    >>> print(floor.displacements(turned)[1, :, 0].round(3) + 0.0)
    [-1. -1.  0.]
    """
    places = checked_points(points)
    if not axes or not set(axes) <= set("xyz") or len(set(axes)) < len(axes):
        raise InputError(f"axes is {axes!r}; expected some of 'x', 'y' and 'z', each once.")
    led = point_indices(list(leaders), len(places), "leaders")
    following = point_indices(list(followers), len(places), "followers")
    if led.size == 0:
        raise InputError("There is no leader; name at least one point whose motion is known.")
    shown = ["xyz".index(axis) for axis in axes]
    from_leaders = np.linalg.pinv(_rigid(places, led, led, shown))
    vectors = _rigid(places, led, following, shown) @ from_leaders
    gains = vectors.reshape(following.size, len(axes), led.size, len(axes))
    space = np.eye(3)[shown]
    return tuple(
        Slave(point, axis, [(leader, gains[row, k, i] @ space) for i, leader in enumerate(led.tolist())])
        for row, point in enumerate(following.tolist())
        for k, axis in enumerate(axes)
    )


def _rigid(places: np.ndarray, led: np.ndarray, at: np.ndarray, shown: list[int]) -> np.ndarray:
    """Return the motions of points along the axes shown, one column for each rigid motion."""
    arms = places[at] - places[led].mean(axis=0)
    turns = np.cross(np.eye(3)[None], arms[:, None])  # (n, rotation, axis)
    moves = np.concatenate([np.broadcast_to(np.eye(3), turns.shape), turns], axis=1)
    return moves[:, :, shown].transpose(0, 2, 1).reshape(-1, 6)
