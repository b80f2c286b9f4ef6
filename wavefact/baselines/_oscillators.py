"""Stochastic oscillators at the peaks of a spectrum, and the smoother that goes with them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wavefact.baselines._risk import angles, windowed_spectrum

__all__ = ["Oscillators", "oscillators_at_peaks", "peaks_of"]

_SIGNIFICANT = 6.0  # standard deviations of the noise's power
_CONVERGED = 1e-10  # relative change of the covariance, from where its gain is kept


@dataclass(frozen=True)
class Oscillators:
    """A sum of damped oscillators that white noise drives.

    Attributes
    ----------
    angles : (n,) array [rad per sample]
    decay : float
        Factor by which an oscillation that is left alone decays in a sample.
    variances : (n,) array
        Mean square of each.

    Notes
    -----
    Each has two states, which turn by its angle in a sample and take equal noise; the first is what it adds
    to the signal.  Its covariance over τ samples is v ρ^|τ| cos ωτ.
    """

    angles: np.ndarray
    decay: float
    variances: np.ndarray

    def transition(self) -> np.ndarray:
        """Return the block-diagonal matrix of one sample, (2n, 2n): all first states, then all second."""
        cosine, sine = np.diag(np.cos(self.angles)), np.diag(np.sin(self.angles))
        return self.decay * np.block([[cosine, sine], [-sine, cosine]])

    def covariance(self) -> np.ndarray:
        """Return that of the states at rest, (2n, 2n)."""
        return np.diag(np.tile(self.variances, 2))

    def spectrum(self, n_samples: int) -> np.ndarray:
        """Return the power at the frequencies of the cosine transform, (n_samples,)."""
        at = angles(n_samples)[:, None]
        bells = [
            (1 - self.decay**2) / (1 - 2 * self.decay * np.cos(at + sign * self.angles) + self.decay**2)
            for sign in (-1, 1)
        ]
        return np.asarray(0.5 * (bells[0] + bells[1]) @ self.variances)

    def smoothed(self, signals: np.ndarray, noise: float) -> np.ndarray:
        """Return the mean of the oscillations given all samples, (n_channels, n_samples).

        Parameters
        ----------
        signals : (n_channels, n_samples) array
        noise : float
            Variance of the white noise in a sample.

        Notes
        -----
        The Kalman filter forwards, then de Jong's recursion backwards, which needs no inverse of a matrix;
        the result is that of Rauch, Tung & Striebel.  With innovations v, their variance F, gain K and
        transition T: u = v/F − Kᵀr, r ← Tᵀr + hu, and the smoothed signal is y − σ²u.
        """
        samples = np.ascontiguousarray(signals.T)
        innovations, variances, gains = self._filtered(samples, noise)
        backward, n = self.transition().T, len(self.angles)
        adjoint = np.zeros((2 * n, samples.shape[1]))
        smoothed = np.empty_like(samples)
        for i in range(len(samples) - 1, -1, -1):
            at = min(i, len(variances) - 1)
            error = innovations[i] / variances[at] - gains[at] @ adjoint
            smoothed[i] = samples[i] - noise * error
            adjoint = backward @ adjoint
            adjoint[:n] += error
        return smoothed.T

    def _filtered(self, samples: np.ndarray, noise: float) -> tuple[np.ndarray, list, list]:
        """Return innovations, and their variances and the gains until these stay the same."""
        transition, n = self.transition(), len(self.angles)
        rest = self.covariance()
        driven = (1 - self.decay**2) * rest
        covariance, state = rest, np.zeros((2 * n, samples.shape[1]))
        innovations = np.empty_like(samples)
        variances: list[float] = []
        gains: list[np.ndarray] = []
        steady = False
        for i, sample in enumerate(samples):
            if not steady:
                seen = covariance[:, :n].sum(axis=1)
                variances.append(float(seen[:n].sum()) + noise)
                gains.append(transition @ seen / variances[-1])
                after = covariance - np.outer(seen, seen) / variances[-1]
                following = transition @ after @ transition.T + driven
                steady = bool(np.abs(following - covariance).max() <= _CONVERGED * np.abs(rest).max())
                covariance = following
            innovations[i] = sample - state[:n].sum(axis=0)
            state = transition @ state + gains[-1][:, None] * innovations[i]
        return innovations, variances, gains


def peaks_of(signals: np.ndarray, noise: float, width: int) -> np.ndarray:
    """Return the frequencies of peaks that noise alone has not [rad per sample], the highest first.

    The channels' mean power is averaged over `width` bins before; without any peak, the highest bin is one.
    """
    from scipy.ndimage import uniform_filter1d
    from scipy.signal import find_peaks

    power = uniform_filter1d(windowed_spectrum(signals), width, mode="reflect")
    least = noise * (1 + _SIGNIFICANT / np.sqrt(width * len(signals)))
    found, _ = find_peaks(np.concatenate([[0.0], power, [0.0]]), height=least, distance=width)
    bins = found - 1 if found.size else np.array([np.argmax(power)])
    bins = bins[np.argsort(-power[bins], kind="stable")]
    return np.asarray(2 * np.pi * bins / signals.shape[1])


def oscillators_at_peaks(power: np.ndarray, noise: float, peaks: np.ndarray, width: float) -> Oscillators:
    """Return one oscillator at each peak, with the power above the noise that is nearest to it.

    Parameters
    ----------
    power : (n_samples,) array
        Over the frequencies of the cosine transform.
    noise : float
    peaks : (n_peaks,) array [rad per sample]
    width : float [rad per sample]
        Between the frequencies at which an oscillator has half its power.
    """
    centres = np.sort(peaks)
    owner = np.searchsorted((centres[1:] + centres[:-1]) / 2, angles(len(power)))
    energies = np.bincount(owner, weights=power - noise, minlength=len(centres)) / len(power)
    variances = np.maximum(energies, 1e-6 * noise)
    return Oscillators(centres, float(np.exp(-width / 2)), variances)
