"""An operator for some of its points: the others follow without inertia (static condensation)."""

from __future__ import annotations

import numpy as np

from wavefact.operators.base import WaveOperator
from wavefact.operators.finite_element import FiniteElement

__all__ = ["condensed"]

LEAST_MASS = 0.1  # of a point's own: what others add to it by interpolation may be negative


def condensed(operator: WaveOperator, points: np.ndarray) -> WaveOperator:
    """Return the operator of some points, as if the others followed them without inertia.

    Parameters
    ----------
    operator : WaveOperator
    points : (n,) array of int
        Those to keep, at least two.

    Returns
    -------
    WaveOperator
        A `FiniteElement`, or the operator itself where all points are kept.

    Notes
    -----
    With K of the points kept (g) and the others (b): K_gg − K_gb K_bb⁻¹ K_bg, and masses that follow the
    interpolation −K_bb⁻¹ K_bg.

    References
    ----------
    R. J. Guyan, "Reduction of stiffness and mass matrices", AIAA Journal 3 (1965) 380.

    Examples
    --------
    >>> import numpy as np
    >>> from wavefact.operators import String, condensed
    >>> condensed(String(9), np.array([1, 4, 7])).n_points
    3
    """
    if len(points) == operator.n_points:
        return operator
    others = np.setdiff1d(np.arange(operator.n_points), points)
    roots = np.sqrt(operator.shares)
    stiffness = operator.matrix() * np.outer(roots, roots)
    follow = (
        -np.linalg.pinv(stiffness[np.ix_(others, others)], hermitian=True) @ stiffness[np.ix_(others, points)]
    )
    kept = stiffness[np.ix_(points, points)] + stiffness[np.ix_(points, others)] @ follow
    own = operator.shares[points]
    mass = np.maximum(own + follow.T @ operator.shares[others], LEAST_MASS * own)
    return FiniteElement((kept + kept.T) / 2, mass, operator.positions[points])
