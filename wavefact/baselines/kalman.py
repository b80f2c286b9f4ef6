"""Kalman smoother."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from wavefact.baselines._oscillators import Oscillators, oscillators_at_peaks, peaks_of
from wavefact.baselines._risk import cosine_spectrum, linear_risk, noise_variance
from wavefact.baselines._signals import cleaned, scaled_signals
from wavefact.errors import InputError
from wavefact.operators.base import WaveOperator
from wavefact.recording import Recording, rate_of

__all__ = ["KalmanSmoother"]

_MOST = 16  # oscillators
_SWINGS = tuple(2.0**power for power in range(-4, 7))  # bandwidths times the duration
_LEAST_WIDTH = 3  # bins that a peak is made of


@dataclass(frozen=True)
class KalmanSmoother:
    """Estimate each channel as damped oscillators, driven by white noise, under white noise.

    Attributes
    ----------
    n_oscillators : int or None
        At the highest peaks of the channels' mean power; None for all that stand out, up to 16.
    bandwidth : float or None [Hz]
        Between the frequencies at which an oscillator has half its power, 2ζf of a mode; None for that of
        least expected error (Mallows' C_L).

    Notes
    -----
    All channels have one model, so that one gain serves them all; the power above the noise that is nearest
    to an oscillator's frequency is its mean square.

    References
    ----------
    Rauch, Tung & Striebel, "Maximum likelihood estimates of linear dynamic systems", AIAA Journal 3 (1965);
    de Jong, "Smoothing and interpolation with the state-space model", J. Am. Stat. Assoc. 84 (1989); Matsuda
    & Komaki, "Time series decomposition into oscillation components", Neural Computation 29 (2017).

    Examples
    --------
    >>> from wavefact.baselines import KalmanSmoother
    >>> from wavefact.simulate import scenario_s2
    >>> noisy = scenario_s2(0.0)
    >>> cleaned = KalmanSmoother().denoise(noisy.recording, wf.String(100))
    >>> wf.relative_error(cleaned.signals, noisy.clean) < 0.5
    True
    """

    n_oscillators: int | None = None
    bandwidth: float | None = None
    title: ClassVar[str] = "Kalman smoother"
    package: ClassVar[str] = ""

    def candidates(self, recording: Recording, operator: WaveOperator) -> Iterator[KalmanSmoother]:
        """Return bandwidths around one swing in the record, and shares of the peaks that stand out."""
        signals, _ = scaled_signals(recording)
        noise = noise_variance(signals)
        for bandwidth in self._bandwidths(recording):
            peaks = _peaks(signals, noise, bandwidth / rate_of(recording))
            shares = {max(round(share * peaks.size), 1) for share in (0.4, 0.7, 1.0)}
            for n in sorted(shares) if self.n_oscillators is None else [self.n_oscillators]:
                yield KalmanSmoother(n, bandwidth)

    def denoise(self, recording: Recording, operator: WaveOperator) -> Recording:
        """Return the mean of the oscillations given the recording."""
        signals, scale = scaled_signals(recording)
        power, noise = cosine_spectrum(signals)

        def model(bandwidth: float) -> Oscillators:
            width = bandwidth / rate_of(recording)
            peaks = _peaks(signals, noise, width)[: self.n_oscillators]
            return oscillators_at_peaks(power, noise, peaks, 2 * np.pi * width)

        def risk(model: Oscillators) -> float:
            spectrum = model.spectrum(len(power))
            return linear_risk(power, spectrum / (spectrum + noise), noise)

        best = min(map(model, self._bandwidths(recording)), key=risk)
        return cleaned(recording, best.smoothed(signals, noise), scale)

    def _bandwidths(self, recording: Recording) -> list[float]:
        """Return the bandwidth given, or several that are well below half the sampling rate."""
        if self.n_oscillators is not None and self.n_oscillators < 1:
            raise InputError(f"The number of oscillators must be at least 1, not {self.n_oscillators}.")
        if self.bandwidth is None:
            step = rate_of(recording) / recording.n_samples
            return [swings * step for swings in _SWINGS if swings <= recording.n_samples / 8]
        if not self.bandwidth > 0:
            raise InputError(f"The bandwidth must be above 0 Hz, not {self.bandwidth}.")
        return [self.bandwidth]


def _peaks(signals: np.ndarray, noise: float, width: float) -> np.ndarray:
    """Return the highest peaks of a spectrum that is averaged over a bandwidth [cycles per sample]."""
    n_averaged = max(2 * round(width * signals.shape[1] / 2) + 1, _LEAST_WIDTH)
    return peaks_of(signals, noise, n_averaged)[:_MOST]
