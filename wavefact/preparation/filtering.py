"""Frequency bands are kept or removed, with no change of phase."""

from __future__ import annotations

from typing import Any

import numpy as np

from wavefact.errors import InputError
from wavefact.preparation._checks import finite_signals, positive, whole
from wavefact.recording import Recording, rate_of

__all__ = ["bandpass"]

_SETTLED = 0.01  # what the filter still remembers after the continuation at an end


def bandpass(
    recording: Recording, low: float | None = None, high: float | None = None, order: int = 4
) -> Recording:
    """Keep the frequencies between two edges, or above or below one, with zero phase.

    Parameters
    ----------
    recording : Recording
        With a sampling rate.  Loaded into memory if it is not.
    low : float, optional
        Lower edge [Hz]; None lets everything below pass (a low-pass filter).
    high : float, optional
        Upper edge [Hz]; None lets everything above pass (a high-pass filter).
    order : int
        Of the Butterworth filter that is run forwards and backwards.

    Returns
    -------
    Recording
        In NumPy arrays of double precision.

    Raises
    ------
    InputError
        If no edge is given, one is not between zero and half the sampling rate, they do not rise, or the
        recording is shorter than the filter's memory; for NaN, Inf and complex signals.

    Notes
    -----
    Run both ways, the filter has the gain |H(f)|² and no phase: a half (−6 dB) at the edges, and twice the
    order's slope beyond them.  The best line is taken off before, and given back by a low-pass filter, so
    that a large offset leaves no trace.  At the ends the signals are continued by their point reflection for
    as long as the filter remembers 1 % of what was.

    References
    ----------
    F. Gustafsson, "Determining the initial states in forward-backward filtering", IEEE Trans. Signal
    Process. 44(4), 1996.

    Examples
    --------
    >>> import numpy as np
    >>> import wavefact as wf
    >>> t = np.arange(2000) / 100.0
    >>> slow, fast = np.sin(2 * np.pi * 1.0 * t), np.sin(2 * np.pi * 12.0 * t)
    >>> kept = wf.bandpass(wf.Recording([slow + fast], sampling_rate=100.0), high=4.0).signals[0]
    >>> bool(np.abs(kept - slow)[200:-200].max() < 1e-3)
    True
    """
    from scipy.signal import butter, detrend, sosfiltfilt

    rate = rate_of(recording)
    edges, kind = _edges(low, high, rate)
    sections = butter(whole(order, "The order", 1), edges, kind, fs=rate, output="sos")
    memory = _memory(sections)
    if recording.n_samples <= memory:
        raise InputError(
            f"The recording has {recording.n_samples} samples and the filter remembers {memory}; record "
            "longer, move the edges away from zero and from each other, or lower the order."
        )
    signals = finite_signals(recording)
    flat = detrend(signals, axis=1)
    filtered = sosfiltfilt(sections, flat, axis=1, padlen=memory)
    return recording.replace(signals=filtered + (signals - flat) if kind == "lowpass" else filtered)


def _edges(low: Any, high: Any, rate: float) -> tuple[Any, str]:
    """Return the edges and the kind of the filter as `scipy.signal.butter` takes them."""
    given = {"low": low, "high": high}
    edges = [positive(edge, f"The edge {name}", "hertz") for name, edge in given.items() if edge is not None]
    if not edges:
        raise InputError("Give low, high or both [Hz]; without an edge there is nothing to filter.")
    if max(edges) >= rate / 2:
        raise InputError(
            f"The edge {max(edges):g} Hz is not below half the sampling rate of {rate:g} Hz; lower it, or "
            "leave it out."
        )
    if len(edges) == 2:
        if edges[0] >= edges[1]:
            raise InputError(f"The edges must rise; got low={edges[0]:g} Hz and high={edges[1]:g} Hz.")
        return edges, "bandpass"
    return edges[0], "lowpass" if low is None else "highpass"


def _memory(sections: np.ndarray) -> int:
    """Return after how many samples the slowest pole has decayed."""
    slowest = max(np.abs(np.roots(section[3:])).max() for section in sections)
    if not slowest < 1:
        raise InputError("The edges are too near to zero or to each other for a stable filter of this order.")
    return int(np.ceil(np.log(_SETTLED) / np.log(slowest))) if slowest > 0 else 1
