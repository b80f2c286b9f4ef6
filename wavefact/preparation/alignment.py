"""Recordings of several loggers are brought to one clock."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Real
from typing import Any

import numpy as np

from wavefact.errors import InputError
from wavefact.preparation._checks import common_rate, finite_signals
from wavefact.preparation.timing import TimeLag, time_lag
from wavefact.recording import Recording

__all__ = ["align"]

_REACH = 32  # samples on either side that a value between samples is made of
_SHAPE = 8.0  # of the Kaiser window: its side lobes are 80 dB down
_FEWEST_SAMPLES = 2
_WHOLE = 1e-6  # samples


def align(
    recordings: Sequence[Recording], lags: Sequence[float | TimeLag] | None = None
) -> tuple[Recording, ...]:
    """Shift recordings by their lags and cut them to the time that all have, ready to `stack`.

    Parameters
    ----------
    recordings : sequence of Recording
        Of one sampling rate.
    lags : sequence, optional
        Lag of each recording behind a common clock, in seconds or as from `time_lag`: 0 for the first and
        time_lag(first, other) for each other.  By default that is estimated.

    Returns
    -------
    tuple of Recording
        Of one length, in NumPy arrays of double precision.

    Raises
    ------
    InputError
        If rates differ, the lags are not one for each recording, less than 2 samples are common; for NaN, Inf
        and complex signals, and where `time_lag` refuses.

    Notes
    -----
    The value at time t + lag is Σ y(j) h(t + lag − j) over the 64 samples around it, with h = sinc under
    a Kaiser window: exact within 0.1 % up to 90 % of the Nyquist frequency.  Samples whose neighbours are
    missing at an end are cut off; lags of whole samples only move.

    References
    ----------
    T. I. Laakso, V. Välimäki, M. Karjalainen and U. K. Laine, "Splitting the unit delay", IEEE Signal
    Process. Mag. 13(1), 1996.

    Examples
    --------
    >>> import numpy as np
    >>> import wavefact as wf
    >>> t = np.arange(400) / 100.0
    >>> first = wf.Recording([np.sin(2 * np.pi * 3.0 * t)], sampling_rate=100.0)
    >>> late = wf.Recording([np.sin(2 * np.pi * 3.0 * (t - 0.0537))], sampling_rate=100.0)
    >>> one, two = wf.align([first, late], [0.0, 0.0537])
    >>> one.n_samples, bool(np.abs(one.signals - two.signals).max() < 1e-4)
    (337, True)
    """
    recordings = list(recordings)
    if not recordings or not all(isinstance(recording, Recording) for recording in recordings):
        raise InputError("align takes a list of at least one Recording.")
    rate = common_rate(recordings, "decimate to one rate first.")
    if lags is None:
        lags = [0.0, *(time_lag(recordings[0], other) for other in recordings[1:])]
    shifts = [_split(lag, rate) for lag in _checked(lags, len(recordings))]
    start = max(_before(fraction) - whole for whole, fraction in shifts)
    stop = min(
        recording.n_samples - whole - _after(fraction)
        for recording, (whole, fraction) in zip(recordings, shifts, strict=True)
    )
    if stop - start < _FEWEST_SAMPLES:
        raise InputError(
            f"After the lags the recordings have {max(stop - start, 0)} samples in common; look at the lags, "
            "which are in seconds."
        )
    return tuple(
        recording.replace(signals=_moved(finite_signals(recording), start + whole, stop + whole, fraction))
        for recording, (whole, fraction) in zip(recordings, shifts, strict=True)
    )


def _checked(lags: Sequence[Any], n_recordings: int) -> list[float]:
    """Return the lags in seconds."""
    seconds = [lag.seconds if isinstance(lag, TimeLag) else lag for lag in lags]
    if len(seconds) != n_recordings:
        raise InputError(
            f"{len(seconds)} lags came for {n_recordings} recordings; give one for each, 0 for the first."
        )
    for lag in seconds:
        if isinstance(lag, bool) or not isinstance(lag, Real) or not np.isfinite(float(lag)):
            raise InputError(f"Lags are seconds, or what time_lag returns; not {lag!r}.")
    return [float(lag) for lag in seconds]


def _split(lag: float, rate: float) -> tuple[int, float]:
    """Return the lag in samples as a whole number and a fraction in [0, 1)."""
    samples = lag * rate
    nearest = round(samples)
    if abs(samples - nearest) < _WHOLE:
        return nearest, 0.0
    whole = int(np.floor(samples))
    return whole, samples - whole


def _before(fraction: float) -> int:
    """Return how many samples before a time its value is made of."""
    return _REACH - 1 if fraction else 0


def _after(fraction: float) -> int:
    return _REACH if fraction else 0


def _moved(signals: np.ndarray, start: int, stop: int, fraction: float) -> np.ndarray:
    """Return the values at start + fraction … stop − 1 + fraction [samples]."""
    from scipy.signal import oaconvolve

    if not fraction:
        return signals[:, start:stop].copy()
    distance = fraction + np.arange(_REACH - 1, -_REACH - 1, -1)  # to each sample used, the oldest first
    window = np.i0(_SHAPE * np.sqrt(np.clip(1 - (distance / _REACH) ** 2, 0, None)))
    taps = (np.sinc(distance) * window)[::-1]  # a convolution takes them from the newest
    used = signals[:, start - _before(fraction) : stop + _after(fraction)]
    return np.asarray(oaconvolve(used, taps[None, :] / taps.sum(), mode="valid", axes=1))
