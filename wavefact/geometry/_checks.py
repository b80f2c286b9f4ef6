"""What a `Geometry` may hold: every field is checked here, once, and errors say which item is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from wavefact.errors import InputError

__all__ = ["checked_names", "checked_pairs", "checked_points", "checked_surfaces", "frozen", "point_indices"]


def frozen(values: np.ndarray) -> np.ndarray:
    """Return the array, no longer writeable."""
    values.flags.writeable = False
    return values


def checked_points(points: Any) -> np.ndarray:
    """Return finite coordinates (n_points, 3); missing ones are 0."""
    try:
        values = np.array(points, dtype=float)
    except (TypeError, ValueError):
        raise InputError("The points are not numbers; give one row of coordinates [m] a point.") from None
    values = values[:, None] if values.ndim == 1 else values
    if values.ndim != 2 or not 1 <= values.shape[1] <= 3 or len(values) == 0:
        raise InputError(
            f"The points have shape {np.shape(points)}; expected (n_points,), (n_points, 2) or (n_points, 3)."
        )
    bad = np.flatnonzero(~np.isfinite(values).all(axis=1))
    if bad.size:
        raise InputError(f"Point {bad[0]} is at {values[bad[0]]}; every coordinate must be finite.")
    return frozen(np.pad(values, ((0, 0), (0, 3 - values.shape[1]))))


def checked_names(names: Any, n: int, what: str) -> tuple[str, ...] | None:
    """Return `n` different names, or None."""
    if names is None:
        return None
    if isinstance(names, str):
        raise InputError(f"The {what} names are one string, {names!r}; give a sequence of {n}.")
    found = tuple(str(name) for name in names)
    if len(found) != n:
        raise InputError(f"{len(found)} {what} names came for {n} {what}s; give one for each, or none.")
    if len(set(found)) < n:
        twice = next(name for name in found if found.count(name) > 1)
        raise InputError(f"The {what} name {twice!r} is there twice; names must differ.")
    return found


def point_indices(indices: Any, n_points: int, what: str) -> np.ndarray:
    """Return integers between 0 and n_points − 1, of any shape."""
    try:
        values = np.array(indices)
    except ValueError:
        values = np.array(None)
    if values.size == 0:
        return values.astype(np.int64)
    if values.dtype.kind not in "iu":
        raise InputError(f"The {what} must be indices of points, counted from 0; {indices!r} came.")
    bad = values[(values < 0) | (values >= n_points)]
    if bad.size:
        raise InputError(
            f"The {what} name point {bad[0]}; the {n_points} points are counted from 0 to {n_points - 1}."
        )
    return values.astype(np.int64)


def checked_pairs(lines: Any, n_points: int) -> np.ndarray:
    """Return lines as pairs of different points (n_lines, 2)."""
    pairs = point_indices(list(lines), n_points, "lines")
    if pairs.size == 0:
        return frozen(np.zeros((0, 2), dtype=np.int64))
    if pairs.ndim != 2 or pairs.shape[1] != 2:
        raise InputError(f"The lines have shape {pairs.shape}; expected (n_lines, 2), two points a line.")
    same = np.flatnonzero(pairs[:, 0] == pairs[:, 1])
    if same.size:
        raise InputError(f"Line {same[0]} joins point {pairs[same[0], 0]} to itself; leave it out.")
    return frozen(pairs)


def checked_surfaces(surfaces: Iterable[Sequence[int]], n_points: int) -> tuple[tuple[int, ...], ...]:
    """Return surfaces as tuples of three or four different points."""
    found = []
    for index, surface in enumerate(surfaces):
        corners = point_indices(list(surface), n_points, "surfaces")
        if corners.ndim != 1 or corners.size not in (3, 4) or len(set(corners.tolist())) < corners.size:
            raise InputError(
                f"Surface {index} has corners {list(surface)}; expected three or four different points."
            )
        found.append(tuple(corners.tolist()))
    return tuple(found)
