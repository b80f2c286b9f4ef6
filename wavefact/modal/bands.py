"""Frequency bands that one model can serve: slow modes are sought in slowed-down signals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wavefact.errors import InputError
from wavefact.modal.subspace import block_counts

__all__ = ["Band", "plan_bands", "restrict"]

_PASSBAND = 0.8  # of the Nyquist frequency, after decimation
_CYCLES_IN_WINDOW = 4.0  # of the slowest mode, within the correlation functions
_CYCLES_IN_RECORDING = 50.0  # fewer are not worth a band of their own


@dataclass(frozen=True)
class Band:
    """A frequency range [Hz] and the factor by which signals are slowed down to look at it."""

    low: float
    high: float
    factor: int


def plan_bands(
    n_channels: int,
    n_samples: int,
    sampling_rate: float,
    frequency_range: tuple[float, float] | None,
    n_references: int | None = None,
) -> tuple[Band, ...]:
    """Split a frequency range into bands, from the highest down.

    Parameters
    ----------
    n_channels, n_samples : int
    sampling_rate : float [Hz]
    frequency_range : (low, high) [Hz] or None for all up to the Nyquist frequency
    n_references : int, optional
        Channels with which all are correlated; by default all.

    Returns
    -------
    tuple of Band

    Raises
    ------
    InputError
        If the range is empty, negative, or not below the Nyquist frequency.

    Examples
    --------
    >>> [band.factor for band in plan_bands(5, 61440, 256.0, (1.0, 12.0))]
    [8]
    """
    low, high = checked_range(frequency_range, sampling_rate)
    nyquist, duration = sampling_rate / 2, n_samples / sampling_rate
    bands: list[Band] = []
    while True:
        factor = max(1, int(_PASSBAND * nyquist / high))
        n_lags = sum(block_counts(n_channels, n_samples // factor, n_references))
        edge = _CYCLES_IN_WINDOW * sampling_rate / factor / n_lags
        if edge <= low or edge >= high or edge * duration < _CYCLES_IN_RECORDING:
            return (*bands, Band(low, high, factor))
        bands.append(Band(edge, high, factor))
        high = edge


def checked_range(frequency_range: tuple[float, float] | None, sampling_rate: float) -> tuple[float, float]:
    """Return the range (low, high) [Hz], all up to the Nyquist frequency for None, or say what is wrong."""
    if frequency_range is None:
        return 0.0, sampling_rate / 2
    low, high = (float(edge) for edge in frequency_range)
    if not 0 <= low < high:
        raise InputError(f"The frequency range {low:g} to {high:g} Hz must rise from zero or above.")
    if low >= sampling_rate / 2:
        raise InputError(
            f"The frequency range begins at {low:g} Hz, but signals at {sampling_rate:g} Hz hold nothing "
            f"above {sampling_rate / 2:g} Hz."
        )
    return low, min(high, sampling_rate / 2)


def restrict(signals: np.ndarray, sampling_rate: float, band: Band) -> np.ndarray:
    """Return signals (n_channels, n_samples // factor) slowed down to the band, without slower motion.

    The low cut keeps drift, which can be far stronger than any mode, out of the correlation functions.
    Its filter runs forward and backward, so phases and free decays stay as they are.
    """
    from scipy.signal import butter, resample_poly, sosfiltfilt

    centred = signals - signals.mean(axis=1, keepdims=True)
    slow = resample_poly(centred, 1, band.factor, axis=1) if band.factor > 1 else centred
    nyquist, cycles = sampling_rate / band.factor / 2, 2.0 * slow.shape[1] / 2
    corner = _PASSBAND * band.low / nyquist
    if (
        corner * cycles < 4.0 or corner >= 1.0 or slow.shape[1] < 32
    ):  # fewer than 4 half cycles: nothing to cut
        return np.asarray(slow)
    return np.asarray(sosfiltfilt(butter(4, corner, "highpass", output="sos"), slow, axis=1))
