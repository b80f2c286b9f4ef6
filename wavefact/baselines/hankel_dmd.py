"""Dynamic mode decomposition of the signals and their delays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from wavefact.baselines._dynamics import Dynamics, DynamicsBaseline, fitted, leading, most_delays
from wavefact.baselines._signals import scaled_signals
from wavefact.operators.base import WaveOperator
from wavefact.recording import Recording

__all__ = ["HankelDMD"]

_DELAYS, _RANKS = (20, 50, 100), (None, 6, 10, 16)


@dataclass(frozen=True)
class HankelDMD(DynamicsBaseline):
    """Fit one linear step to the signals with their delays, so that standing waves can swing.

    Attributes
    ----------
    delays : int or None
        None for 100, or fewer: a quarter of the samples, and 800 rows in all.
    rank : int or None
        None for the singular values above the optimal hard threshold, made even.
    n_channels : int
        More channels than these are compressed to as many principal components before.

    References
    ----------
    Arbabi & Mezić, "Ergodic theory, dynamic mode decomposition, and computation of spectral properties of
    the Koopman operator", SIAM J. Applied Dynamical Systems 16 (2017), section 4.

    Examples
    --------
    >>> from wavefact.baselines import HankelDMD
    >>> HankelDMD().title, HankelDMD().package
    ('Hankel DMD', 'PyDMD')
    """

    delays: int | None = None
    rank: int | None = None
    n_channels: int = 10
    title: ClassVar[str] = "Hankel DMD"
    package: ClassVar[str] = "PyDMD"

    def candidates(self, recording: Recording, operator: WaveOperator) -> Iterator[HankelDMD]:
        """Return delays and ranks."""
        yield HankelDMD()
        most = most_delays(min(self.n_channels, recording.n_sensors), recording.n_samples)
        for delays in sorted({min(delays, most) for delays in _DELAYS}):
            for rank in _RANKS:
                yield HankelDMD(delays, rank)

    def _fitted(self, recording: Recording) -> tuple[np.ndarray, Dynamics, float]:
        signals, scale = scaled_signals(recording)
        directions, courses = leading(signals, self.n_channels)
        delays = most_delays(*courses.shape) if self.delays is None else self.delays
        return directions, fitted(courses, delays, self.rank), scale
