"""What every step asks of a recording: real finite samples in double precision, and a rate."""

from __future__ import annotations

from collections.abc import Iterable
from numbers import Integral, Real
from typing import Any

import numpy as np

from wavefact._arrays import to_numpy
from wavefact.errors import InputError
from wavefact.recording import Recording, rate_of


def real_signals(recording: Recording) -> np.ndarray:
    """Return a copy of the signals in host memory, (n_sensors, n_samples) float64."""
    signals = to_numpy(recording.load().signals)
    if np.iscomplexobj(signals):
        raise InputError("The signals are complex; this step takes real ones, such as their real part.")
    return np.array(signals, dtype=np.float64)


def finite_signals(recording: Recording) -> np.ndarray:
    """Return `real_signals` after asserting that no sample is NaN or Inf."""
    signals = real_signals(recording)
    finite = np.isfinite(signals)
    if not finite.all():
        sensor, sample = (int(i) for i in np.argwhere(~finite)[0])
        raise InputError(
            f"{recording.label(sensor)} has {signals[sensor, sample]} at sample {sample}; leave it out "
            "(select) or cut it off (window). channel_faults lists all such channels."
        )
    return signals


def common_rate(recordings: Iterable[Recording], remedy: str) -> float:
    """Return the one sampling rate [Hz] of several recordings."""
    rates = [rate_of(recording) for recording in recordings]
    for number, rate in enumerate(rates):
        if abs(rate / rates[0] - 1) > 1e-9:
            raise InputError(
                f"Recording 0 has {rates[0]:g} samples per second, recording {number} has {rate:g}; {remedy}"
            )
    return rates[0]


def positive(value: Any, name: str, unit: str) -> float:
    """Return a positive finite number."""
    if isinstance(value, bool) or not isinstance(value, Real) or not 0 < float(value) < np.inf:
        raise InputError(f"{name} must be a positive number of {unit}, not {value!r}.")
    return float(value)


def whole(value: Any, name: str, least: int) -> int:
    """Return a whole number that is not less than `least`."""
    if isinstance(value, bool) or not isinstance(value, Integral) or int(value) < least:
        raise InputError(f"{name} must be a whole number of at least {least}, not {value!r}.")
    return int(value)
