"""Checks of constructor arguments that several operators share."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from wavefact.errors import InputError
from wavefact.operators._projection import projected

__all__ = [
    "checked_coordinates",
    "checked_count",
    "checked_numbers",
    "checked_positions",
    "checked_spacing",
    "checked_span",
    "one_per_axis",
]

_SMALLEST_SPACING = 1e-70
"""Fourth powers of spacings between this and its inverse stay inside double precision."""


def checked_count(n_points: Any, name: str = "n_points") -> int:
    """Return `n_points` as an int of at least 2."""
    try:
        count = operator.index(n_points)
    except TypeError:
        raise InputError(f"{name} is {n_points!r}; give a whole number of at least 2.") from None
    if count < 2 or isinstance(n_points, bool):
        raise InputError(f"{name} is {n_points!r}; a wave operator needs at least 2 points.")
    return count


def checked_spacing(spacing: Any, name: str = "spacing") -> float:
    """Return `spacing` as a positive finite float [m]."""
    try:
        value = float(spacing)
    except (TypeError, ValueError):
        raise InputError(f"{name} is {spacing!r}; give the distance between points in metres.") from None
    if not math.isfinite(value) or value <= 0:
        raise InputError(f"{name} is {value}; give a positive finite distance between points in metres.")
    if not _SMALLEST_SPACING < value < 1 / _SMALLEST_SPACING:
        raise InputError(f"{name} is {value}; its powers overflow: choose another unit of length.")
    return value


def checked_span(span: Any) -> tuple[float, float] | None:
    """Return `span` as two finite increasing floats [m], or None."""
    if span is None:
        return None
    try:
        start, stop = (float(value) for value in span)
    except (TypeError, ValueError):
        raise InputError(f"span is {span!r}; give (start, stop), where the ends are, in metres.") from None
    if not (math.isfinite(start) and math.isfinite(stop) and start < stop):
        raise InputError(f"span is ({start}, {stop}); give two finite numbers, start below stop, in metres.")
    return start, stop


def checked_positions(positions: Any, n_points: int | None) -> np.ndarray:
    """Return `positions` along a line as a float64 copy, (n_points,), finite and without duplicates.

    Points of two or three coordinates are taken on the straight line through them; see `projected`.
    """
    try:
        x = np.array(positions, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError("positions are not numbers; give one coordinate per point in metres.") from None
    if x.ndim not in (1, 2) or not x.size:
        raise InputError(
            f"positions have shape {x.shape}; a line needs one coordinate per point, shape (n_points,), or "
            "points (n_points, n_dims) of a straight line."
        )
    try:
        x = projected(x, 1).ravel()
    except InputError as error:
        raise InputError(
            f"{error} Give distances along the line, shape (n_points,), or use Graph or FiniteElement."
        ) from None
    checked_count(x.size, "the number of positions")
    if n_points is not None and checked_count(n_points) != x.size:
        raise InputError(f"Got {x.size} positions for n_points={n_points}; give one position per point.")
    _check_distinct(x)
    return x


def _check_distinct(x: np.ndarray) -> None:
    if not np.all(np.isfinite(x)):
        index = int(np.flatnonzero(~np.isfinite(x))[0])
        raise InputError(f"position {index} is {x[index]}; every position must be finite.")
    order = np.argsort(x, kind="stable")
    gaps = np.diff(x[order])
    close = np.flatnonzero(gaps <= 1e-12 * (x.max() - x.min()))
    if close.size:
        pairs = [sorted((int(order[i]), int(order[i + 1]))) for i in close[:3]]
        named = ", ".join(f"{i} and {j} (at {x[i]:g} m)" for i, j in pairs)
        raise InputError(f"positions coincide: points {named}; drop or merge sensors at the same place.")


def one_per_axis(value: Any, n_axes: int, name: str) -> tuple[Any, ...]:
    """Return `value` once per axis: a scalar or string is repeated, a sequence must have `n_axes` items."""
    if isinstance(value, str) or not isinstance(value, Sequence | np.ndarray):
        return (value,) * n_axes
    if len(value) != n_axes:
        raise InputError(f"{name} has {len(value)} items for {n_axes} axes; give one value, or one per axis.")
    return tuple(value)


def checked_coordinates(positions: Any, n_points: int) -> np.ndarray:
    """Return finite coordinates, (n_points,) or (n_points, n_dims) float64; the points' numbers for None."""
    if positions is None:
        return np.arange(n_points, dtype=np.float64)
    try:
        x = np.array(positions, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError("positions are not numbers; give the coordinates of each point in metres.") from None
    if x.ndim not in (1, 2) or len(x) != n_points:
        raise InputError(f"positions have shape {x.shape}; expected ({n_points},) or ({n_points}, n_dims).")
    if not np.all(np.isfinite(x)):
        index = int(np.argwhere(~np.isfinite(x))[0, 0])
        raise InputError(f"position {index} is {x[index]}; every position must be finite.")
    return x


def checked_numbers(values: Any, name: str, least: float = 0.0) -> np.ndarray:
    """Return finite numbers above `least` as a float64 copy, one-dimensional."""
    try:
        numbers = np.array(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{name} are {values!r}; give a list of numbers.") from None
    if numbers.ndim != 1 or not np.all(np.isfinite(numbers) & (numbers > least)):
        what = "positive finite numbers" if least == 0.0 else "finite numbers"
        raise InputError(f"{name} are {numbers.tolist()}; give a list of {what}.")
    return numbers
