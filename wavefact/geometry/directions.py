"""Directions in space: axis names, vectors, azimuth and elevation."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from wavefact.errors import InputError

__all__ = ["as_directions", "as_vector", "direction_from_angles"]


def direction_from_angles(azimuth: Any, elevation: Any) -> np.ndarray:
    """Return the unit vectors of sensors that are given by two angles.

    Parameters
    ----------
    azimuth : float or array of shape (n,)
        From the x axis towards the y axis [degrees].
    elevation : float or array of shape (n,)
        From the x–y plane towards the z axis [degrees].

    Returns
    -------
    array of shape (3,) or (n, 3)

    Raises
    ------
    InputError
        If an angle is not a finite number.

    Notes
    -----
    e = (cos β cos α, cos β sin α, sin β) of azimuth α and elevation β.

    Examples
    --------
    >>> from wavefact.geometry import direction_from_angles
    >>> print(direction_from_angles(-90.0, 30.0).round(3))
    [ 0.    -0.866  0.5  ]
    """
    alpha, beta = np.radians(_numbers(azimuth, "azimuth")), np.radians(_numbers(elevation, "elevation"))
    along = np.stack(np.broadcast_arrays(np.cos(beta) * np.cos(alpha), np.cos(beta) * np.sin(alpha)), -1)
    return np.concatenate([along, np.broadcast_to(np.sin(beta)[..., None], (*along.shape[:-1], 1))], -1)


def as_vector(given: Any, what: str) -> np.ndarray:
    """Return a vector (3,) that is given as such or as "x", "-y", "+z"; its length is kept."""
    if isinstance(given, str):
        match = re.fullmatch(r"([+-]?)([xyz])", given.strip().lower())
        if match is None:
            raise InputError(f"{what} is {given!r}; give 'x', '-y' or the like, or three numbers.")
        return np.eye(3)["xyz".index(match[2])] * (-1.0 if match[1] == "-" else 1.0)
    vector = _numbers(given, what)
    if vector.shape != (3,):
        raise InputError(f"{what} has shape {vector.shape}; give 'x', '-y' or the like, or three numbers.")
    return vector


def as_directions(given: Any, n: int, what: str) -> np.ndarray:
    """Return `n` unit vectors (n, 3); `given` is one direction for all, or one for each."""
    if isinstance(given, str):
        given = [given] * n
    if len(given) != n:
        raise InputError(f"{len(given)} {what}s came for {n} channels; give one for each.")
    vectors = [as_vector(item, f"{what} {index}") for index, item in enumerate(given)]
    return np.array([unit(vector, f"{what} {index}") for index, vector in enumerate(vectors)]).reshape(n, 3)


def unit(vector: np.ndarray, what: str) -> np.ndarray:
    """Return the vector at length 1."""
    length = float(np.linalg.norm(vector))
    if length == 0.0:
        raise InputError(f"{what} is zero; a direction needs a length.")
    # kept as it is within rounding, so that what is read is what was written
    return vector if abs(length - 1.0) < 1e-15 else vector / length


def _numbers(given: Any, what: str) -> np.ndarray:
    try:
        values = np.array(given, dtype=float)
    except (TypeError, ValueError):
        raise InputError(f"{what} is {given!r}, which is not made of numbers.") from None
    if not np.all(np.isfinite(values)):
        raise InputError(f"{what} is {given!r}; every number must be finite.")
    return values
