"""The likelihood of resonances in a spectrum: free decays and random responses by one formula.

The discrete Fourier transform of a mode's response is its transfer function times what excites it, plus its
transfer function times what it had at the beginning less what it keeps at the end.  Excited by nothing it is
a free decay, excited at random an ambient response; the likelihood covers both and all between.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wavefact.modal.bins import Bins, Resonances, decays, random_response, transfer

__all__ = ["Evaluation", "evaluate", "regular", "slope_prior"]

_SLOPE_SPREAD = 4.0  # forces are seldom white


@dataclass(frozen=True)
class Evaluation:
    """The likelihood of resonances in a band, and what its derivatives are made of.

    Attributes
    ----------
    cost : float
        Negative logarithm of the likelihood, up to a constant.
    amplitudes : (n_modes,) complex array
        Of the free decays, by generalized least squares.
    gains, images : (n_modes, n_bins) complex arrays
        Transfer functions of the poles and of their conjugates.
    spread : (n_modes, n_bins) array
        Power density of each mode's random response.
    precision : (n_bins, n_channels, n_channels) array
        Inverse covariances.
    rest : (n_bins, n_channels) complex array
        Spectrum less free decays, times the precision.
    """

    cost: float
    amplitudes: np.ndarray
    gains: np.ndarray
    images: np.ndarray
    spread: np.ndarray
    precision: np.ndarray
    rest: np.ndarray


def evaluate(modes: Resonances, band: Bins) -> Evaluation:
    """Compute the likelihood of resonances, with the best amplitudes of free decays.

    Notes
    -----
    The spectrum z in bin k is complex normal with mean Σ φ a h_k(s) + its conjugate's and covariance
    σ² I + Σ F_k |h_k(s)|² φ φᴴ, h_k(s) = 1 / (1 − exp((s − iω_k)/f_s)), s = ω (−ζ + i √(1 − ζ²)) and
    F_k = F (2ω/(ω + ω_k))² (ω_k/ω)^slope up to 12 ζω from ω, constant beyond.  The mean is exact for free
    decays and removes leakage from random responses.  A slope is expected near the band's, with a standard
    deviation of 4.

    References
    ----------
    P. Whittle, "Estimation and information in stationary time series", Ark. Mat. 2, 1953.
    R. Pintelon, J. Schoukens and G. Vandersteen, "Frequency domain system identification using arbitrary
    signals", IEEE Trans. Automatic Control 42(12), 1997.
    S.-K. Au, "Fast Bayesian FFT method for ambient modal identification with separated modes",
    J. Eng. Mech. 137(3), 2011.
    """
    gains, images = transfer(modes, band)
    shapes, n_channels = modes.shapes, band.values.shape[0]
    spread = random_response(modes, band, gains)
    covariance = band.known + modes.noise * np.eye(n_channels)
    covariance = covariance + (shapes * spread.T[:, None, :]) @ shapes.conj().T
    precision, volume = _inverse(covariance)
    weighted = precision @ shapes
    seen = np.einsum("krm,rk->km", weighted.conj(), band.values)
    amplitudes = _amplitudes(gains, images, shapes.conj().T @ weighted, seen)
    left = band.values - shapes @ (amplitudes[:, None] * gains + amplitudes.conj()[:, None] * images)
    rest = (precision @ left.T[:, :, None])[:, :, 0]
    cost = volume + np.real(np.sum(left.T.conj() * rest))
    cost += np.sum((modes.slopes - band.slope) ** 2) / (2 * _SLOPE_SPREAD**2)
    return Evaluation(float(cost), amplitudes, gains, images, spread, precision, rest)


def slope_prior(modes: Resonances, band: Bins) -> tuple[np.ndarray, float]:
    """Return gradient and curvature of what expectation adds to the cost, over the slopes."""
    return (modes.slopes - band.slope) / _SLOPE_SPREAD**2, 1 / _SLOPE_SPREAD**2


def regular(normal: np.ndarray) -> np.ndarray:
    """Lift the diagonal of a Gram matrix by rounding, so that equal columns share."""
    return normal + np.diag(1e-10 * np.diag(normal) + np.finfo(float).tiny)


def _inverse(covariance: np.ndarray) -> tuple[np.ndarray, float]:
    """Return inverses of (n_bins, n, n) matrices, and the sum of the logarithms of their determinants."""
    if covariance.shape[1] == 1:
        return 1 / covariance, float(np.sum(np.log(covariance.real)))
    return np.linalg.inv(covariance), float(np.sum(np.linalg.slogdet(covariance)[1]))


def _amplitudes(gains: np.ndarray, images: np.ndarray, inner: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Solve for the amplitudes by generalized least squares in real numbers."""
    n_modes = gains.shape[0]
    columns, owners = decays(gains, images), np.tile(np.arange(n_modes), 2)
    metric = np.moveaxis(inner, 0, -1)[owners[:, None], owners[None, :]]
    normal = np.sum(np.real(columns.conj()[:, None] * metric * columns[None, :]), axis=2)
    right = np.sum(np.real(columns.conj() * seen.T[owners]), axis=1)
    solved = np.linalg.solve(regular(normal), right)
    return solved[:n_modes] + 1j * solved[n_modes:]
