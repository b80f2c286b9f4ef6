"""The last step on frequencies and damping: fit the correlation functions themselves.

A model of high order spends several poles on one resonance of a short random response; here each
mode has one, and all modes share the data in one least-squares fit.
"""

from __future__ import annotations

import numpy as np

from wavefact.modal.similarity import mac
from wavefact.modal.subspace import discrete_poles

__all__ = ["merge_splits", "refine"]

_MAX_SHIFT, _MAX_DAMPING_FACTOR = 0.02, 5.0
_SAME_SHAPE, _SPLIT, _WEAK = 0.85, 0.08, 0.25


def merge_splits(
    frequencies: np.ndarray, damping_ratios: np.ndarray, power: np.ndarray, shapes: np.ndarray, window: float
) -> tuple[np.ndarray, np.ndarray]:
    """Put together poles that share one resonance.

    Parameters
    ----------
    frequencies, damping_ratios : (n_poles,) arrays [Hz], [-]
    power : (n_poles,) array, positive
    shapes : (n_channels, n_poles) array
    window : float [s]
        Length of the correlation functions, whose frequency resolution is its inverse.

    Returns
    -------
    frequencies, damping_ratios : (n_modes,) arrays [Hz], [-]
        Each mode's are those of its strongest pole, with the largest damping of its poles.

    Notes
    -----
    Poles of one shape (MAC ≥ 0.85) within 8 % in frequency are one if they are closer than the resolution, or
    closer than twice the resolution where one has less than a quarter of the other's power.
    """
    if frequencies.size == 0:
        return frequencies, damping_ratios
    alike = mac(shapes, shapes) >= _SAME_SHAPE
    damping = damping_ratios.copy()
    kept: list[int] = []
    for pole in np.argsort(-power, kind="stable"):
        gaps = np.abs(frequencies[kept] - frequencies[pole])
        reach = np.where(power[pole] < _WEAK * power[kept], 2.0, 1.0) / window
        one = alike[pole][kept] & (gaps < np.minimum(reach, _SPLIT * frequencies[kept]))
        if np.any(one):
            owner = kept[int(np.flatnonzero(one)[0])]
            damping[owner] = max(damping[owner], damping[pole])
        else:
            kept.append(int(pole))
    modes = sorted(kept, key=lambda mode: float(frequencies[mode]))
    return frequencies[modes], damping[modes]


def refine(
    lagged: np.ndarray, frequencies: np.ndarray, damping_ratios: np.ndarray, sampling_rate: float
) -> tuple[np.ndarray, np.ndarray]:
    """Improve frequencies and damping ratios by least squares on correlation functions.

    Parameters
    ----------
    lagged : (n_lags + 1, n_channels, n_channels) array
        Correlation matrices R(0) … R(n_lags).
    frequencies, damping_ratios : (n_modes,) arrays [Hz], [-]
        Where to begin.
    sampling_rate : float [Hz]

    Returns
    -------
    frequencies, damping_ratios : (n_modes,) arrays [Hz], [-]

    Notes
    -----
    Minimises min_P Σ_k ‖R(k) − Σ_m Re(P_m λ_m^k)‖² over the poles λ_m only: the residues P_m are eliminated
    (variable projection).  The data enter through a square root of their Gram matrix over lags.

    References
    ----------
    G. H. Golub and V. Pereyra, "The differentiation of pseudo-inverses and nonlinear least squares problems
    whose variables separate", SIAM J. Numer. Anal. 10(2), 1973.
    """
    from scipy.optimize import least_squares

    if frequencies.size == 0:
        return frequencies, damping_ratios
    n_lags = lagged.shape[0] - 1
    data = lagged[1:].reshape(n_lags, -1)
    if data.shape[1] > n_lags:
        vectors, values, _ = np.linalg.svd(data, full_matrices=False)
        data = vectors * values
    data = data / np.linalg.norm(data)
    lags = np.arange(1, n_lags + 1)[:, None]

    def rest(logarithms: np.ndarray) -> np.ndarray:
        frequency, damping = np.exp(logarithms).reshape(2, -1)
        decays = discrete_poles(frequency, np.minimum(damping, 0.99), sampling_rate) ** lags
        basis, _ = np.linalg.qr(np.concatenate([decays.real, decays.imag], axis=1))
        return np.asarray(data - basis @ (basis.T @ data)).ravel()

    start = np.log(np.concatenate([frequencies, damping_ratios]))
    reach = np.concatenate(
        [np.full(frequencies.size, _MAX_SHIFT), np.full(frequencies.size, np.log(_MAX_DAMPING_FACTOR))]
    )
    scale = np.concatenate([np.clip(damping_ratios, 1e-4, None), np.ones(frequencies.size)])
    fitted = least_squares(rest, start, bounds=(start - reach, start + reach), x_scale=scale, xtol=1e-7)
    frequency, damping = np.exp(fitted.x).reshape(2, -1)
    return frequency, damping
