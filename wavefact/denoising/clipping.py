"""Clipped channels, and what the others say of them."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Self

import numpy as np

from wavefact._arrays import to_numpy
from wavefact.operators import WaveOperator, condensed
from wavefact.preparation import channel_faults
from wavefact.recording import Recording

__all__ = ["Clipping"]

logger = logging.getLogger("wavefact")

FEWEST = 4  # channels that can speak for others
RANK = 1e-6  # of the largest singular value
N_STEPS = 20
QUIETEST = 1e-9  # of a channel's largest sample: less noise than this cannot be told from rounding


@dataclass(frozen=True, eq=False)
class Clipping:
    """Hold which channels of a recording are clipped.

    Attributes
    ----------
    recording : Recording
    operator : WaveOperator
        Condensed to the other channels.
    clipped : (n_sensors,) array of bool
    """

    recording: Recording
    operator: WaveOperator
    clipped: np.ndarray

    @classmethod
    def of(cls, recording: Recording, operator: WaveOperator) -> Self | None:
        """Return the clipping of a real recording; None where there is none, or nothing can be done."""
        if np.iscomplexobj(to_numpy(recording.signals[:1, :1])):
            return None
        found = sorted(
            {fault.sensor for fault in channel_faults(recording).faults if fault.kind == "clipped"}
        )
        n_left = recording.n_sensors - len(found)
        if not found:
            return None
        if n_left < max(FEWEST, len(found)):
            logger.warning(
                "%d of %d channels are clipped and stay as they are: the other %d are too few to say what "
                "was cut off; leave clipped ones out (select)",
                len(found),
                recording.n_sensors,
                n_left,
            )
            return None
        logger.info("%d clipped channels are repaired by what the other %d say of them", len(found), n_left)
        clipped = np.isin(np.arange(recording.n_sensors), found)
        return cls(recording, condensed(operator, np.flatnonzero(~clipped)), clipped)

    @property
    def others(self) -> Recording:
        """The channels that are not clipped."""
        return self.recording.select(~self.clipped)

    def repaired(self, cleaned: Recording) -> Recording:
        """Return the whole recording, given the other channels without noise."""
        signals = np.array(to_numpy(self.recording.load().signals), dtype=float)
        _, sizes, courses = np.linalg.svd(to_numpy(cleaned.signals), full_matrices=False)
        courses = courses[sizes > RANK * max(sizes[0], np.finfo(float).tiny)]
        for sensor in np.flatnonzero(self.clipped):
            signals[sensor] = _beyond(signals[sensor], courses)
        return self.recording.replace(signals=signals)


def _beyond(values: np.ndarray, courses: np.ndarray) -> np.ndarray:
    """Return the samples of a channel with those at its limits replaced by what is expected beyond them.

    Censored regression on the courses (Tobin 1958) by expectation and maximisation: a sample cut off at c has
    the mean m + σ φ(a)/Φ(−a), a = (c − m)/σ, where m is the motion.
    """
    high, low = values >= values.max(), values <= values.min()
    side, cut = np.where(high, 1.0, -1.0)[high | low], high | low
    solved = np.linalg.lstsq(courses[:, ~cut].T, values[~cut], rcond=None)[0]
    quietest = QUIETEST * float(np.max(np.abs(values)))
    deviation = max(float(np.std(values[~cut] - solved @ courses[:, ~cut])), quietest)
    inverse, filled = np.linalg.pinv(courses), values.copy()
    for _ in range(N_STEPS):
        motion = solved @ courses
        distance = side * (values[cut] - motion[cut]) / deviation
        excess = _mills(distance)
        filled[cut] = motion[cut] + side * deviation * excess
        rest = np.sum((values[~cut] - motion[~cut]) ** 2) + deviation**2 * np.sum(1 + distance * excess)
        solved, deviation = filled @ inverse, max(float(np.sqrt(rest / values.size)), quietest)
    return filled


def _mills(distance: np.ndarray) -> np.ndarray:
    """Return φ(a)/Φ(−a), the mean of a normal variable above a, in logarithms lest it vanish."""
    from scipy.special import log_ndtr

    return np.asarray(np.exp(-0.5 * distance**2 - 0.5 * np.log(2 * np.pi) - log_ndtr(-distance)))
