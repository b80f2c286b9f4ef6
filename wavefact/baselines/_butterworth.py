"""The Butterworth filter that is run forwards and backwards, on records of any length."""

from __future__ import annotations

import numpy as np

from wavefact.errors import InputError

__all__ = ["butterworth_gain", "checked_edges", "zero_phase"]

_FORGOTTEN = 0.01  # what the filter still remembers after the continuation at an end


def checked_edges(low: float | None, high: float, rate: float, order: int) -> None:
    """Refuse a band that no filter of this order has.

    Raises
    ------
    InputError
        Unless 0 < low < high < rate/2 and the order is at least 1.
    """
    if not 0 < high < rate / 2 or (low is not None and not 0 < low < high):
        raise InputError(
            f"Got the edges low={low}, high={high} [Hz]; they must rise between 0 and half the sampling "
            f"rate of {rate:g} Hz."
        )
    if order < 1:
        raise InputError(f"The order must be at least 1, not {order}.")


def butterworth_gain(
    angles: np.ndarray, low: float | None, high: float, rate: float, order: int
) -> np.ndarray:
    """Return the gain |H|² at angles [rad per sample]: a half at the edges [Hz]."""
    upper = np.tan(np.pi * high / rate)
    warped = np.maximum(np.tan(angles / 2), 1e-9 * upper)
    if low is None:
        distance = warped / upper
    else:
        lower = np.tan(np.pi * low / rate)
        distance = (warped**2 - lower * upper) / (warped * (upper - lower))
    return 1 / (1 + np.minimum(np.abs(distance), 1e6) ** (2 * order))


def zero_phase(signals: np.ndarray, low: float | None, high: float, rate: float, order: int) -> np.ndarray:
    """Filter each channel; at its ends it is continued by its mirror image while the filter remembers."""
    from scipy.signal import butter, sosfiltfilt, zpk2sos

    edges, kind = (high, "lowpass") if low is None else ((low, high), "bandpass")
    zeros, poles, level = butter(order, edges, kind, fs=rate, output="zpk")
    slowest = min(float(np.abs(poles).max()), 1 - 1e-12)
    memory = int(np.ceil(np.log(_FORGOTTEN) / np.log(slowest))) if slowest > 0 else 1
    padding = min(memory, signals.shape[-1] - 1)
    sections = zpk2sos(zeros, poles, level)
    return np.asarray(sosfiltfilt(sections, signals, axis=-1, padtype="even", padlen=padding))
