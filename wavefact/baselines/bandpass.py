"""Butterworth band-pass filter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from wavefact.baselines._butterworth import butterworth_gain, checked_edges, zero_phase
from wavefact.baselines._risk import angles, best_run, cosine_spectrum, least_risk
from wavefact.baselines._signals import cleaned, scaled_signals
from wavefact.operators.base import WaveOperator
from wavefact.recording import Recording, rate_of

__all__ = ["Bandpass"]

_SHARES = (0.0, 0.15)  # of the power above the noise that may lie outside an edge
_MARGINS = (1.0, 1.2, np.inf)  # from there to the edge, where the gain is only a half
_LOWEST = 4  # half swings in the record: below, the transients at its ends are longer than it


@dataclass(frozen=True)
class Bandpass:
    """Keep the frequencies between two edges, with zero phase.

    Attributes
    ----------
    low, high : float or None [Hz]
        Edges, where the gain is a half; None for those around the band in which the channels' mean power
        stands out of the noise whose expected error is least (Mallows' C_L).
    order : int
        Of the Butterworth filter that is run forwards and backwards.

    References
    ----------
    Butterworth, "On the theory of filter amplifiers", Experimental Wireless 7 (1930); Mallows, "Some comments
    on C_p", Technometrics 15 (1973).

    Examples
    --------
    >>> from wavefact.baselines import Bandpass
    >>> from wavefact.simulate import scenario_s2
    >>> noisy = scenario_s2(0.0)
    >>> cleaned = Bandpass().denoise(noisy.recording, wf.String(100))
    >>> wf.relative_error(cleaned.signals, noisy.clean) < 0.5
    True
    """

    low: float | None = None
    high: float | None = None
    order: int = 4
    title: ClassVar[str] = "Butterworth band-pass"
    package: ClassVar[str] = ""

    def candidates(self, recording: Recording, operator: WaveOperator) -> Iterator[Bandpass]:
        """Return edges around the band that stands out of the noise."""
        signals, _ = scaled_signals(recording)
        for low, high in self._bands(signals, rate_of(recording)):
            yield Bandpass(low, high, self.order)

    def denoise(self, recording: Recording, operator: WaveOperator) -> Recording:
        """Return the recording of that band."""
        signals, scale = scaled_signals(recording)
        rate, at = rate_of(recording), angles(signals.shape[1])

        def gain(band: tuple[float, float]) -> np.ndarray:
            return butterworth_gain(at, *band, rate, self.order)

        low, high = least_risk(self._bands(signals, rate), gain, signals)
        return cleaned(recording, zero_phase(signals, low, high, rate, self.order), scale)

    def _bands(self, signals: np.ndarray, rate: float) -> list[tuple[float, float]]:
        """Return low and high as they are given, or several where they are None."""
        lows, highs = _edges(signals, rate)
        lows = lows if self.low is None else [self.low]
        highs = highs if self.high is None else [self.high]
        bands = [(low, high) for low in lows for high in highs if low < high] or [(lows[0], highs[0])]
        for low, high in bands:
            checked_edges(low, high, rate, self.order)
        return list(dict.fromkeys(bands))


def _edges(signals: np.ndarray, rate: float) -> tuple[list[float], list[float]]:
    """Return lower and upper edges [Hz] around the best ideal band, which loses some of its power or none."""
    power, noise = cosine_spectrum(signals)
    n_steps, step = len(power), rate / (2 * len(power))
    first, last = best_run(power[1:] - 2 * noise)  # no band-pass filter keeps the mean
    inside = np.cumsum(np.maximum(power[first + 1 : last + 2] - noise, 0.0))
    from_below = first + 0.5 + np.searchsorted(inside, np.multiply(_SHARES, inside[-1]))
    from_above = first + 1.5 + np.searchsorted(inside, np.subtract(1, _SHARES) * inside[-1])
    lowest = min(_LOWEST, n_steps / 8)
    lows = np.maximum(np.divide.outer(from_below, _MARGINS).ravel(), lowest)
    highs = np.clip(np.multiply.outer(from_above, _MARGINS).ravel(), 2 * lowest, 0.98 * n_steps)
    return (lows * step).tolist(), (highs * step).tolist()
