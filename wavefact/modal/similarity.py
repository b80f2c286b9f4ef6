"""How alike two mode shapes are, and how nearly one shape is real.

`mac` compares shapes, `mpc` judges one shape by itself, `pair_modes` finds which mode of one
model is which of another.  All work on real and complex shapes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from wavefact.errors import InputError

__all__ = ["mac", "mpc", "pair_modes"]


def mac(shapes_a: ArrayLike, shapes_b: ArrayLike) -> np.ndarray:
    """Compute the modal assurance criterion of every pair of two sets of shapes.

    Parameters
    ----------
    shapes_a : (n_points, n_a) or (n_points,) array, real or complex, any unit
    shapes_b : (n_points, n_b) or (n_points,) array, real or complex, any unit

    Returns
    -------
    (n_a, n_b) array in [0, 1]
        1 where two shapes differ by a factor only, 0 where they are orthogonal.

    Raises
    ------
    InputError
        If the numbers of points differ, or a shape is zero or not finite.

    Notes
    -----
    MAC_ij = |a_iᴴ b_j|² / (‖a_i‖² ‖b_j‖²).

    References
    ----------
    R. J. Allemang and D. L. Brown, "A correlation coefficient for modal vector analysis",
    Proc. 1st International Modal Analysis Conference, 1982.

    Examples
    --------
    >>> import numpy as np
    >>> mac([[1.0, 1.0], [0.0, 1.0]], [2.0, 0.0])
    array([[1. ],
           [0.5]])
    """
    first, second = unit_shapes(shapes_a), unit_shapes(shapes_b)
    if first.shape[0] != second.shape[0]:
        raise InputError(
            f"The shapes have {first.shape[0]} and {second.shape[0]} points; compare them on the same points."
        )
    return np.minimum(np.abs(first.conj().T @ second) ** 2, 1.0)


def mpc(shapes: ArrayLike) -> np.ndarray:
    """Compute the modal phase collinearity of each shape.

    Parameters
    ----------
    shapes : (n_points, n_modes) or (n_points,) array, real or complex, any unit

    Returns
    -------
    (n_modes,) array in [0, 1]
        1 where all points move in phase or in antiphase, near 0 where phases are spread evenly.

    Raises
    ------
    InputError
        If a shape is zero or not finite.

    Notes
    -----
    With S the 2 × 2 matrix of inner products of the real and the imaginary part, and its eigenvalues
    λ₁ ≥ λ₂, MPC = ((λ₁ − λ₂) / (λ₁ + λ₂))².  The parts are not centred: a line through the origin counts.

    References
    ----------
    R. S. Pappa, K. B. Elliott and A. Schenk, "Consistent-mode indicator for the eigensystem realization
    algorithm", J. Guidance, Control, and Dynamics 16(5), 1993.

    Examples
    --------
    >>> import numpy as np
    >>> mpc(np.array([1.0, -2.0, 0.5]) * np.exp(0.7j)).round(6)
    array([1.])
    >>> mpc([1.0, 1.0j]).round(6)
    array([0.])
    """
    unit = unit_shapes(shapes)
    real, imaginary = unit.real, unit.imag
    difference = np.sum(real**2, axis=0) - np.sum(imaginary**2, axis=0)
    return np.minimum(difference**2 + 4.0 * np.sum(real * imaginary, axis=0) ** 2, 1.0)


def pair_modes(
    frequencies: tuple[np.ndarray, np.ndarray],
    shapes: tuple[np.ndarray, np.ndarray],
    *,
    max_shift: float = 0.2,
    min_mac: float = 0.5,
) -> tuple[np.ndarray, np.ndarray]:
    """Find which mode of a first set is which of a second, each used at most once.

    Parameters
    ----------
    frequencies : pair of (n_a,) and (n_b,) arrays [Hz]
    shapes : pair of (n_points, n_a) and (n_points, n_b) arrays
    max_shift : float
        Largest relative difference in frequency of a pair.
    min_mac : float
        Smallest MAC of a pair.

    Returns
    -------
    indices_a, indices_b : (n_pairs,) integer arrays, by rising index of the first set.

    Notes
    -----
    Minimises Σ (1 − MAC + |Δf| / f) over all assignments (the Hungarian method); pairs outside
    the limits cannot be chosen.
    """
    from scipy.optimize import linear_sum_assignment

    likeness = mac(*shapes) if all(shape.shape[1] for shape in shapes) else np.zeros((0, 0))
    if likeness.size == 0:
        return np.zeros(0, dtype=int), np.zeros(0, dtype=int)
    first, second = frequencies[0][:, None], frequencies[1][None, :]
    shift = np.abs(first - second) / np.maximum(first, second)
    allowed = (shift <= max_shift) & (likeness >= min_mac)
    cost = np.where(allowed, 1.0 - likeness + shift, 1e3)
    rows, columns = linear_sum_assignment(cost)
    kept = allowed[rows, columns]
    return rows[kept], columns[kept]


def unit_shapes(shapes: ArrayLike) -> np.ndarray:
    """Return shapes as columns of unit norm; a single shape becomes one column."""
    columns = np.asarray(shapes)
    columns = columns[:, None] if columns.ndim == 1 else columns
    if columns.ndim != 2 or columns.shape[0] == 0:
        raise InputError(f"Shapes must be (n_points, n_modes) or (n_points,), not {columns.shape}.")
    columns = columns.astype(complex if np.iscomplexobj(columns) else float)
    largest = np.max(np.abs(columns), axis=0, initial=0.0)
    if not np.all(np.isfinite(largest)) or np.any(largest == 0.0):
        raise InputError("A mode shape is zero or not finite; remove it before comparing.")
    columns = columns / largest  # so that squares neither overflow nor vanish
    return columns / np.linalg.norm(columns, axis=0)


def normalized_shapes(shapes: np.ndarray) -> np.ndarray:
    """Scale each column so that its largest entry is 1; real where the imaginary part is rounding."""
    if shapes.shape[1] == 0:
        return np.zeros(shapes.shape)
    peak = shapes[np.argmax(np.abs(shapes), axis=0), np.arange(shapes.shape[1])]
    scaled = shapes / peak
    return scaled.real if np.all(np.abs(scaled.imag) < 1e-12) else scaled
