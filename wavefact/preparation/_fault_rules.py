"""What makes one channel faulty: a rule for each fault, on finite samples (n_samples,) that are not constant.

Thresholds are far from healthy vibration: of 9630 simulated healthy channels, two were called spiky, by a
pluck as short as a spike, and none clipped or stuck.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from wavefact._runs import runs

__all__ = ["RULES", "Finding", "Signal", "exponent_of"]

_BESIDE = 1e-3  # of the range, or 3 steps of the resolution: what is next to a rail
_EXCESS = 4  # times as many samples at a rail than next to it; 1 in sinusoids, 2.4 in the flattest peaks
_LEAST = 10  # samples at a rail
_BROKEN = 0.01  # of the range: how far the neighbours of a short plateau are from it
_FEWEST_CODES = 100
_FROZEN = 8  # equal samples in a row, and steps before them in least significant bits
_RARE = 10  # a spike over the usual leap and over the resolution
_LARGE = 3  # a spike over the standard deviation
_LONE = 8  # a spike over the leaps beside it
_OFFSET = 5  # standard deviations
_DRIFT = 0.9  # of the variance
_SLOW = 3  # cycles in the recording
_FEWEST_SAMPLES = 32


@dataclass(frozen=True)
class Finding:
    """What a rule found: how many samples are affected, the first of them, and words."""

    count: int
    first: int
    text: str


class Signal:
    """The samples of a channel, with what several rules ask of them.

    They are scaled by a power of two, which rounds nothing, so that no square of them overflows.
    """

    def __init__(self, values: np.ndarray) -> None:
        self._exponent = exponent_of(values)
        self.values = values = np.ldexp(values, -self._exponent)
        self.low, self.high = float(values.min()), float(values.max())
        levels = np.unique(values)
        self.step = float(np.diff(levels).min())  # the least significant bit, where there is one
        self.deviation = float(values.std())

    def text(self, value: float) -> str:
        """Return a value in the unit of the recording."""
        return f"{np.ldexp(value, self._exponent):.4g}"

    @property
    def at_rails(self) -> np.ndarray:
        """Whether each sample is at an extreme."""
        return np.asarray((self.values == self.high) | (self.values == self.low))


def exponent_of(values: np.ndarray) -> int:
    """Return the power of two just above the largest of finite numbers, less one; 0 where all are zero."""
    return int(np.frexp(np.max(np.abs(values), initial=0.0))[1]) - 1


def clipped(signal: Signal) -> Finding | None:
    """Find plateaus at the extremes: broken off, or with far more samples than just beside them."""
    found = []
    for values, rail in ((signal.values, signal.high), (-signal.values, signal.low)):
        inside = values == values.max()
        if np.count_nonzero(inside) <= inside.size // 2 and _cut_off(values, inside, signal):
            found.append((rail, inside))
    if not found:
        return None
    counts = " and ".join(
        f"{np.count_nonzero(inside)} samples at {signal.text(rail)}" for rail, inside in found
    )
    every = np.any([inside for _, inside in found], axis=0)
    return Finding(int(every.sum()), int(np.argmax(every)), counts)


def _cut_off(values: np.ndarray, inside: np.ndarray, signal: Signal) -> bool:
    spread = signal.high - signal.low
    below = values[~inside]
    beside = np.count_nonzero(below > below.max() - max(_BESIDE * spread, 2.5 * signal.step))
    starts, lengths = runs(inside)
    count = int(lengths.sum())
    if count >= _LEAST and count > _EXCESS * beside and (lengths.max() > 1 or _irregular(starts)):
        return True
    inner = (starts > 0) & (starts + lengths < values.size) & (lengths >= 3)
    before, after = values[starts[inner] - 1], values[(starts + lengths)[inner]]
    broken = np.maximum(before, after) < values.max() - _BROKEN * spread
    return bool(broken.any()) and spread > _FEWEST_CODES * signal.step


def _irregular(times: np.ndarray) -> bool:
    """Tell that times are not those of a pure tone, whose peaks have at most three distances (Steinhaus).

    Near a fraction of the sampling rate, the samples at its peaks are alike without being clipped.
    """
    return np.unique(np.diff(times)).size > 3


def stuck(signal: Signal) -> Finding | None:
    """Find samples that freeze in the midst of motion; a decay below the resolution does not."""
    values = signal.values
    steps = np.abs(np.diff(values))
    starts, lengths = runs(steps == 0)
    long = (lengths >= _FROZEN - 1) & (starts >= _FROZEN)
    starts, lengths = starts[long], lengths[long] + 1
    before = steps[starts[:, None] - 1 - np.arange(_FROZEN)] if starts.size else np.empty((0, _FROZEN))
    moving = np.median(before, axis=1) > max(_FROZEN * signal.step, 1e-9 * signal.deviation)
    if clipped(signal) is not None:
        moving &= ~signal.at_rails[starts]
    if not moving.any():
        return None
    starts, lengths = starts[moving], lengths[moving]
    longest = int(np.argmax(lengths))
    times = f"{starts.size} times, " if starts.size > 1 else ""
    where = f"{lengths[longest]} equal samples from {starts[longest]}"
    return Finding(int(lengths.sum()), int(starts[0]), times + ("longest " if times else "") + where)


def spikes(signal: Signal) -> Finding | None:
    """Find samples that leap out of their neighbours, whose own differences are small on both sides."""
    from scipy.ndimage import maximum_filter1d, median_filter

    leaps = np.abs(signal.values - median_filter(signal.values, 5, mode="nearest"))
    usual = 1.4826 * float(np.median(leaps))
    limit = max(_RARE * usual, _RARE * signal.step, _LARGE * signal.deviation)
    candidates = np.flatnonzero(leaps > limit)
    if not candidates.size:
        return None
    around = np.pad(maximum_filter1d(leaps, 8, mode="constant"), 8)  # at i + 8 of i − 4 … i + 3
    beside = np.maximum(around[candidates + 3], around[candidates + 14])  # 2 to 9 samples away
    lone = candidates[leaps[candidates] > _LONE * beside]
    if not lone.size:
        return None
    largest = float(leaps[lone].max() / signal.deviation)
    return Finding(lone.size, int(lone[0]), f"{lone.size} leaps of up to {largest:.3g} standard deviations")


def offset(signal: Signal) -> Finding | None:
    """Find a mean that is large against the motion."""
    mean = float(signal.values.mean())
    if abs(mean) <= _OFFSET * signal.deviation:
        return None
    return Finding(
        signal.values.size,
        0,
        f"mean {signal.text(mean)} is {abs(mean) / signal.deviation:.3g} standard deviations",
    )


def drift(signal: Signal) -> Finding | None:
    """Find motion that is mostly a line and at most three cycles in the recording."""
    from scipy.fft import rfft

    n_samples = signal.values.size
    time = np.arange(n_samples) - (n_samples - 1) / 2
    values = signal.values - signal.values.mean()
    slope = values @ time / (time @ time)
    rest = values - slope * time
    spectrum = rfft(rest)[1 : _SLOW + 1]
    slow = slope**2 * (time @ time) + 2 * float(np.sum(np.abs(spectrum) ** 2)) / n_samples
    share = slow / float(values @ values)
    if share <= _DRIFT:
        return None
    return Finding(
        n_samples, 0, f"{100 * min(share, 1.0):.3g} % of the variance is slower than the recording"
    )


def checked(rule: Callable[[Signal], Finding | None], signal: Signal) -> Finding | None:
    """Return what a rule finds; nothing is found in a few samples."""
    return None if signal.values.size < _FEWEST_SAMPLES else rule(signal)


RULES: dict[str, Callable[[Signal], Finding | None]] = {
    "clipped": clipped,
    "stuck": stuck,
    "spikes": spikes,
    "offset": offset,
    "drift": drift,
}
