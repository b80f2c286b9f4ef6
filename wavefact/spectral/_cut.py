"""How recordings of forces and responses are cut into segments, steady ones or impacts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from wavefact.errors import InputError
from wavefact.spectral._segments import effective_averages, segment_spectra

__all__ = ["Cut", "are_impacts"]

ABOVE_ZERO = slice(1, None)
MOST, SHORT = 0.9, 0.01  # of a force's energy; share of its samples in which an impact has that


@dataclass(frozen=True, eq=False)
class Cut:
    """Say where segments begin, and what they are multiplied by.

    Attributes
    ----------
    window : (length,) array
        Of steady segments, or the exponential of impacts.
    step : int
        Samples from the start of one segment to that of the next.
    keep_mean : bool
        Whether segments keep their means, as transients must.
    force_samples : float
        Of impacts: samples around the largest force that are kept.
    """

    window: np.ndarray
    step: int
    keep_mean: bool = False
    force_samples: float = np.inf

    @classmethod
    def steady(cls, length: int, window: str, overlap: float) -> Cut:
        """Return overlapping segments behind a window of scipy's."""
        from scipy.signal import get_window

        if not 0 <= overlap < 1:
            raise InputError(f"overlap is {overlap!r}; expected a share from 0 to below 1.")
        try:
            values = np.asarray(get_window(window, length))
        except ValueError as error:
            raise InputError(
                f'window is {window!r}; expected "impact", or one of scipy.signal.get_window.'
            ) from error
        return cls(values, max(1, round(length * (1 - overlap))))

    @classmethod
    def impacts(
        cls, length: int, sampling_rate: float, force_duration: float | None, decay_time: float | None
    ) -> Cut:
        """Return segments one behind the other, with a force window and an exponential one."""
        for name, value in (("force_duration", force_duration), ("decay_time", decay_time)):
            if value is not None and not 0 < value < np.inf:
                raise InputError(f"{name} is {value!r}; expected seconds > 0, or None for no such window.")
        rate = 0.0 if decay_time is None else 1.0 / (decay_time * sampling_rate)
        kept = np.inf if force_duration is None else force_duration * sampling_rate
        return cls(np.exp(-rate * np.arange(length)), length, True, kept)

    @property
    def length(self) -> int:
        """Samples of a segment."""
        return int(self.window.size)

    def count(self, n_samples: int) -> int:
        """Return how many segments a recording holds."""
        return (n_samples - self.length) // self.step + 1

    def averages(self, n_samples: int) -> float:
        """Return how many independent segments a recording holds."""
        n_segments = self.count(n_samples)
        return n_segments if self.keep_mean else effective_averages(self.window, self.step, n_segments)

    def spectra(self, forces: np.ndarray, responses: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield transforms (n_channels, n_segments, n_lines) of both, of some segments at a time."""
        if np.isfinite(self.force_samples):
            forces = self._gated(forces)
        both = np.concatenate([forces, responses])
        for block in segment_spectra(both, self.window, self.step, ABOVE_ZERO, keep_mean=self.keep_mean):
            yield block[: len(forces)], block[len(forces) :]

    def _gated(self, forces: np.ndarray) -> np.ndarray:
        """Keep each segment's forces around their largest value only."""
        gated = np.zeros_like(forces)
        samples = np.arange(self.length)
        for start in range(0, self.count(forces.shape[1]) * self.step, self.step):
            part = forces[:, start : start + self.length]
            peaks = np.argmax(np.abs(part), axis=1)
            beyond = 2 * np.abs(samples - peaks[:, None]) / self.force_samples - 1  # 0 to 1 in the cosines
            gate = 0.5 + 0.5 * np.cos(np.pi * np.clip(beyond, 0.0, 1.0))
            gated[:, start : start + self.length] = part * gate
        return gated


def are_impacts(forces: Sequence[np.ndarray]) -> bool:
    """Say whether all forces, (n_inputs, n_samples) arrays, are short blows and next to nothing between."""
    for force in forces:
        powers = np.sort((force - np.median(force, axis=1, keepdims=True)) ** 2, axis=1)
        loudest = powers[:, -max(round(SHORT * force.shape[1]), 1) :]
        if np.any(np.sum(loudest, axis=1) < MOST * np.sum(powers, axis=1)) or not np.all(powers[:, -1] > 0):
            return False
    return True
