"""What one record says of the structure: `Assessment`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wavefact.health.tracks import ModeTracks

__all__ = ["Assessment"]


@dataclass(frozen=True, eq=False)
class Assessment:
    """Hold what one record says of the structure.

    Attributes
    ----------
    time : float [s]
    frequencies, corrected : (n_modes,) arrays [Hz]
        As found, and as they would be at the reference condition; NaN where a mode or a condition is missing.
    shifts : (n_modes,) array
        Relative distance of the corrected frequencies from the healthy ones [-].
    score, threshold : float
        How far the record is from healthy ones, and where the alarm begins.
    p_value : float
        Probability that a healthy record is farther away; NaN where nothing could be judged.
    contributions : (n_modes,) array
        Share of each mode in the score, by its frequency and its shape.
    macs : (n_modes,) array
        Of the shapes with the healthy ones; NaN where a mode is missing.
    shape_contributions : (n_modes,) array
        Share of the shape alone; NaN of modes whose shapes are not judged.
    tracks : ModeTracks
        The records before and this one: what the next is followed from.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> def modes(change):
    ...     found = np.array([2.0, 5.0]) * np.exp(change + 5e-4 * rng.standard_normal(2))
    ...     return wf.ModalModel(found, np.full(2, 0.01), np.array([[0.5, 1.0], [1.0, -0.5]]))
    >>> tracks = wf.track_modes([modes(0.0) for _ in range(100)])
    >>> baseline = wf.learn_baseline(tracks, remove_environment=False)
    >>> baseline.assess(modes(np.array([0.0, -0.02])), 100.0).sentence
    'The structure has changed (...); most of all mode 2, by -2.02 % in frequency.'
    """

    time: float
    frequencies: np.ndarray
    corrected: np.ndarray
    shifts: np.ndarray
    score: float
    threshold: float
    p_value: float
    contributions: np.ndarray
    macs: np.ndarray
    shape_contributions: np.ndarray
    tracks: ModeTracks

    @property
    def is_alarm(self) -> bool:
        """Whether the record is farther from healthy ones than the threshold."""
        return bool(self.score > self.threshold)

    @property
    def sentence(self) -> str:
        """The verdict in words."""
        if not np.isfinite(self.score):
            return "No mode of the healthy state was found, or its conditions are unknown: no verdict."
        rate = f"a healthy structure gives such a record once in {_rounded(1 / max(self.p_value, 1e-12))}"
        if not self.is_alarm:
            return f"No change is seen ({rate})."
        mode = int(np.nanargmax(self.contributions))
        if 2 * np.nan_to_num(self.shape_contributions[mode]) > self.contributions[mode]:
            how = f"in shape (MAC {self.macs[mode]:.4f} with the healthy one)"
        else:
            how = f"by {100 * self.shifts[mode]:+.2f} % in frequency"
        return f"The structure has changed ({rate}); most of all mode {mode + 1}, {how}."


def _rounded(number: float) -> str:
    """Say a number of records in words of two digits."""
    return f"{float(f'{number:.1g}'):,.0f} records" if number < 1e6 else "more than a million records"
