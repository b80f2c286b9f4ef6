"""Wavelet shrinkage."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from wavefact.baselines._packages import imported, quiet
from wavefact.baselines._signals import cleaned, scaled_signals
from wavefact.errors import InputError
from wavefact.operators.base import WaveOperator
from wavefact.recording import Recording

__all__ = ["WaveletShrinkage"]

_WAVELETS = ("sym8", "db20", "coif10")
_RULES = ("sure", "bayes", "universal")
_FACTORS = (0.5, 0.75, 1.0, 1.5)
_MAD = 0.6744897501960817  # of standard normal numbers


@dataclass(frozen=True)
class WaveletShrinkage:
    """Shrink the wavelet coefficients of each channel towards zero, softly.

    Attributes
    ----------
    rule : str
        Of the threshold: "sure", for each level that of least expected error over all channels; "bayes", for
        each channel and level noise variance over deviation of the signal; "universal", σ√(2 log n).
    factor : float
        By which the threshold of the rule is multiplied.
    wavelet : str or None
        As PyWavelets calls it; None for that of least expected error (Stein's estimate) of a few.

    Notes
    -----
    The deviation σ of each channel's noise is the median magnitude of its finest details over 0.6745.  The
    coarsest approximation is shrunk as well: vibration is no trend.

    References
    ----------
    Donoho & Johnstone, "Adapting to unknown smoothness via wavelet shrinkage", J. Am. Stat. Assoc. 90 (1995);
    Chang, Yu & Vetterli, "Adaptive wavelet thresholding for image denoising and compression", IEEE Trans.
    Image Processing 9 (2000).

    Examples
    --------
    >>> from wavefact.baselines import WaveletShrinkage
    >>> WaveletShrinkage().title, WaveletShrinkage().package
    ('wavelet shrinkage', 'PyWavelets')
    """

    rule: str = "sure"
    factor: float = 1.0
    wavelet: str | None = None
    title: ClassVar[str] = "wavelet shrinkage"
    package: ClassVar[str] = "PyWavelets"

    def candidates(self, recording: Recording, operator: WaveOperator) -> Iterator[WaveletShrinkage]:
        """Return a few wavelets, the three rules, and multiples of their thresholds."""
        for wavelet in _WAVELETS if self.wavelet is None else (self.wavelet,):
            for rule in _RULES:
                for factor in _FACTORS:
                    yield WaveletShrinkage(rule, factor, wavelet)

    def denoise(self, recording: Recording, operator: WaveOperator) -> Recording:
        """Return the recording of shrunken coefficients."""
        signals, scale = scaled_signals(recording)
        if self.rule not in _RULES or not self.factor >= 0:
            raise InputError(
                f"Got rule={self.rule!r} and factor={self.factor}; expected one of {', '.join(_RULES)}, "
                "and at least 0."
            )
        with quiet():
            pywt = imported("pywt", "PyWavelets")
            names = _WAVELETS if self.wavelet is None else (self.wavelet,)
            if self.wavelet is not None and self.wavelet not in pywt.wavelist(kind="discrete"):
                raise InputError(f"PyWavelets has no discrete wavelet {self.wavelet!r}; see pywt.wavelist.")
            trees = [_Tree(pywt, signals, name) for name in names]
            best = trees[0] if len(trees) == 1 else min(trees, key=lambda tree: tree.risk(self))
            return cleaned(recording, best.shrunken(self), scale)


class _Tree:
    """Wavelet coefficients of all channels, and the noise of each."""

    def __init__(self, pywt: Any, signals: np.ndarray, wavelet: str) -> None:
        self._pywt, self._wavelet, self._shape = pywt, wavelet, signals.shape
        n_levels = max(pywt.dwt_max_level(signals.shape[1], wavelet), 1)
        self.levels = pywt.wavedec(signals, wavelet, mode="symmetric", level=n_levels, axis=1)
        finest = np.abs(self.levels[-1])
        self.noise = np.maximum(np.median(finest, axis=1, keepdims=True) / _MAD, 1e-10)

    def risk(self, setting: WaveletShrinkage) -> float:
        """Return Stein's estimate of the squared error."""
        risks = [soft_risk(level / self.noise, self._threshold(setting, level)) for level in self.levels]
        return sum(float(np.sum(self.noise**2 * risk)) for risk in risks)

    def shrunken(self, setting: WaveletShrinkage) -> np.ndarray:
        """Return the signals after soft thresholding."""
        levels = [
            np.sign(level) * np.maximum(np.abs(level) - self.noise * self._threshold(setting, level), 0.0)
            for level in self.levels
        ]
        signals = self._pywt.waverec(levels, self._wavelet, mode="symmetric", axis=1)
        return np.asarray(signals)[:, : self._shape[1]]

    def _threshold(self, setting: WaveletShrinkage, level: np.ndarray) -> np.ndarray | float:
        """Return that of a level in units of the noise: one for all channels, or (n_channels, 1)."""
        values, universal = level / self.noise, float(np.sqrt(2 * np.log(self._shape[1])))
        if setting.rule == "universal":
            return setting.factor * universal
        if setting.rule == "sure":
            return setting.factor * sure_threshold(values, universal)
        signal = np.sqrt(np.maximum(np.mean(values**2, axis=1, keepdims=True) - 1, 0.0))
        highest = np.abs(values).max(axis=1, keepdims=True)
        return np.asarray(setting.factor * np.minimum(1 / np.maximum(signal, 1e-10), highest))


def soft_risk(values: np.ndarray, threshold: np.ndarray | float) -> np.ndarray:
    """Return Stein's estimate of the squared error of soft thresholding, for noise of unit variance."""
    small = np.abs(values) <= threshold
    return np.minimum(values**2, np.square(threshold)) + 1 - 2 * small


def sure_threshold(values: np.ndarray, highest: float) -> float:
    """Return the threshold of least `soft_risk` summed over all values, at most `highest`."""
    sizes = np.sort(np.abs(values).ravel())
    below = np.concatenate([[0.0], np.cumsum(sizes**2)])
    at = np.concatenate([[0.0], sizes])
    counts = np.arange(at.size)
    risks = below + (sizes.size - counts) * at**2 - 2 * counts
    risks[at > highest] = np.inf
    return float(at[np.argmin(risks)])
