"""Where to begin: frequency and damping of one mode from a grid."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from wavefact.modal.bins import Bins, Resonances, gains_of

__all__ = ["begin"]

_WIDTHS, _MAX_FREQUENCIES = 10, 50
_FAINTEST = 1e-3  # random response over noise


def begin(shape: np.ndarray, noise: float, band: Bins, ends: tuple[float, float]) -> tuple[Resonances, float]:
    """Find frequency, damping and excitation of one mode of known shape.

    Parameters
    ----------
    shape : (n_channels, 1) array
    noise : float
        Variance of the white noise.
    band : Bins
    ends : (low, high) [Hz]
        Where the frequency is sought.

    Returns
    -------
    mode : Resonances
    gain : float
        What it adds to the logarithm of the likelihood.

    Notes
    -----
    At each point of a grid, the likelihood of a free decay and that of a random response have closed forms,
    given what else is in the band; the greater counts.
    """
    precision = np.linalg.inv(band.known + noise * np.eye(band.values.shape[0]))
    weighted = precision @ shape[:, 0]
    power = np.real(weighted @ shape[:, 0].conj())
    seen = np.sum(weighted.conj() * band.values.T, axis=1)
    resolution = band.frequencies[1] - band.frequencies[0]
    low = max(min(ends[0], np.mean(ends) - 2 * resolution), resolution / 2)
    high = min(max(ends[1], np.mean(ends) + 2 * resolution), band.sampling_rate / 2)
    found: list[tuple[Resonances, float]] = []
    for width in np.geomspace(0.1 * resolution, max(0.05 * (low + high), resolution), _WIDTHS):
        step = 0.7 * max(width, resolution / 2)
        grid = np.linspace(low, high, int(np.clip((high - low) / step, 2, _MAX_FREQUENCIES)))
        trials = _trials(grid, np.minimum(width / grid, 0.5), band.slope)
        trials = replace(trials, shapes=np.repeat(shape, grid.size, axis=1), noise=noise)
        excitation, gain = _gains(trials, band, seen, power)
        top = int(np.argmax(gain))
        found.append((replace(trials, excitation=excitation).select([top]), float(gain[top])))
    return max(found, key=lambda pair: pair[1])


def _trials(frequencies: np.ndarray, damping_ratios: np.ndarray, slope: float) -> Resonances:
    count = frequencies.size
    return Resonances(
        frequencies=frequencies,
        damping_ratios=damping_ratios,
        excitation=np.ones(count),
        slopes=np.full(count, slope),
        shapes=np.ones((1, count)),
        noise=1.0,
        amplitudes=np.zeros(count, dtype=complex),
    )


def _gains(
    trials: Resonances, band: Bins, seen: np.ndarray, power: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return each trial's excitation by moments, and what it adds to the logarithm of the likelihood."""
    gains = gains_of(trials.rates, band)
    density = np.abs(gains) ** 2
    decay = np.abs(gains.conj() @ seen) ** 2 / (density @ power)
    excess = density @ (np.abs(seen) ** 2 - power) / (density**2 @ power**2)
    excitation = np.maximum(excess, _FAINTEST / np.max(density * power, axis=1))
    ratio = excitation[:, None] * density * power
    random = np.sum(ratio / (1 + ratio) * np.abs(seen) ** 2 / power - np.log1p(ratio), axis=1)
    return excitation, np.maximum(decay, random)
