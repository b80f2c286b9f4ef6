"""Butterworth low-pass filter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from wavefact.baselines._butterworth import butterworth_gain, checked_edges, zero_phase
from wavefact.baselines._risk import angles, least_risk
from wavefact.baselines._signals import cleaned, scaled_signals
from wavefact.operators.base import WaveOperator
from wavefact.recording import Recording, rate_of

__all__ = ["Lowpass"]


@dataclass(frozen=True)
class Lowpass:
    """Keep the frequencies below an edge, with zero phase.

    Attributes
    ----------
    high : float or None [Hz]
        Edge, where the gain is a half; None for that of least expected error (Mallows' C_L).
    order : int
        Of the Butterworth filter that is run forwards and backwards.

    References
    ----------
    Butterworth, "On the theory of filter amplifiers", Experimental Wireless 7 (1930); Mallows, "Some comments
    on C_p", Technometrics 15 (1973).

    Examples
    --------
    >>> from wavefact.baselines import Lowpass
    >>> from wavefact.simulate import scenario_s2
    >>> noisy = scenario_s2(0.0)
    >>> cleaned = Lowpass().denoise(noisy.recording, wf.String(100))
    >>> wf.relative_error(cleaned.signals, noisy.clean) < 0.5
    True
    """

    high: float | None = None
    order: int = 4
    title: ClassVar[str] = "Butterworth low-pass"
    package: ClassVar[str] = ""

    def candidates(self, recording: Recording, operator: WaveOperator) -> Iterator[Lowpass]:
        """Return edges from two swings in the record to nearly half the sampling rate."""
        signals, _ = scaled_signals(recording)
        rate = rate_of(recording)
        lowest = min(2 * rate / signals.shape[1], 0.1 * rate)
        for high in np.geomspace(lowest, 0.49 * rate, 40):
            yield Lowpass(float(high), self.order)

    def denoise(self, recording: Recording, operator: WaveOperator) -> Recording:
        """Return the recording below the edge."""
        signals, scale = scaled_signals(recording)
        rate, at = rate_of(recording), angles(signals.shape[1])
        high = self.high
        if high is None:
            edges = [float(setting.high or 0) for setting in self.candidates(recording, operator)]
            high = least_risk(edges, lambda edge: butterworth_gain(at, None, edge, rate, self.order), signals)
        checked_edges(None, high, rate, self.order)
        return cleaned(recording, zero_phase(signals, None, high, rate, self.order), scale)
