"""How nearly a mode shape is real, that is, how nearly all points move in phase or in antiphase.

`mpc` is 1 for a real shape (of any common phase) and says how alike the two axes of its cloud of entries in
the complex plane are; `mcf` is its complement; `mpd` is the mean angle between the entries and the line they
should be on, the easiest to picture.  Lightly damped structures have nearly real shapes: low values betray
noise, two modes mixed, or damping that is concentrated in one place.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from wavefact.modal.similarity import unit_shapes

__all__ = ["mcf", "mean_phases", "mpc", "mpd"]


def mcf(shapes: ArrayLike) -> np.ndarray:
    """Compute the modal complexity factor of each shape, 1 − MPC.

    Parameters
    ----------
    shapes : (n_points, n_modes) or (n_points,) array, real or complex, any unit

    Returns
    -------
    (n_modes,) array in [0, 1]
        0 where all points move in phase or in antiphase, near 1 where phases are spread evenly.

    Raises
    ------
    InputError
        If a shape is zero or not finite.

    Notes
    -----
    MCF = 1 − ((S_xx − S_yy)² + 4 S_xy²) / (S_xx + S_yy)² with the inner products S of real part x and
    imaginary part y, as pyOMA-2 defines it.  Others call the area of the polygon around the entries in
    the complex plane by the same name; the numbers cannot be compared.

    References
    ----------
    R. S. Pappa, K. B. Elliott and A. Schenk, "Consistent-mode indicator for the eigensystem realization
    algorithm", J. Guidance, Control, and Dynamics 16(5), 1993, of its complement `mpc`.

    Examples
    --------
    >>> mcf([1.0, 1.0j])
    array([1.])
    >>> mcf([1.0, -0.5]).round(6)
    array([0.])
    """
    return 1.0 - mpc(shapes)


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
    pyOMA-2's `MPC` subtracts the means first (`numpy.cov`), so that a line beside the origin counts too.

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


def mpd(shapes: ArrayLike) -> np.ndarray:
    """Compute the mean phase deviation of each shape, in degrees.

    Parameters
    ----------
    shapes : (n_points, n_modes) or (n_points,) array, real or complex, any unit

    Returns
    -------
    (n_modes,) array in [0, 90] [°]
        0 where all points move in phase or in antiphase, 45 where phases are spread evenly.

    Raises
    ------
    InputError
        If a shape is zero or not finite.

    Notes
    -----
    MPD = Σ_p |φ_p| δ_p / Σ_p |φ_p|, where δ_p is the angle in [0°, 90°] between the entry φ_p and the line
    through the origin of the complex plane that is nearest to all entries: the first right singular vector
    of [Re φ, Im φ].  Degrees are the custom; pyOMA-2's `MPD` is the same in radians.

    References
    ----------
    E. Reynders, J. Houbrechts and G. De Roeck, "Fully automated (operational) modal analysis", Mechanical
    Systems and Signal Processing 29, 2012, section 3.

    Examples
    --------
    >>> import numpy as np
    >>> mpd(np.exp(1j * np.deg2rad([10.0, 190.0, 30.0, 210.0]))).round(6)
    array([10.])
    """
    unit = unit_shapes(shapes)
    turned = unit * np.exp(-1j * mean_phases(unit))
    weights = np.abs(turned)
    angles = np.arctan2(np.abs(turned.imag), np.abs(turned.real))
    deviation: np.ndarray = np.rad2deg(np.sum(weights * angles, axis=0) / np.sum(weights, axis=0))
    return deviation


def mean_phases(shapes: ArrayLike) -> np.ndarray:
    """Return the phase of the line nearest to all entries of each shape, (n_modes,) in (−π/2, π/2] [rad].

    Half the phase of Σ φ_p²: the direction of the first right singular vector of [Re φ, Im φ].
    """
    unit = unit_shapes(shapes)
    phases: np.ndarray = 0.5 * np.angle(np.sum(unit**2, axis=0))
    return phases
