"""What drifts in signals, taken off such that they end where they began.

A discrete Fourier transform repeats a signal for ever.  What drifts then jumps from its end to its beginning,
and a jump is heard in all bins: alike in all of a resonance, as no noise is.
"""

from __future__ import annotations

import numpy as np

__all__ = ["without_drift"]

_PERIODS, _PER_UNKNOWN = 3.0, 8  # of the slowest mode in what tells of an end; samples to each unknown
_REACH = 4  # times that, within which slopes are taken off
_CLEAR = 3.0  # drift over the slow motion at its end that is neither drift nor decay


def without_drift(signals: np.ndarray, poles: np.ndarray) -> np.ndarray:
    """Take off each signal a line and a bend at either end, with the value and slope of its drift there.

    Parameters
    ----------
    signals : (n_channels, n_samples) real array
    poles : (n_modes,) complex array [1/sample]
        Of what is no drift: free decays of these are told apart.  Without any, nothing is taken off.

    Notes
    -----
    At each end a parabola and the decays are fitted by least squares to three periods of the slowest; where
    other slow motion is left there, what the parabola is of is not known, and nothing is taken off.  The
    bends are over within four times that: reaching farther, they would make much of small errors of slopes.
    """
    n_samples = signals.shape[1]
    if poles.size == 0:
        return signals
    slowest = 2 * np.pi / np.min(np.abs(poles))
    length = int(np.ceil(max(_PERIODS * slowest, _PER_UNKNOWN * (2 * poles.size + 3))))
    if 2 * length > n_samples:
        return signals
    first = _end(signals[:, :length], poles)
    last = _end(signals[:, : -length - 1 : -1], -poles) * [[1.0], [-1.0]]
    slope = (last[0] - first[0]) / (n_samples - 1)
    times = np.arange(n_samples)
    line = first[0][:, None] + np.outer(slope, times)
    bend = _bend(min(_REACH * length, n_samples // 2))
    steady = signals - line
    steady[:, : bend.size] -= np.outer(first[1] - slope, bend)
    steady[:, -bend.size :] += np.outer(last[1] - slope, bend[::-1])
    return steady


def _bend(length: int) -> np.ndarray:
    """Return what rises with slope 1 and is gone, without a kink, after `length` samples."""
    times = np.arange(length)
    return np.asarray(times * (1 - times / length) ** 2)


def _end(signals: np.ndarray, poles: np.ndarray) -> np.ndarray:
    """Return value and slope of the drift at the first sample, (2, n_channels); zeros where it is unclear."""
    times = np.arange(signals.shape[1], dtype=float)
    decays = np.exp(np.outer(times, poles))
    slow = np.stack([np.ones_like(times), times, times**2], axis=1)
    columns = np.concatenate([slow, decays.real, decays.imag], axis=1)
    sizes = np.linalg.norm(columns, axis=0)
    found = np.linalg.lstsq(columns / sizes, signals.T, rcond=1e-6)[0] / sizes[:, None]
    n_smooth = max(int(times.size / (2 * _PERIODS)), 1)
    left = np.cumsum(signals.T - columns @ found, axis=0)
    misfit = (left[n_smooth:] - left[:-n_smooth]) / n_smooth  # the mean over half a period, of noise little
    is_clear = np.mean((slow @ found[:3]) ** 2) > _CLEAR**2 * np.mean(misfit**2)
    return found[:2] if is_clear else np.zeros((2, len(signals)))
