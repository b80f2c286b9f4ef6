"""Empirical mode decomposition."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from wavefact.baselines._packages import imported, quiet
from wavefact.baselines._signals import cleaned, scaled_signals
from wavefact.operators.base import WaveOperator
from wavefact.recording import Recording

__all__ = ["EMD"]

_SHARE, _RATIO = 0.719, 2.01  # β and ρ of white noise, Hurst exponent 0.5
_SLOPE, _OFFSET = 0.474, -2.449  # a and b of the 95 % limit


@dataclass(frozen=True)
class EMD:
    """Sift each channel into intrinsic mode functions (IMFs), and drop the first ones, which noise fills.

    Attributes
    ----------
    n_dropped : int or None
        How many of the first IMFs of each channel; None for all IMFs of no more energy than white noise
        would leave in them.

    Notes
    -----
    The first IMF is taken for noise, of energy W₁.  Noise then leaves W_k = (W₁/0.719) 2.01⁻ᵏ in IMF k ≥ 2,
    and 95 % of the time less than T_k, log₂ log₂(T_k/W_k) = 0.474 k − 2.449.

    IMFs of channels have neither shapes nor one frequency, so EMD names no modes here.

    References
    ----------
    Flandrin, Rilling & Gonçalvès, "EMD equivalent filter banks, from interpretation to applications", in
    Huang & Shen (eds.), Hilbert-Huang transform and its applications (2005), section 3.3.

    Examples
    --------
    >>> from wavefact.baselines import EMD
    >>> EMD().title, EMD().package
    ('EMD', 'EMD-signal')
    """

    n_dropped: int | None = None
    title: ClassVar[str] = "EMD"
    package: ClassVar[str] = "EMD-signal"

    def candidates(self, recording: Recording, operator: WaveOperator) -> Iterator[EMD]:
        """Return how many IMFs are dropped."""
        yield EMD()
        for n_dropped in range(1, 6):
            yield EMD(n_dropped)

    def denoise(self, recording: Recording, operator: WaveOperator) -> Recording:
        """Return the sum of the other IMFs, channel by channel."""
        signals, scale = scaled_signals(recording)
        with quiet():
            sifter = imported("PyEMD", "EMD-signal").EMD()
            return cleaned(recording, np.stack([self._kept(channel, sifter) for channel in signals]), scale)

    def _kept(self, channel: np.ndarray, sifter: Any) -> np.ndarray:
        functions = np.atleast_2d(sifter.emd(channel))
        if self.n_dropped is not None:
            return np.asarray(np.sum(functions[self.n_dropped :], axis=0))
        return np.asarray(np.sum(functions[above_noise(functions)], axis=0))


def above_noise(functions: np.ndarray) -> np.ndarray:
    """Return which IMFs, (n_functions,) booleans, have more energy than white noise leaves in them."""
    energies = np.sum(functions**2, axis=1)
    number = np.arange(1, len(functions) + 1)
    noise = energies[0] / _SHARE * _RATIO**-number
    limits = noise * 2.0 ** (2.0 ** (_SLOPE * number + _OFFSET))
    return np.asarray((number > 1) & (energies > limits))
