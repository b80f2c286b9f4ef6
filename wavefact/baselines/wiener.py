"""Wiener filter in the frequency domain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from wavefact.baselines._risk import (
    cosine_coefficients,
    cosine_signals,
    noise_variance,
    spaced_integers,
    subtraction_gain,
    subtraction_risk,
)
from wavefact.baselines._signals import cleaned, scaled_signals
from wavefact.errors import InputError
from wavefact.operators.base import WaveOperator
from wavefact.recording import Recording

__all__ = ["Wiener"]

_LEVELS = (0.8, 1.0, 1.1, 1.25, 1.5, 2.0)  # of the noise estimated


@dataclass(frozen=True)
class Wiener:
    """Weigh every frequency by the share of signal in its power, for all channels alike.

    Attributes
    ----------
    noise : float or None, in units of the recording
        Standard deviation of the noise; None for one at or above the median power of the upper half of the
        frequencies.
    smoothing : int or None
        Neighbouring frequencies, half a cycle per record apart, over which the power is averaged.
        What is None is chosen for the least expected error (Stein's estimate).

    Notes
    -----
    The gain is 1 − σ²/P(f), not below zero.  P is the mean over the channels of the squared cosine transform,
    averaged over neighbours (Daniell's estimate, with the mirror image in place of a taper).

    References
    ----------
    Wiener, *Extrapolation, Interpolation, and Smoothing of Stationary Time Series*, MIT Press 1949; Stein,
    "Estimation of the mean of a multivariate normal distribution", Annals of Statistics 9 (1981).

    Examples
    --------
    >>> from wavefact.baselines import Wiener
    >>> from wavefact.simulate import scenario_s2
    >>> noisy = scenario_s2(0.0)
    >>> cleaned = Wiener().denoise(noisy.recording, wf.String(100))
    >>> wf.relative_error(cleaned.signals, noisy.clean) < 0.5
    True
    """

    noise: float | None = None
    smoothing: int | None = None
    title: ClassVar[str] = "Wiener filter"
    package: ClassVar[str] = ""

    def candidates(self, recording: Recording, operator: WaveOperator) -> Iterator[Wiener]:
        """Return levels of noise around the estimate, and widths of averaging."""
        signals, scale = scaled_signals(recording)
        deviation = noise_variance(signals) ** 0.5 * scale
        noises = [level * deviation for level in _LEVELS] if self.noise is None else [self.noise]
        widths = spaced_integers(1, min(31, signals.shape[1]), 6, step=2)
        if (self.noise or 0) < 0 or (self.smoothing or 1) < 1:
            raise InputError(
                f"Got noise={self.noise} and smoothing={self.smoothing}; expected at least 0 and at least 1."
            )
        for smoothing in widths if self.smoothing is None else [self.smoothing]:
            for noise in noises:
                yield Wiener(noise, smoothing)

    def denoise(self, recording: Recording, operator: WaveOperator) -> Recording:
        """Return the recording of weighted frequencies."""
        signals, scale = scaled_signals(recording)
        coefficients = cosine_coefficients(signals)
        power, noise = np.mean(coefficients**2, axis=0), noise_variance(signals)

        def risk(setting: Wiener) -> float:
            width, subtracted = setting.smoothing or 1, ((setting.noise or 0) / scale) ** 2
            smooth = averaged(power, width)
            return subtraction_risk(power, smooth, subtracted, noise, width * len(signals))

        chosen = min(self.candidates(recording, operator), key=risk)
        smooth = averaged(power, chosen.smoothing or 1)
        gain = subtraction_gain(smooth, ((chosen.noise or 0) / scale) ** 2)
        return cleaned(recording, cosine_signals(gain * coefficients), scale)


def averaged(power: np.ndarray, width: int) -> np.ndarray:
    """Return running means over frequency."""
    from scipy.ndimage import uniform_filter1d

    return np.asarray(uniform_filter1d(power, width, mode="reflect"))
