"""In what lengths along a structure are: metres, or sensors where nobody said where these are."""

from __future__ import annotations

from typing import Any

import numpy as np

from wavefact.operators.base import WaveOperator

__all__ = ["unit_along", "unit_along_fit"]


def unit_along(operator: WaveOperator, positions: np.ndarray | None = None) -> str:
    """Return "m", or "sensor" where nobody said where the points are, so that they are one apart.

    `positions` are those of the sensors, where these are known [m]; points one apart are in metres where
    sensors are as far apart.

    Examples
    --------
    >>> from wavefact.operators import String
    >>> unit_along(String(4)), unit_along(String(4), np.arange(4.0)), unit_along(String(4, 0.5))
    ('sensor', 'm', 'm')
    """
    own = operator.positions.reshape(operator.n_points, -1)
    steps = [np.diff(np.unique(coordinate)) for coordinate in own.T]
    if getattr(operator, "span", None) is not None or not all(np.allclose(step, 1.0) for step in steps):
        return "m"
    if positions is None:
        return "sensor"
    given = np.asarray(positions, dtype=float).reshape(len(positions), -1)
    is_alike = given.shape == own.shape and np.allclose(np.ptp(given, axis=0), np.ptp(own, axis=0))
    return "m" if is_alike else "sensor"


def unit_along_fit(fit: Any, operator: WaveOperator) -> str:
    """Return the unit of lengths of components at the points of an operator, which may be another one."""
    known = getattr(fit, "length_unit", None) if operator is fit.operator else None
    return unit_along(operator) if known is None else str(known)
