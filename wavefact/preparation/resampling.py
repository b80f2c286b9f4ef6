"""Fewer samples per second, without aliases and without delay."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from wavefact.errors import InputError
from wavefact.preparation._checks import finite_signals, positive, whole
from wavefact.recording import Recording, rate_of

__all__ = ["decimate"]

_ATTENUATION = 81.0  # of aliases, by a formula that is half a decibel too hopeful [dB]
_PASSBAND = 0.8  # share of the new Nyquist frequency that passes unchanged
_LARGEST_TERM = 2000  # of the ratio of two rates
_FEWEST_SAMPLES = 32  # about what the filter averages over


def decimate(
    recording: Recording, factor: int | None = None, sampling_rate: float | None = None
) -> Recording:
    """Lower the sampling rate by a whole factor, or to a given rate.

    Parameters
    ----------
    recording : Recording
        Loaded into memory if it is not.
    factor : int, optional
        Every factor-th sample is kept; the recording needs no sampling rate for it.
    sampling_rate : float, optional
        The new rate [Hz], whose ratio to the old one is rational, with terms up to 2000: 51.2 to 50 Hz.

    Returns
    -------
    Recording
        In NumPy arrays of double precision; the first sample stays at time zero.

    Raises
    ------
    InputError
        Unless exactly one of factor and rate is given; if the rate is above the present one or not reached
        by such a ratio; if fewer than 32 samples would be left; for NaN, Inf and complex signals.

    Notes
    -----
    A linear-phase filter (Kaiser window), centred so that nothing is delayed, passes frequencies up to 80 %
    of the new Nyquist frequency within 0.02 % and weakens those that would fold back by 80 dB or more.  At
    the ends the signals are continued by their point reflection; within about 25 new samples of them the
    filter is not accurate.

    References
    ----------
    P. P. Vaidyanathan, "Multirate digital filters, filter banks, polyphase networks, and applications",
    Proc. IEEE 78(1), 1990.

    Examples
    --------
    >>> import numpy as np
    >>> import wavefact as wf
    >>> tone = np.cos(2 * np.pi * 3.0 * np.arange(1000) / 256.0)
    >>> wf.decimate(wf.Recording([tone], sampling_rate=256.0), 4)
    Recording(1 sensors × 250 samples, float64, 64 Hz, 3.90625 s)
    >>> wf.decimate(wf.Recording([tone], sampling_rate=256.0), sampling_rate=100.0).n_samples
    391
    """
    from scipy.signal import resample_poly

    ratio = _ratio(recording, factor, sampling_rate)
    left = -(-recording.n_samples * ratio.numerator // ratio.denominator)
    if left < _FEWEST_SAMPLES:
        raise InputError(
            f"{recording.n_samples} samples would become {left}; at least {_FEWEST_SAMPLES} must be left, "
            "so take a smaller factor or a longer recording."
        )
    signals = finite_signals(recording)
    if ratio == 1:
        return recording.replace(signals=signals)
    up, down = ratio.numerator, ratio.denominator
    signals = resample_poly(signals, up, down, axis=1, window=_taps(up, down), padtype="antireflect")
    rate = recording.sampling_rate
    if rate is not None:
        rate = rate * up / down if sampling_rate is None else float(sampling_rate)
    return recording.replace(signals=signals, sampling_rate=rate)


def _taps(up: int, down: int) -> np.ndarray:
    """Design the filter at `up` times the old rate; its stop band begins at the new Nyquist frequency."""
    from scipy.signal import firwin, kaiserord

    edge = 1.0 / max(up, down)
    n_taps, beta = kaiserord(_ATTENUATION, (1 - _PASSBAND) * edge)
    return np.asarray(firwin(n_taps | 1, (1 + _PASSBAND) / 2 * edge, window=("kaiser", beta)))


def _ratio(recording: Recording, factor: Any, sampling_rate: Any) -> Fraction:
    """Return the new rate over the old one."""
    if (factor is None) == (sampling_rate is None):
        raise InputError("Give either a factor or a sampling_rate, and not both.")
    if sampling_rate is None:
        return Fraction(1, whole(factor, "The factor", 1))
    target, present = positive(sampling_rate, "The sampling rate", "hertz"), rate_of(recording)
    if target > present:
        raise InputError(f"{target:g} Hz is above the present {present:g} Hz; decimate only lowers the rate.")
    ratio = Fraction(target / present).limit_denominator(_LARGEST_TERM)
    if abs(float(ratio) * present - target) > 1e-9 * target:
        nearest = f"; the nearest is {float(ratio) * present:.10g} Hz" if ratio else ""
        raise InputError(
            f"{target:.10g} Hz is not {present:.10g} Hz times a ratio of whole numbers up to "
            f"{_LARGEST_TERM}{nearest}. A whole factor goes with factor=."
        )
    return ratio
