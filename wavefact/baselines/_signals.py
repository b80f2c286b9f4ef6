"""The signals that a baseline works on, and what becomes of its answer."""

from __future__ import annotations

import math

import numpy as np

from wavefact._arrays import to_numpy
from wavefact.errors import InputError
from wavefact.recording import Recording, check_signals

__all__ = ["cleaned", "scaled_signals"]


def scaled_signals(recording: Recording) -> tuple[np.ndarray, float]:
    """Return the signals in double precision over a power of two near their largest size, and that power.

    Raises
    ------
    InputError
        If the recording is complex, or has NaN, Inf, or channels that are constant throughout.
    """
    check_signals(recording)
    signals = to_numpy(recording.load().signals)
    if np.iscomplexobj(signals):
        raise InputError("The recording is complex; baselines take real signals.")
    scale = 2.0 ** (math.frexp(float(np.max(np.abs(signals))))[1] - 1)
    return signals.astype(float) / scale, scale


def cleaned(recording: Recording, signals: np.ndarray, scale: float = 1.0) -> Recording:
    """Return the recording with other signals, times the scale that `scaled_signals` took out."""
    return recording.replace(signals=np.asarray(signals, dtype=float) * scale)
