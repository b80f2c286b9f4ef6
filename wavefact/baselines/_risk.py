"""Settings chosen by the error that they are expected to leave, as far as a recording tells it.

For a linear filter and white noise of known variance, Mallows' C_L estimates the squared error without bias
and without the truth; Stein's formula does so for gains that depend on the data.  Frequencies are those of
the cosine transform (DCT-II), which continues a record by its mirror image, so that its ends do not leak.

References
----------
Mallows, "Some comments on C_p", Technometrics 15 (1973); Stein, "Estimation of the mean of a multivariate
normal distribution", Annals of Statistics 9 (1981), theorem 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

import numpy as np

__all__ = [
    "angles",
    "best_run",
    "cosine_coefficients",
    "cosine_signals",
    "cosine_spectrum",
    "least_risk",
    "linear_risk",
    "noise_variance",
    "spaced_integers",
    "subtraction_gain",
    "subtraction_risk",
    "windowed_spectrum",
]

Setting = TypeVar("Setting")

_TINY = np.finfo(float).tiny
_QUIETEST = 1e-20  # of the mean power: below, noise cannot be told from rounding


def angles(n_samples: int) -> np.ndarray:
    """Return the frequencies of the cosine transform, (n_samples,) [rad per sample], from 0 to below π."""
    return np.pi * np.arange(n_samples) / n_samples


def cosine_coefficients(signals: np.ndarray) -> np.ndarray:
    """Return the orthonormal DCT-II of each channel."""
    from scipy.fft import dct

    return np.asarray(dct(signals, axis=-1, norm="ortho"))


def cosine_signals(coefficients: np.ndarray) -> np.ndarray:
    """Undo `cosine_coefficients`."""
    from scipy.fft import idct

    return np.asarray(idct(coefficients, axis=-1, norm="ortho"))


def cosine_spectrum(signals: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the channels' mean power at each frequency, (n_samples,), and the noise's variance."""
    return np.mean(cosine_coefficients(signals) ** 2, axis=0), noise_variance(signals)


def windowed_spectrum(signals: np.ndarray) -> np.ndarray:
    """Return the channels' mean power under a Hann window, (n_samples//2 + 1,): white noise's variance."""
    window = np.hanning(signals.shape[1] + 2)[1:-1]
    window /= np.linalg.norm(window)
    return np.asarray(np.mean(np.abs(np.fft.rfft(window * signals, axis=1)) ** 2, axis=0))


def noise_variance(signals: np.ndarray) -> float:
    """Return the variance of white noise in a sample under a few tones, from all channels.

    It is the median power of the upper half of the frequencies, where structures move least and the window
    keeps strong tones out; the median of a mean of n exponential numbers is (1 − 1/9n)³ of their mean (Wilson
    & Hilferty 1931).
    """
    power = windowed_spectrum(signals)
    median = float(np.median(power[len(power) // 2 :]))
    correction = (1 - 1 / (9 * len(signals))) ** 3
    return max(median / correction, _QUIETEST * float(np.mean(power)))


def linear_risk(power: np.ndarray, gain: np.ndarray, noise: float) -> float:
    """Return C_L, Σ (1 − g)² P + 2σ² g: the squared error of a filter but for a constant."""
    return float(np.sum((1 - gain) ** 2 * power + 2 * noise * gain))


def least_risk(
    settings: Iterable[Setting], gain: Callable[[Setting], np.ndarray], signals: np.ndarray
) -> Setting:
    """Return the linear filter in time of least expected error; `gain` is that at `angles`."""
    power, noise = cosine_spectrum(signals)
    return min(settings, key=lambda setting: linear_risk(power, gain(setting), noise))


def best_run(excess: np.ndarray) -> tuple[int, int]:
    """Return first and last index of the run of largest sum: with P − 2σ² the best ideal band."""
    sums = np.concatenate([[0.0], np.cumsum(excess)])
    lowest = np.minimum.accumulate(sums[:-1])
    last = int(np.argmax(sums[1:] - lowest))
    return int(np.argmin(sums[: last + 1])), last


def subtraction_gain(power: np.ndarray, noise: float) -> np.ndarray:
    """Return the Wiener gain 1 − noise/power, and zero where the power is below the noise."""
    return 1 - noise / np.maximum(power, noise + _TINY)


def subtraction_risk(
    squares: np.ndarray, power: np.ndarray, subtracted: float, noise: float, n_averaged: int
) -> float:
    """Return Stein's estimate of the squared error, but for a constant, of coefficients times that gain.

    Parameters
    ----------
    squares, power : arrays of one shape
        The squared coefficients, and their means over `n_averaged` neighbours.
    subtracted, noise : float
        What the gain subtracts from the power, and the noise that there is.
    n_averaged : int
    """
    gain = subtraction_gain(power, subtracted)
    share = squares / (n_averaged * np.maximum(power, subtracted + _TINY))  # of a coefficient in its mean
    slope = np.where(gain > 0, 2 * (1 - gain) * share, 0.0)
    return float(np.sum((1 - gain) ** 2 * squares + 2 * noise * (gain + slope)))


def spaced_integers(low: float, high: float, count: int, step: int = 1) -> list[int]:
    """Return about `count` whole numbers in geometric order, low plus multiples of the step."""
    spread = np.geomspace(low, max(high, low), count)
    return sorted({int(low + step * round((value - low) / step)) for value in spread})
