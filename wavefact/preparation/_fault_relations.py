"""What makes a channel faulty beside the others: silence, or being a copy."""

from __future__ import annotations

from hashlib import sha256

import numpy as np

from wavefact.preparation._fault_rules import Finding, exponent_of

__all__ = ["together"]

_SILENT = 1e-3  # of the usual deviation
_UNRELATED = 0.3  # correlation
_SAME = 1e-9  # of a correlation to 1
_BLOCK = 512  # channels


def together(signals: np.ndarray, living: np.ndarray) -> list[tuple[int, str, Finding]]:
    """Return the faults that show in comparison: channels that are silent, or copies."""
    from scipy.signal import detrend

    if living.size < 2:
        return []
    exponent = exponent_of(signals[living])  # so that no square overflows
    flat = detrend(np.ldexp(signals[living], -exponent), axis=1)
    sizes = np.linalg.norm(flat, axis=1)
    flat /= np.where(sizes > 0, sizes, 1.0)[:, None]
    originals, closest, one_motion = _relations(flat)
    n_samples = signals.shape[1]
    usual = float(np.median(sizes))
    found = []
    for row in np.flatnonzero((sizes < _SILENT * usual) & (closest < _UNRELATED)).tolist():
        deviations = (np.ldexp(size / n_samples**0.5, exponent) for size in (sizes[row], usual))
        text = "standard deviation {:.3g}, usual is {:.3g}".format(*deviations)
        found.append((int(living[row]), "silent", Finding(n_samples, 0, text)))
    first: dict[bytes, int] = {}
    for row, sensor in enumerate(living.tolist()):
        identical = first.setdefault(sha256(signals[sensor].tobytes()).digest(), sensor)
        if identical != sensor:
            found.append((sensor, "duplicate", Finding(n_samples, 0, f"identical with sensor {identical}")))
        elif originals[row] >= 0 and not one_motion:
            text = f"proportional to sensor {int(living[originals[row]])}"
            found.append((sensor, "duplicate", Finding(n_samples, 0, text)))
    return found


def _relations(flat: np.ndarray) -> tuple[np.ndarray, np.ndarray, bool]:
    """Compare rows of unit norm (n_channels, n_samples).

    Returns the first earlier row that each is perfectly correlated with, or −1; its largest correlation with
    any other; and whether all are perfectly correlated.
    """
    n_channels = len(flat)
    originals, closest = np.empty(n_channels, dtype=int), np.empty(n_channels)
    one_motion = True
    for start in range(0, n_channels, _BLOCK):
        related = np.abs(flat[start : start + _BLOCK] @ flat.T)
        rows = np.arange(start, start + len(related))
        same = related > 1 - _SAME
        one_motion &= bool(same.all())
        earlier = same & (np.arange(n_channels) < rows[:, None])
        originals[rows] = np.where(earlier.any(axis=1), earlier.argmax(axis=1), -1)
        related[rows - start, rows] = 0.0
        closest[rows] = related.max(axis=1)
    return originals, closest, one_motion
