"""Frequency–wavenumber filter: what stands out of the noise over both is kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from wavefact.baselines._risk import (
    angles,
    cosine_coefficients,
    cosine_signals,
    noise_variance,
    subtraction_gain,
    subtraction_risk,
)
from wavefact.baselines._signals import cleaned, scaled_signals
from wavefact.errors import InputError
from wavefact.operators.base import WaveOperator
from wavefact.recording import Recording, rate_of

__all__ = ["FrequencyWavenumberFilter"]

_THRESHOLDS = (1.25, 1.6, 2.0, 2.5, 3.5)
_SMOOTHINGS = ((1, 3), (1, 7), (1, 15), (1, 31), (1, 61), (3, 7))
_FANS = (1.5, 2.5)  # from the middle speed to the slowest and fastest


@dataclass(frozen=True)
class FrequencyWavenumberFilter:
    """Weigh every pair of frequency and wavenumber by the share of signal in its power.

    Attributes
    ----------
    threshold : float or None
        Power, in units of the noise's, that is subtracted.
    smoothing : (int, int) or None
        Neighbouring wavenumbers and frequencies over which the power is averaged.
        What is None is chosen for the least expected error (Stein's estimate).
    speeds : (float, float) or None [m/s]
        Slowest and fastest phase speed 2πf/k to keep; None for all.

    Notes
    -----
    Space is taken to the eigenbasis of the operator, time to its cosine transform.  The gain is 1 − tσ²/P,
    not below zero, with P the squared coefficients averaged over neighbours and t the threshold.

    References
    ----------
    Embree, Burg & Backus, "Wide-band velocity filtering: the pie-slice process", Geophysics 28 (1963); Cai,
    "Adaptive wavelet estimation: a block thresholding and oracle inequality approach", Annals of Statistics
    27 (1999); Stein, "Estimation of the mean of a multivariate normal distribution", ibid. 9 (1981).

    Examples
    --------
    >>> from wavefact.baselines import FrequencyWavenumberFilter
    >>> from wavefact.simulate import scenario_s2
    >>> noisy = scenario_s2(0.0)
    >>> cleaned = FrequencyWavenumberFilter().denoise(noisy.recording, wf.String(100))
    >>> wf.relative_error(cleaned.signals, noisy.clean) < 0.5
    True
    """

    threshold: float | None = None
    smoothing: tuple[int, int] | None = None
    speeds: tuple[float, float] | None = None
    title: ClassVar[str] = "f–k filter"
    package: ClassVar[str] = ""

    def candidates(self, recording: Recording, operator: WaveOperator) -> Iterator[FrequencyWavenumberFilter]:
        """Return thresholds and smoothings, then fans of speed around the middle one."""
        settings = list(self._grid())
        yield from settings
        if self.speeds is None and recording.sampling_rate is not None:
            plane = _Plane(recording, operator)
            setting = plane.best(settings)
            middle = plane.middle_speed()
            for fan in _FANS if middle > 0 else ():
                speeds = (middle / fan, middle * fan)
                for threshold in dict.fromkeys((1.0, setting.threshold)):
                    yield FrequencyWavenumberFilter(threshold, setting.smoothing, speeds)

    def denoise(self, recording: Recording, operator: WaveOperator) -> Recording:
        """Return the recording of weighted frequencies and wavenumbers."""
        plane = _Plane(recording, operator)
        setting = plane.best(self._grid())
        subtracted = (setting.threshold or 0) * plane.noise
        gain = subtraction_gain(plane.smooth(setting.smoothing or (1, 1)), subtracted)
        if setting.speeds is not None:
            slowest, fastest = setting.speeds
            if not 0 <= slowest < fastest:
                raise InputError(f"The speeds must rise from at least 0 m/s, not {slowest:g}, {fastest:g}.")
            speed = plane.speeds()
            gain = np.where((speed >= slowest) & (speed <= fastest), gain, 0.0)
        values = np.empty_like(plane.coefficients)
        values[plane.order] = cosine_signals(gain * plane.coefficients)
        return cleaned(recording, operator.synthesize(values), plane.scale)

    def _grid(self) -> Iterator[FrequencyWavenumberFilter]:
        """Return settings with these fields where they are given, and several where they are None."""
        if (self.threshold or 0) < 0 or min(self.smoothing or (1, 1)) < 1:
            raise InputError(
                f"Got threshold={self.threshold} and smoothing={self.smoothing}; expected a threshold of at "
                "least 0 and at least one neighbour each way, itself."
            )
        for smoothing in _SMOOTHINGS if self.smoothing is None else (self.smoothing,):
            for threshold in _THRESHOLDS if self.threshold is None else (self.threshold,):
                yield FrequencyWavenumberFilter(threshold, smoothing, self.speeds)


class _Plane:
    """A recording over wavenumber, by rising eigenvalue, and frequency."""

    def __init__(self, recording: Recording, operator: WaveOperator) -> None:
        signals, self.scale = scaled_signals(recording)
        self.noise = noise_variance(signals)
        self.order = np.argsort(operator.eigenvalues, kind="stable")
        self.coefficients = cosine_coefficients(operator.analyze(signals)[self.order])
        self._squares = self.coefficients**2
        self._recording, self._operator = recording, operator
        self._smoothing, self._smooth = (1, 1), self._squares

    def smooth(self, smoothing: tuple[int, int]) -> np.ndarray:
        """Return the power averaged over neighbours."""
        from scipy.ndimage import uniform_filter

        if smoothing != self._smoothing:  # the last one is asked for most often
            self._smooth = np.asarray(uniform_filter(self._squares, smoothing, mode="reflect"))
            self._smoothing = smoothing
        return self._smooth

    def best(self, settings: Iterable[FrequencyWavenumberFilter]) -> FrequencyWavenumberFilter:
        """Return the setting of least expected error."""
        settings = list(settings)
        return settings[0] if len(settings) == 1 else min(settings, key=self._risk)

    def _risk(self, setting: FrequencyWavenumberFilter) -> float:
        smoothing = setting.smoothing or (1, 1)
        subtracted = (setting.threshold or 0) * self.noise
        cells = int(np.prod(smoothing))
        return subtraction_risk(self._squares, self.smooth(smoothing), subtracted, self.noise, cells)

    def speeds(self) -> np.ndarray:
        """Return the phase speed 2πf/k of each coefficient [m/s]."""
        angular = rate_of(self._recording) * angles(self.coefficients.shape[1])
        wavenumbers = self._operator.wavenumber(self._operator.eigenvalues[self.order])[:, None]
        infinite = np.full(self.coefficients.shape, np.inf)
        return np.divide(angular, wavenumbers, out=infinite, where=wavenumbers > 0)

    def middle_speed(self) -> float:
        """Return the median of the speeds, weighted by the power above the noise [m/s]."""
        speeds = self.speeds().ravel()
        power = np.where(np.isfinite(speeds), np.maximum(self._squares - 9 * self.noise, 0.0).ravel(), 0.0)
        order = np.argsort(speeds)
        mass = np.cumsum(power[order])
        return float(speeds[order[np.searchsorted(mass, mass[-1] / 2)]]) if mass[-1] > 0 else 0.0
