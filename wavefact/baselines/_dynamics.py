"""Dynamic mode decomposition of few channels with delays: what the baselines that call PyDMD share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import NamedTuple

import numpy as np

from wavefact.baselines._packages import imported, quiet
from wavefact.baselines._poles import continuous_poles, modes_of_poles
from wavefact.baselines._signals import cleaned
from wavefact.baselines.svd import hard_threshold
from wavefact.errors import InputError
from wavefact.modal.model import ModalModel
from wavefact.operators.base import WaveOperator
from wavefact.recording import Recording, rate_of

__all__ = ["Dynamics", "DynamicsBaseline", "even_rank", "fitted", "hankel", "leading", "most_delays"]

_MOST_ROWS = 800  # of the matrix of delays; its decomposition takes a quarter of a second at 1000 samples
_MOST_DELAYS = 100
_MOST_RANK = 24  # chosen automatically: twelve modes; of ambient vibration the threshold lets a hundred pass
_ROUNDING = 1e-10  # of the largest singular value


class Dynamics(NamedTuple):
    """A sum of exponentials: Σ shape · amplitude · eigenvalueᵗ.

    Attributes
    ----------
    eigenvalues : (rank,) complex array
        From one sample to the next.
    shapes : (n_rows, rank) complex array
    amplitudes : (rank,) complex array
    """

    eigenvalues: np.ndarray
    shapes: np.ndarray
    amplitudes: np.ndarray

    def course(self, n_samples: int) -> np.ndarray:
        """Return the sum at samples 0 to n_samples − 1, its real part, as (n_rows, n_samples) array."""
        with np.errstate(all="ignore"):
            powers = np.vander(self.eigenvalues, n_samples, increasing=True)
            return np.asarray(((self.shapes * self.amplitudes) @ powers).real)

    def energies(self, n_samples: int) -> np.ndarray:
        """Return the sum of squares of each exponential over all rows and samples, (rank,)."""
        with np.errstate(all="ignore"):
            powers = np.vander(np.abs(self.eigenvalues) ** 2, n_samples, increasing=True)
            squares = np.abs(self.amplitudes) ** 2 * np.sum(np.abs(self.shapes) ** 2, axis=0)
            return np.nan_to_num(np.asarray(squares * np.sum(powers, axis=1)), nan=0.0)

    def poles(self, sampling_rate: float) -> np.ndarray:
        """Return the eigenvalues as poles [rad/s]."""
        return continuous_poles(self.eigenvalues, sampling_rate)


class DynamicsBaseline(ABC):
    """Clean by a sum of exponentials in a few directions, and take those that swing for modes."""

    @abstractmethod
    def _fitted(self, recording: Recording) -> tuple[np.ndarray, Dynamics, float]:
        """Return the directions (n_sensors, n_channels), the exponentials in them, and the scale of both."""

    def denoise(self, recording: Recording, operator: WaveOperator) -> Recording:
        """Return the sum of all exponentials from the first sample on."""
        directions, dynamics, scale = self._fitted(recording)
        return cleaned(recording, directions @ dynamics.course(recording.n_samples), scale)

    def identify(self, recording: Recording, operator: WaveOperator) -> ModalModel:
        """Take each exponential that swings for a mode."""
        rate, (directions, dynamics, _) = rate_of(recording), self._fitted(recording)
        energies = dynamics.energies(recording.n_samples)
        return modes_of_poles(dynamics.poles(rate), directions @ dynamics.shapes, energies, recording)


def leading(signals: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the first principal directions of many channels, and courses: signals ≈ directions · courses.

    Few channels stay as many as they are, less those that rounding alone makes.
    """
    left, values, right = np.linalg.svd(signals, full_matrices=False)
    kept = min(most, int(np.sum(values > _ROUNDING * values[0])))
    return left[:, :kept], values[:kept, None] * right[:kept]


def hankel(signals: np.ndarray, delays: int) -> np.ndarray:
    """Stack the signals, each time a sample later: (delays · n_rows, n_samples − delays + 1)."""
    n_columns = signals.shape[1] - delays + 1
    return np.concatenate([signals[:, delay : delay + n_columns] for delay in range(delays)])


def even_rank(matrix: np.ndarray) -> int:
    """Return how many singular values are above the optimal hard threshold, made even, 2 to 24.

    A swinging mode is a pair of exponentials.
    """
    values = np.linalg.svd(matrix, compute_uv=False)
    threshold = max(hard_threshold(matrix.shape) * np.median(values), _ROUNDING * values[0])
    above = int(np.sum(values > threshold))
    return min(max(above + above % 2, 2), len(values), _MOST_RANK)


def most_delays(n_rows: int, n_samples: int) -> int:
    """Return the delays that are chosen automatically: many, as long as there are few rows in all."""
    return max(1, min(_MOST_ROWS // n_rows, n_samples // 4, _MOST_DELAYS))


def fitted(signals: np.ndarray, delays: int, rank: int | None) -> Dynamics:
    """Run the exact DMD of PyDMD on signals and their delays.

    Parameters
    ----------
    signals : (n_rows, n_samples) array
    delays : int
        1 for none.
    rank : int or None
        None for `even_rank` of the matrix of delays.

    Raises
    ------
    InputError
        If there are too few samples, or a setting is out of its range.
    MissingPackageError
        If PyDMD is not installed.
    """
    n_rows, n_samples = signals.shape
    if n_samples < delays + 2:
        raise InputError(f"{n_samples} samples came for {delays} delays; at least {delays + 2} are needed.")
    if delays < 1 or (rank is not None and rank < 1):
        raise InputError(f"delays is {delays} and rank {rank}; give integers from 1.")
    stacked = hankel(signals, delays)
    used = even_rank(stacked) if rank is None else min(rank, *stacked.shape)
    with quiet():
        module = imported("pydmd", "PyDMD")
        decomposition = module.HankelDMD(svd_rank=used, exact=True, opt=True, d=delays)
        decomposition.fit(signals)
        found = decomposition.eigs, decomposition.modes[:n_rows], decomposition.amplitudes
    return Dynamics(*(np.asarray(part, dtype=complex) for part in found))
