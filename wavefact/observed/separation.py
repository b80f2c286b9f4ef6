"""The automatic bandwidth of time where sensors are few: motions that they see alike differ in frequency.

Few sensors see the shapes of modes at angles far from right ones, so that shrinking one component leaves
traces of it in others.  Filters over time that keep modes apart leave nothing to mix.  They may be wide:
sensors tell at most as many shapes apart as there are sensors, so an even share of the occupied band is what
lies between the modes.
"""

from __future__ import annotations

import numpy as np

from wavefact._arrays import to_numpy
from wavefact._fit_checks import SHORT, time_axis
from wavefact.joint_selection import candidate_bandwidths
from wavefact.observed.observation import Observation
from wavefact.recording import Recording

__all__ = ["APART", "can_separate", "separating_bandwidth"]

FEW = 16  # sensors
APART = 0.4  # least singular value of unit shapes at the sensors that need no filters over time
CLEAR = 20.0  # times the median of the spectrum, which noise hardly exceeds: the occupied band ends there
LONG = 2**15  # samples that tell the band


def can_separate(observation: Observation) -> bool:
    """Tell whether sensors are few, without gaps, and long enough observed to tell frequencies."""
    n_sensors, n_samples = observation.recording.n_sensors, observation.recording.n_samples
    is_few = n_sensors <= FEW and 2 * n_sensors <= observation.operator.n_points
    return observation.mask is None and is_few and n_samples >= SHORT


def separating_bandwidth(recording: Recording) -> float:
    """Return the occupied band over the number of sensors [Hz], no narrower than the duration resolves."""
    time = time_axis(recording, 1)
    signals = to_numpy(recording.window(0, min(LONG, recording.n_samples)).load().signals)
    scaled = signals / (float(np.max(np.abs(signals))) or 1.0)
    power = np.sum(np.abs(np.fft.fft(scaled, axis=1)) ** 2, axis=0)
    power = power[: len(power) // 2 + 1] + power[::-1][: len(power) // 2 + 1]
    clear = np.flatnonzero(power > CLEAR * np.median(power))
    highest = clear.max(initial=0) / signals.shape[1] * time.sampling_rate
    candidates = candidate_bandwidths(time)
    return float(np.clip(highest / len(signals), candidates[0], candidates[-1]))
