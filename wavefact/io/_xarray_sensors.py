"""Who the sensors of an xarray DataArray are and where: names and positions from its coordinates."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from wavefact.io.base import logger

if TYPE_CHECKING:
    from xarray import DataArray

__all__ = ["AXES", "POSITION", "names_of", "positions_of"]

POSITION, AXES = "position", ("x", "y", "z")
_METRES = {"": 1.0, "m": 1.0, "metre": 1.0, "metres": 1.0, "meter": 1.0, "meters": 1.0}
_METRES |= {"km": 1e3, "cm": 1e-2, "mm": 1e-3, "um": 1e-6, "µm": 1e-6}


def names_of(array: DataArray, others: Sequence[Hashable]) -> tuple[str, ...] | None:
    """Return the names of sensors, where their dimension has a coordinate of text."""
    if len(others) != 1:
        return None
    own = [
        others[0],
        *(name for name, c in array.coords.items() if c.dims == (others[0],) and name != others[0]),
    ]
    for name in own:
        if name in array.coords and array.coords[name].dtype.kind in "UO":
            values = array.coords[name].values
            if all(isinstance(value, str) for value in values):
                return tuple(map(str, values))
    return None


def positions_of(array: DataArray, others: Sequence[Hashable], what: str) -> np.ndarray | None:
    """Return the positions of sensors [m], where numbers along their dimensions say them."""
    if len(others) == 1:
        return _along(array, others[0], what)
    if not others or any(dim not in array.coords or _is_text(array.coords[dim]) for dim in others):
        return None
    lines = [_metres(array.coords[dim], what) for dim in others]
    known = [line for line in lines if line is not None]
    if len(known) < len(lines):
        return None
    grids = np.meshgrid(*known, indexing="ij")
    order = list(range(len(others)))
    if {str(dim) for dim in others} <= set(AXES):
        order.sort(key=lambda i: str(others[i]))
    return np.stack([grids[i].reshape(-1) for i in order], axis=1)


def _along(array: DataArray, dim: Hashable, what: str) -> np.ndarray | None:
    """Return the positions along the one dimension of sensors: its coordinates x, y, z, or the only one."""
    along = {str(name): c for name, c in array.coords.items() if c.dims == (dim,) and not _is_text(c)}
    axes = [name for name in (*AXES, *(f"x{i}" for i in range(1, 10))) if name in along]
    single = next((name for name in (POSITION, str(dim)) if name in along), None)
    if single != POSITION and axes:
        columns = [_metres(along[name], what) for name in axes]
        known = [column for column in columns if column is not None]
        return np.stack(known, axis=1) if len(known) == len(columns) else None
    return None if single is None else _metres(along[single], what)


def _is_text(coordinate: DataArray) -> bool:
    """Tell a coordinate that holds no real numbers."""
    return coordinate.dtype.kind not in "iuf"


def _metres(coordinate: DataArray, what: str) -> np.ndarray | None:
    """Return a coordinate in metres; None, with a line in the log, where its unit is no length."""
    factor = _METRES.get(str(coordinate.attrs.get("units", "")).strip())
    if factor is None:
        logger.info(
            "%s: %s is in %r, not taken as positions", what, coordinate.name, coordinate.attrs["units"]
        )
        return None
    values = np.asarray(coordinate.values, dtype=float)
    return values if factor == 1.0 else values * factor
