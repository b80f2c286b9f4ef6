"""Resonances, and the bins of a spectrum in which they appear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from wavefact.modal.poles import continuous_poles

__all__ = ["Bins", "Resonances", "color_ratio", "decays", "gains_of", "random_response", "transfer"]

_PER_MODE = ("frequencies", "damping_ratios", "excitation", "slopes", "amplitudes")
_COLORED = 12.0  # half widths around a resonance within which its excitation has a slope


@dataclass(frozen=True)
class Bins:
    """Bins of the spectrum of a few channels.

    Attributes
    ----------
    values : (n_channels, n_bins) complex array
        Discrete Fourier transform over √n_samples: white noise of variance σ² has mean square σ² in each bin.
    frequencies : (n_bins,) array [Hz]
    sampling_rate : float [Hz]
    known : (n_bins, n_channels, n_channels) array
        Covariance of what else is in these bins besides the resonances and white noise.
    slope : float
        Expected exponent of the excitation's power density over frequency: 0, 2, 4 where a white force's
        displacement, velocity, acceleration is measured.
    """

    values: np.ndarray
    frequencies: np.ndarray
    sampling_rate: float
    known: np.ndarray
    slope: float = 0.0


@dataclass(frozen=True)
class Resonances:
    """Modes as they appear in a spectrum, and the noise beside them.

    Attributes
    ----------
    frequencies, damping_ratios : (n_modes,) arrays [Hz], [-]
    excitation : (n_modes,) array
        Power density of the random excitation of each mode, at its frequency.
    slopes : (n_modes,) array
        Exponent of that power density over frequency.
    shapes : (n_channels, n_modes) array of unit columns, real or complex
    noise : float
        Variance of the white noise in each channel.
    amplitudes : (n_modes,) complex array
        Of the free decays: beginnings less ends.
    correlation : (n_modes, n_modes) Hermitian array or None
        Of the random excitations of the modes, with unit diagonal; None where they are independent.
    """

    frequencies: np.ndarray
    damping_ratios: np.ndarray
    excitation: np.ndarray
    slopes: np.ndarray
    shapes: np.ndarray
    noise: float
    amplitudes: np.ndarray
    correlation: np.ndarray | None = None

    @property
    def rates(self) -> np.ndarray:
        """The poles s = ω (−ζ + i √(1 − ζ²)), (n_modes,) [rad/s]."""
        return continuous_poles(self.frequencies, self.damping_ratios)

    @property
    def half_widths(self) -> np.ndarray:
        """Half of each resonance's half-power bandwidth, (n_modes,) [Hz]."""
        return self.damping_ratios * self.frequencies

    def select(self, modes: list[int]) -> Resonances:
        """Return some of the modes, by index."""
        fields = {name: getattr(self, name)[modes] for name in _PER_MODE}
        correlation = None if self.correlation is None else self.correlation[np.ix_(modes, modes)]
        return replace(self, shapes=self.shapes[:, modes], correlation=correlation, **fields)

    def turned(self, matrix: np.ndarray) -> Resonances:
        """Return the same modes in other channels: matrix (n_channels_new, n_channels) times the shapes."""
        return replace(self, shapes=matrix @ self.shapes)

    @staticmethod
    def joined(parts: Sequence[Resonances]) -> Resonances:
        """Return the modes of several in one, with the least of their noises."""
        fields = {name: np.concatenate([getattr(part, name) for part in parts]) for name in _PER_MODE}
        shapes = np.concatenate([part.shapes for part in parts], axis=1)
        return Resonances(**fields, shapes=shapes, noise=min(part.noise for part in parts))


def transfer(modes: Resonances, band: Bins) -> tuple[np.ndarray, np.ndarray]:
    """Return the transfer functions of poles and of their conjugates, (n_modes, n_bins) each.

    A complex shape turns one way only: its conjugate, which is orthogonal to it, is left out.
    """
    gains = gains_of(modes.rates, band)
    if np.iscomplexobj(modes.shapes):
        return gains, np.zeros_like(gains)
    return gains, gains_of(modes.rates.conj(), band)


def gains_of(rates: np.ndarray, band: Bins) -> np.ndarray:
    """Return the transfer functions of poles s (n_poles,) [rad/s], (n_poles, n_bins)."""
    turn = np.exp(-2j * np.pi * band.frequencies / band.sampling_rate)
    return np.asarray(1 / (1 - np.exp(rates / band.sampling_rate)[:, None] * turn))


def random_response(modes: Resonances, band: Bins, gains: np.ndarray) -> np.ndarray:
    """Return the power density of each mode's random response, (n_modes, n_bins)."""
    ratio, _, _ = color_ratio(modes, band)
    color = (2 / (1 + ratio)) ** 2 * ratio ** modes.slopes[:, None]
    return modes.excitation[:, None] * color * np.abs(gains) ** 2


def color_ratio(modes: Resonances, band: Bins) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return frequencies over each mode's, held constant far from its resonance.

    And their derivatives by ln f and ln ζ; (n_modes, n_bins) each.
    """
    ratio = band.frequencies / modes.frequencies[:, None]
    width = np.minimum(_COLORED * modes.damping_ratios, 0.5)[:, None]
    held = np.clip(ratio, 1 - width, 1 + width)
    by_width = np.sign(ratio - held) * width * (width < 0.5)
    return held, np.where(held == ratio, -ratio, 0.0), by_width


def decays(gains: np.ndarray, images: np.ndarray) -> np.ndarray:
    """Return the spectra of free decays of amplitudes 1, then of amplitudes i, (2 n_modes, n_bins)."""
    return np.concatenate([gains + images, 1j * (gains - images)])
