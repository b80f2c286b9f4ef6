"""From a wave weight to a band in wavenumber, and back: one filter at a time."""

from __future__ import annotations

import numpy as np

from wavefact.errors import InputError
from wavefact.operators import WaveOperator

__all__ = ["gains", "passband", "wave_weight_from_bandwidth"]


def gains(operator: WaveOperator, wave_weight: float, wavenumber: float, at: np.ndarray) -> np.ndarray:
    """Return the magnitude of the filter centred at `wavenumber`.

    Parameters
    ----------
    operator : WaveOperator
    wave_weight : float
        γ ≥ 0.
    wavenumber : float
        Centre [rad/m].
    at : array, shape (n,)
        Wavenumbers to evaluate at [rad/m].

    Returns
    -------
    numpy.ndarray, shape (n,)
        Between 0 and 1.

    Notes
    -----
    1/√(1 + γ (α − κ)²), a first-order Butterworth filter; α and κ are the eigenvalues of the wavenumbers.

    Examples
    --------
    >>> import wavefact as wf
    >>> wf.gains(wf.String(50), 1e4, 0.5, at=[0.5]).tolist()
    [1.0]
    """
    distance = operator.eigenvalue(np.asarray(at, dtype=float)) - operator.eigenvalue(wavenumber)
    return 1.0 / np.sqrt(1.0 + wave_weight * distance**2)


def passband(operator: WaveOperator, wave_weight: float, wavenumber: float) -> tuple[float, float]:
    """Return the half-power points of the filter centred at `wavenumber` [rad/m].

    The lower one is 0 where the band reaches below the lowest wavenumber.

    Parameters
    ----------
    operator : WaveOperator
    wave_weight : float
        γ > 0.
    wavenumber : float
        Centre [rad/m].

    Returns
    -------
    low, high : float
        [rad/m].

    Raises
    ------
    InputError
        If the wave weight is not positive.

    Notes
    -----
    Where |α − κ| = 1/√γ, so that half of the power passes.

    Examples
    --------
    >>> import wavefact as wf
    >>> low, high = wf.passband(wf.String(50), 1e4, 0.5)
    >>> round(low, 3), round(high, 3)
    (0.49, 0.51)
    """
    if not wave_weight > 0:
        raise InputError(f"wave_weight is {wave_weight}; a filter needs a positive one.")
    centre, half = float(operator.eigenvalue(wavenumber)), wave_weight**-0.5
    return float(operator.wavenumber(max(centre - half, 0.0))), float(operator.wavenumber(centre + half))


def wave_weight_from_bandwidth(operator: WaveOperator, bandwidth: float, wavenumber: float) -> float:
    """Return the wave weight γ whose filter at `wavenumber` has this half-power bandwidth.

    Parameters
    ----------
    operator : WaveOperator
    bandwidth : float
        Distance of the half-power points [rad/m], > 0.
    wavenumber : float
        Centre [rad/m], > bandwidth / 2.

    Returns
    -------
    float
        γ, in units of the operator's eigenvalues to the power −2.

    Raises
    ------
    InputError
        If the band is empty or reaches below wavenumber zero.

    Notes
    -----
    Solves ``κ(k + b/2) − κ(k − b/2) = 2/√γ``, exact to second order in b/k.

    Examples
    --------
    >>> import wavefact as wf
    >>> round(wf.wave_weight_from_bandwidth(wf.String(50), bandwidth=0.02, wavenumber=0.5))
    10000
    """
    if not 0 < bandwidth < 2 * wavenumber < float("inf"):
        raise InputError(
            f"A band of {bandwidth} rad/m around {wavenumber} rad/m is not usable; "
            "give 0 < bandwidth < 2 × wavenumber."
        )
    edges = operator.eigenvalue(np.asarray([wavenumber - bandwidth / 2, wavenumber + bandwidth / 2]))
    return float((2.0 / (edges[1] - edges[0])) ** 2)
