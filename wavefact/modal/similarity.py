"""How alike mode shapes are.

`mac` compares every shape of one set with every one of another; `comac` says at which points paired shapes
agree, `msf` by which factor they differ, and `pair_modes` which shapes are a pair.  All work on real and
complex shapes.  What judges one shape by itself is in `wavefact.modal.complexity`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from wavefact.errors import InputError

__all__ = ["comac", "mac", "msf", "normalized_shapes", "pair_modes", "unit_shapes"]


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


def comac(shapes_a: ArrayLike, shapes_b: ArrayLike) -> np.ndarray:
    """Compute the coordinate MAC: how well paired shapes agree at each point.

    Parameters
    ----------
    shapes_a, shapes_b : (n_points, n_pairs) or (n_points,) array, real or complex, any unit
        Column r of the one is the same mode as column r of the other, see `ModalModel.match`.

    Returns
    -------
    (n_points,) array in [0, 1]
        1 at a point where the magnitudes of the one set are a multiple of those of the other.

    Raises
    ------
    InputError
        If the sizes differ, a shape is zero or not finite, or there is no pair.

    Notes
    -----
    COMAC_p = (Σ_r |a_pr b_pr|)² / (Σ_r |a_pr|² Σ_r |b_pr|²).  Each shape is scaled to unit norm before, so
    that all modes weigh alike.  Only magnitudes enter: signs and phases need no alignment, and errors of
    sign at single points do not show.  One pair gives 1 wherever both move, and so do points at rest in
    both sets; a point at rest in one set alone gives 0.

    References
    ----------
    N. A. J. Lieven and D. J. Ewins, "Spatial correlation of mode shapes, the coordinate modal assurance
    criterion (COMAC)", Proc. 6th International Modal Analysis Conference, 1988.

    Examples
    --------
    >>> import numpy as np
    >>> before = np.array([[1.0, 1.0], [1.0, -1.0], [0.5, 1.0]])
    >>> after = np.array([[1.0, 1.0], [1.0, -1.0], [1.0, 0.5]])
    >>> comac(before, after).round(2)
    array([0.98, 0.98, 0.75])
    """
    first, second = (np.abs(shapes) for shapes in _paired(shapes_a, shapes_b))
    first, second = (_rows_at_one(shapes) for shapes in (first, second))
    squares = np.sum(first**2, axis=1) * np.sum(second**2, axis=1)
    products = np.sum(first * second, axis=1) ** 2
    at_rest = ~np.any(first, axis=1) & ~np.any(second, axis=1)
    ratio = np.divide(products, squares, out=np.zeros(len(squares)), where=squares > 0.0)
    return np.where(at_rest, 1.0, np.minimum(ratio, 1.0))


def msf(shapes_a: ArrayLike, shapes_b: ArrayLike) -> np.ndarray:
    """Compute the modal scale factor of each pair: what a shape is multiplied by to become its partner.

    Parameters
    ----------
    shapes_a, shapes_b : (n_points, n_pairs) or (n_points,) array, real or complex, any unit
        Column r of the one is the same mode as column r of the other.

    Returns
    -------
    (n_pairs,) array, real for real shapes, else complex [unit of b / unit of a]
        The factors s_r for which s_r a_r is nearest to b_r.

    Raises
    ------
    InputError
        If the sizes differ, a shape is zero or not finite, there is no pair, or a factor is beyond the
        range of floating-point numbers.

    Notes
    -----
    s_r = a_rᴴ b_r / a_rᴴ a_r (least squares), so that MAC = s_r(a, b) s_r(b, a).  pyOMA-2's `MSF` takes the
    arguments in the same order; it omits the conjugate and returns real parts, which is the same for real
    shapes alone.

    References
    ----------
    R. J. Allemang, "The modal assurance criterion – twenty years of use and abuse", Sound and Vibration
    37(8), 2003, equation 1.

    Examples
    --------
    >>> import numpy as np
    >>> msf([1.0, -2.0, 0.5], [2.0, -4.0, 1.0])
    array([2.])
    """
    first, second = _paired(shapes_a, shapes_b)
    (norms_a, exponents_a), (norms_b, exponents_b) = _norms(shapes_a), _norms(shapes_b)
    with np.errstate(over="ignore"):
        ratio = np.ldexp(norms_b / norms_a, exponents_b - exponents_a)
    if not np.all(np.isfinite(ratio)):
        raise InputError("Two shapes differ in size by more than numbers can tell; scale them before.")
    factors: np.ndarray = np.sum(first.conj() * second, axis=0) * ratio
    return factors


def pair_modes(
    frequencies: tuple[np.ndarray, np.ndarray],
    shapes: tuple[np.ndarray, np.ndarray],
    *,
    max_shift: float = 0.2,
    min_mac: float = 0.5,
    may_pair: np.ndarray | None = None,
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
    may_pair : (n_a, n_b) boolean array, optional
        Which pairs can be chosen at all; by default each.

    Returns
    -------
    indices_a, indices_b : (n_pairs,) integer arrays, by rising index of the first set.

    Notes
    -----
    Minimises Σ (1 − MAC + |Δf| / f) over all assignments (the Hungarian method), f the larger frequency of
    a pair; pairs outside the limits cannot be chosen.
    """
    from scipy.optimize import linear_sum_assignment

    likeness = mac(*shapes) if all(shape.shape[1] for shape in shapes) else np.zeros((0, 0))
    if likeness.size == 0:
        return np.zeros(0, dtype=int), np.zeros(0, dtype=int)
    first, second = frequencies[0][:, None], frequencies[1][None, :]
    larger = np.maximum(np.abs(first), np.abs(second))
    shift = np.divide(np.abs(first - second), larger, out=np.zeros(larger.shape), where=larger != 0.0)
    allowed = (shift <= max_shift) & (likeness >= min_mac)
    if may_pair is not None:
        allowed &= may_pair
    cost = np.where(allowed, 1.0 - likeness + shift, 1e3)
    rows, columns = linear_sum_assignment(cost)
    kept = allowed[rows, columns]
    return rows[kept], columns[kept]


def unit_shapes(shapes: ArrayLike) -> np.ndarray:
    """Return shapes as columns of unit norm; a single shape becomes one column."""
    columns, _ = _scaled(shapes)
    return columns / np.linalg.norm(columns, axis=0)


def normalized_shapes(shapes: np.ndarray) -> np.ndarray:
    """Scale each column so that its largest entry is 1; real where the imaginary part is rounding."""
    if shapes.shape[1] == 0:
        return np.zeros(shapes.shape)
    peak = shapes[np.argmax(np.abs(shapes), axis=0), np.arange(shapes.shape[1])]
    scaled = shapes / peak
    return scaled.real if np.all(np.abs(scaled.imag) < 1e-12) else scaled


def _scaled(shapes: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Return shapes as columns over powers of two, with which squares do not overflow, and the exponents."""
    columns = np.asarray(shapes)
    columns = columns[:, None] if columns.ndim == 1 else columns
    if columns.ndim != 2 or columns.shape[0] == 0:
        raise InputError(f"Shapes must be (n_points, n_modes) or (n_points,), not {columns.shape}.")
    columns = columns.astype(complex if np.iscomplexobj(columns) else float)
    exponents = np.frexp(_largest(columns))[1]
    scaled = np.ldexp(columns.real, -exponents)
    if np.iscomplexobj(columns):
        scaled = scaled + 1j * np.ldexp(columns.imag, -exponents)
    return scaled, exponents


def _largest(columns: np.ndarray) -> np.ndarray:
    """Return the largest real or imaginary part of each column, of which there must be one."""
    largest = np.max(np.maximum(np.abs(columns.real), np.abs(columns.imag)), axis=0)
    bad = np.flatnonzero(~np.isfinite(largest) | (largest == 0.0))
    if bad.size:
        gaps = np.flatnonzero(~np.isfinite(columns[:, bad[0]]))
        where = f"{columns[gaps[0], bad[0]]} at point {gaps[0]}" if gaps.size else "zero at every point"
        raise InputError(
            f"A mode shape is zero or not finite (shape {bad[0]} is {where}); "
            "drop the shape, or compare on points that both sets have."
        )
    return largest


def _norms(shapes: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Return the norm of each column as a number near 1 and a power of two."""
    columns, exponents = _scaled(shapes)
    return np.linalg.norm(columns, axis=0), exponents


def _paired(shapes_a: ArrayLike, shapes_b: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Return two sets of unit shapes of the same size, at least one pair."""
    first, second = unit_shapes(shapes_a), unit_shapes(shapes_b)
    if first.shape != second.shape or first.shape[1] == 0:
        raise InputError(
            f"Shapes of {first.shape} and {second.shape} are no pairs; give two sets of the same points and "
            "modes, column by column the same mode."
        )
    return first, second


def _rows_at_one(magnitudes: np.ndarray) -> np.ndarray:
    """Scale each row to a largest entry of 1; rows of zeros stay."""
    largest = np.max(magnitudes, axis=1, keepdims=True)
    return np.divide(magnitudes, largest, out=np.zeros(magnitudes.shape), where=largest > 0.0)
