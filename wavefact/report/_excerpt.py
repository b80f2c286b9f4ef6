"""As much of a recording as a report looks at, and what is seen there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from wavefact._arrays import to_numpy
from wavefact.preparation import ChannelFaults, channel_faults
from wavefact.recording import Recording
from wavefact.report._words import duration_text

__all__ = ["Excerpt"]

MOST_NUMBERS = 20_000_000  # of signals that are looked at; of longer recordings it is the beginning


@dataclass(frozen=True, eq=False)
class Excerpt:
    """The beginning of a recording, as long as is looked at; several sections ask for the same of it.

    Attributes
    ----------
    recording : Recording
    note : str
        Says how much was looked at; empty where that is all.
    """

    recording: Recording
    note: str

    @classmethod
    def of(cls, whole: Recording) -> Excerpt:
        """Cut off what is too much to look at."""
        n_samples = max(MOST_NUMBERS // whole.n_sensors, 2)
        if n_samples >= whole.n_samples:
            return cls(whole.load(), "")
        span = f"{n_samples:,} samples"
        if whole.sampling_rate is not None:
            span = duration_text(n_samples / whole.sampling_rate)
        note = f"Quality, spectrum and levels are those of the first {span}."
        return cls(whole.window(0, n_samples).load(), note)

    @property
    def signals(self) -> np.ndarray:
        """(n_sensors, n_samples) array, zero where samples are missing; made anew, for it may be large."""
        return np.nan_to_num(to_numpy(self.recording.signals))

    @cached_property
    def levels(self) -> np.ndarray:
        """Root mean square of each channel about its mean, (n_sensors,)."""
        return np.std(self.signals, axis=1)

    @cached_property
    def faults(self) -> ChannelFaults | None:
        """Faults of channels; none are looked for in complex signals."""
        return None if np.iscomplexobj(self.recording.signals) else channel_faults(self.recording)
