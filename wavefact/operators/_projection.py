"""Coordinates of points of a line or plane that are given in more dimensions than it has."""

from __future__ import annotations

from typing import Any

import numpy as np

from wavefact.errors import InputError

__all__ = ["projected"]

_ROUNDING = 1e-3
"""Share of their extent by which points may be off a line or plane: coordinates are rounded."""
_NAMES = {1: "straight line", 2: "plane"}


def projected(positions: Any, n_dims: int) -> np.ndarray:
    """Return positions (n_points, n_dims) [m] along the line or in the plane on which the points lie.

    What lies along coordinate axes keeps its coordinates: (x, 0, 0) is x, (x, 3, z) is (x, z).  Otherwise
    the axes are those coordinate axes that are nearest to the line or plane, projected, and the origin is the
    point of it that is nearest to theirs; so a few of the points have the coordinates that all of them give.

    Parameters
    ----------
    positions : (n_points,) or (n_points, n_given) array [m]
    n_dims : int
        1 for a line, 2 for a plane; positions of no more coordinates are returned as they are.

    Raises
    ------
    InputError
        If the points are further off any line or plane than rounding explains.

    Examples
    --------
    >>> projected([[0.0, 0.0, 5.0], [3.0, 4.0, 5.0]], 1).round(6).tolist()  # 5 m apart
    [[0.0], [5.0]]
    """
    x = np.asarray(positions, dtype=np.float64)
    x = x.reshape(len(x), -1)
    if x.shape[1] <= n_dims:
        return x
    if not np.all(np.isfinite(x)):
        index = int(np.argwhere(~np.isfinite(x))[0, 0])
        raise InputError(f"position {index} is {x[index].tolist()}; every position must be finite.")
    centred = x - x.mean(axis=0)
    allowed = _ROUNDING * float(np.ptp(x, axis=0).max())
    varying = np.flatnonzero(np.ptp(x, axis=0) > allowed)
    if len(varying) <= n_dims:
        constant = [axis for axis in range(x.shape[1]) if axis not in varying]
        return x[:, sorted([*varying, *constant[: n_dims - len(varying)]])]
    directions = np.linalg.svd(centred, full_matrices=False)[2][:n_dims]
    off = np.linalg.norm(centred - centred @ directions.T @ directions, axis=1)
    if off.max() > allowed:
        worst = int(np.argmax(off))
        raise InputError(
            f"The {x.shape[1]}-dimensional positions do not lie on a {_NAMES[n_dims]}: point {worst} is "
            f"{off[worst]:.3g} m off the nearest one, {allowed:.3g} m are allowed."
        )
    return x @ _axes(directions.T @ directions, n_dims)


def _axes(projection: np.ndarray, n_dims: int) -> np.ndarray:
    """Return orthonormal axes (n_given, n_dims) of a projection, each near to a coordinate axis."""
    axes: dict[int, np.ndarray] = {}
    for _ in range(n_dims):
        nearest = int(np.argmax(np.round(np.diag(projection), 9)))  # the first of those that are alike
        axes[nearest] = projection[:, nearest] / np.sqrt(projection[nearest, nearest])
        projection = projection - np.outer(axes[nearest], axes[nearest])
    return np.stack([axes[nearest] for nearest in sorted(axes)], axis=1)
