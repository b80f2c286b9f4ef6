"""How candidates for modes share the correlation functions, and which of them stand out of the noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wavefact.modal.complexity import mpc
from wavefact.modal.poles import continuous_poles, discrete_poles

__all__ = ["Residues", "fit_residues"]

_NEIGHBOURHOOD, _MIN_BINS = 0.3, 15
_CLEAR_CHANNEL, _CLEAR_EASES, _COLLINEAR = (
    8.0,
    0.2,
    0.5,
)  # a mode that is clear in one channel need not be in all
_SIGNIFICANT = 100.0  # prominence of a mode in a channel
_SATELLITE_WIDTHS, _SATELLITE_POWER = 3.0, 100.0


@dataclass(frozen=True)
class Residues:
    """The least-squares share of each candidate in the correlation functions.

    Attributes
    ----------
    shapes : (n_channels, n_modes) complex array
        Leading left singular vector of each residue matrix, unit norm.
    powers : (n_modes, n_channels, n_channels) array
        Each mode's correlation matrix at lag zero.
    prominence : (n_modes,) array [-]
        Power at the candidate's pole over the median of what is left around it.
    channel_prominence : (n_channels, n_modes) array [-]
        The same for each channel's correlation with itself.
    purity : (n_modes,) array in [0, 1]
        Share of the residue matrix that is one shape.
    frequencies, damping_ratios : (n_modes,) arrays [Hz], [-]
    """

    shapes: np.ndarray
    powers: np.ndarray
    prominence: np.ndarray
    channel_prominence: np.ndarray
    purity: np.ndarray
    frequencies: np.ndarray
    damping_ratios: np.ndarray

    @property
    def poles(self) -> np.ndarray:
        """(n_modes,) complex array [1/s]."""
        return continuous_poles(self.frequencies, self.damping_ratios)

    def select(self, modes: np.ndarray) -> Residues:
        """Return some of the modes, by mask."""
        return Residues(
            self.shapes[:, modes],
            self.powers[modes],
            self.prominence[modes],
            self.channel_prominence[:, modes],
            self.purity[modes],
            self.frequencies[modes],
            self.damping_ratios[modes],
        )

    def credible(self, min_prominence: float, min_purity: float) -> np.ndarray:
        """Say which candidates may be modes: those that nothing speaks against."""
        verdicts = self.verdicts(min_prominence, min_purity)
        return np.array([verdict == "" for verdict in verdicts], dtype=bool)

    def verdicts(self, min_prominence: float, min_purity: float) -> list[str]:
        """Say of each candidate why it is no mode; nothing of those that may be.

        Modes are prominent, of one shape, of positive power, and no satellites: those are far weaker than a
        mode whose resonance they lie in, an error of that mode's fit.  A mode that is very prominent in one
        channel, and moves all in phase or antiphase, may be less so over all.
        """
        power = self.power
        if power.size == 0:
            return []
        widths = _SATELLITE_WIDTHS * self.damping_ratios * self.frequencies
        near = np.abs(self.frequencies[:, None] - self.frequencies) < widths
        satellite = np.any(near & (power > _SATELLITE_POWER * power[:, None]), axis=1)
        clear = np.max(self.channel_prominence, axis=0) >= _CLEAR_CHANNEL * min_prominence
        clear = clear & (mpc(self.shapes) >= _COLLINEAR)
        faint = self.prominence < np.where(clear, _CLEAR_EASES, 1.0) * min_prominence
        reasons = {
            "within the noise": faint,
            "not one shape": self.purity < min_purity,
            "negative power": power <= 0,
            "beside a far stronger mode": satellite,
        }
        said = [[reason for reason, bad in reasons.items() if bad[m]] for m in range(power.size)]
        return [each[0] if each else "" for each in said]

    @property
    def power(self) -> np.ndarray:
        """Each mode's power, summed over the channels, (n_modes,)."""
        return np.trace(self.powers, axis1=1, axis2=2)

    @property
    def significant(self) -> np.ndarray:
        """Say in which channels each mode stands out, at least in one, (n_channels, n_modes)."""
        strongest = np.argmax(self.channel_prominence, axis=0)
        every = np.arange(self.channel_prominence.shape[0])[:, None]
        return np.asarray((self.channel_prominence >= _SIGNIFICANT) | (every == strongest))

    def significant_shapes(self) -> np.ndarray:
        """Return the shapes without channels in which the mode does not stand out, (n_channels, n_modes)."""
        return np.where(self.significant, self.shapes, 0.0)


def fit_residues(
    lagged: np.ndarray, frequencies: np.ndarray, damping_ratios: np.ndarray, sampling_rate: float
) -> Residues:
    """Fit the correlation functions by the candidates' exponentials.

    Parameters
    ----------
    lagged : (n_lags + 1, n_channels, n_channels) array
        Correlation matrices R(0) … R(n_lags).
    frequencies, damping_ratios : (n_modes,) arrays [Hz], [-]
    sampling_rate : float [Hz]

    Notes
    -----
    R(k) ≈ Σ_m Re(P_m λ_m^k) for k ≥ 1: white sensor noise is in R(0) only.  A mode's P_m has rank one, shape
    times participation.  Prominence weights lags by the mode's own decay and compares the mode's frequency
    with those around it, where only what the fit leaves is seen: strong neighbours do not hide a weak mode.
    """
    poles = discrete_poles(frequencies, damping_ratios, sampling_rate)
    n_lags, n_channels, n_modes = lagged.shape[0] - 1, lagged.shape[1], poles.size
    decays = poles[None, :] ** np.arange(1, n_lags + 1)[:, None]
    design = np.concatenate([decays.real, -decays.imag], axis=1)
    data = lagged[1:].reshape(n_lags, -1)
    solution = np.linalg.lstsq(design, data, rcond=None)[0]
    rest = data - design @ solution
    flat = solution[:n_modes] + 1j * solution[n_modes:]
    matrices = flat.reshape(n_modes, n_channels, n_channels)
    vectors, values, _ = np.linalg.svd(matrices)
    total = np.sum(values**2, axis=1)
    compared = [
        _powers_ratio(poles[m], np.real(np.outer(decays[:, m], flat[m])), rest) for m in range(n_modes)
    ]
    ratios = np.array(compared).reshape(n_modes, n_channels + 1)
    return Residues(
        shapes=vectors[:, :, 0].T,
        powers=matrices.real,
        prominence=ratios[:, 0],
        channel_prominence=ratios[:, 1:].T,
        purity=values[:, 0] ** 2 / np.where(total > 0, total, 1.0),
        frequencies=frequencies,
        damping_ratios=damping_ratios,
    )


def _powers_ratio(pole: complex, own: np.ndarray, rest: np.ndarray) -> np.ndarray:
    """Compare the power at the pole with the median around it: of all entries, then of each channel's own."""
    lags = np.arange(1, rest.shape[0] + 1)
    resolution = 2 * np.pi / rest.shape[0]
    angle, weight = abs(np.angle(pole)), np.abs(pole) ** lags
    reach = max(_NEIGHBOURHOOD * angle, _MIN_BINS * resolution)
    around = np.arange(max(resolution, angle - reach), min(np.pi - resolution, angle + reach), resolution / 2)
    left = _all_and_diagonal((np.exp(-1j * np.outer(around, lags)) * weight) @ rest)
    here = _all_and_diagonal((np.exp(-1j * angle * lags) * weight)[None, :] @ (own + rest))[0]
    background = np.median(left, axis=0) if around.size else np.zeros_like(here)
    return here / np.maximum(background, np.maximum(1e-24 * here, np.finfo(float).tiny))


def _all_and_diagonal(spectra: np.ndarray) -> np.ndarray:
    power = np.abs(spectra) ** 2
    n_channels = round(power.shape[1] ** 0.5)
    return np.concatenate([power.sum(axis=1, keepdims=True), power[:, :: n_channels + 1]], axis=1)
