"""The likelihood of resonances in a spectrum: free decays and random responses by one formula.

The discrete Fourier transform of a mode's response is its transfer function times what excites it, plus its
transfer function times what it had at the beginning less what it keeps at the end.  Excited by nothing it is
a free decay, excited at random an ambient response; the likelihood covers both and all between.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wavefact.modal.bins import Bins, Resonances, decays, random_response, transfer

__all__ = ["Evaluation", "evaluate", "prior", "regular", "root_response"]

_SLOPE_SPREAD = 4.0  # forces are seldom white
_DAMPING, _DAMPING_SPREAD = 0.01, 2.0  # of structures; the spread is that of its logarithm


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
    response : (n_modes, n_modes, n_bins) array
        Cross power densities of the modes' random responses.
    precision : (n_bins, n_channels, n_channels) array
        Inverse covariances.
    rest : (n_bins, n_channels) complex array
        Spectrum less free decays, times the precision.
    """

    cost: float
    amplitudes: np.ndarray
    gains: np.ndarray
    images: np.ndarray
    response: np.ndarray
    precision: np.ndarray
    rest: np.ndarray


def evaluate(modes: Resonances, band: Bins) -> Evaluation:
    """Compute the likelihood of resonances, with the best amplitudes of free decays.

    Notes
    -----
    The spectrum z in bin k is complex normal with mean Σ φ a h_k(s) + its conjugate's and covariance
    σ² I + Σ F_k |h_k(s)|² φ φᴴ, h_k(s) = 1 / (1 − exp((s − iω_k)/f_s)), s = ω (−ζ + i √(1 − ζ²)) and
    F_k = F (2ω/(ω + ω_k))² (ω_k/ω)^slope up to 12 ζω from ω, constant beyond; where excitations are
    correlated, c √(F F′) h h′* φ φ′ᴴ of every two modes besides.  The mean is exact for free decays and
    removes leakage from random responses.  A slope is expected near the band's, with a standard
    deviation of 4, and a damping ratio near 1 %, within a factor of e²: a recording much shorter than a decay
    does not tell it, and would as well be explained by none.

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
    response = _cross_response(modes, band, gains)
    covariance = band.known + modes.noise * np.eye(n_channels)
    covariance = covariance + shapes @ np.moveaxis(response, 2, 0) @ shapes.conj().T
    precision, volume = _inverse(covariance)
    weighted = precision @ shapes
    seen = np.einsum("krm,rk->km", weighted.conj(), band.values)
    amplitudes = _amplitudes(gains, images, shapes.conj().T @ weighted, seen)
    left = band.values - shapes @ (amplitudes[:, None] * gains + amplitudes.conj()[:, None] * images)
    rest = (precision @ left.T[:, :, None])[:, :, 0]
    cost = volume + np.real(np.sum(left.T.conj() * rest))
    cost += sum(np.sum(shifts**2) / (2 * spread**2) for shifts, spread in _expected(modes, band))
    return Evaluation(float(cost), amplitudes, gains, images, response, precision, rest)


def prior(modes: Resonances, band: Bins) -> tuple[np.ndarray, np.ndarray]:
    """Return gradient and curvature of what expectation adds to the cost, over ln ζ, then over the slopes."""
    expected = _expected(modes, band)
    gradient = [shifts / spread**2 for shifts, spread in expected]
    curvature = [np.full(shifts.size, 1 / spread**2) for shifts, spread in expected]
    return np.concatenate(gradient), np.concatenate(curvature)


def _expected(modes: Resonances, band: Bins) -> list[tuple[np.ndarray, float]]:
    """Return how far ln ζ and the slopes are from what is expected, and how far they may be."""
    return [
        (np.log(modes.damping_ratios / _DAMPING), _DAMPING_SPREAD),
        (modes.slopes - band.slope, _SLOPE_SPREAD),
    ]


def root_response(spread: np.ndarray, gains: np.ndarray) -> np.ndarray:
    """Return what unit excitations make of modes: the root of their power density, with the gains' phase."""
    return np.asarray(np.sqrt(spread) * np.exp(1j * np.angle(gains)))


def regular(normal: np.ndarray) -> np.ndarray:
    """Lift the diagonal of a Gram matrix by rounding, so that equal columns share."""
    return normal + np.diag(1e-10 * np.diag(normal) + np.finfo(float).tiny)


def _cross_response(modes: Resonances, band: Bins, gains: np.ndarray) -> np.ndarray:
    """Return the cross power densities of the modes' random responses, (n_modes, n_modes, n_bins)."""
    spread = random_response(modes, band, gains)
    if modes.correlation is None:
        return np.asarray(np.eye(len(spread))[:, :, None] * spread)
    own = root_response(spread, gains)
    return np.asarray(modes.correlation[:, :, None] * own[:, None] * own.conj())


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
