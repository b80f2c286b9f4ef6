"""Modes that swing freely from one sample on: after an impact or a release, nothing else moves them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wavefact.modal import ModalModel
from wavefact.modal.poles import continuous_poles

__all__ = ["FreeDecays", "free_decays"]

LATEST = 8  # onsets are looked for in the first part of this many
PER_MODE = 4  # frequency, damping, and two amplitudes


@dataclass(frozen=True, eq=False)
class FreeDecays:
    """Hold the free decays that fit a recording.

    Attributes
    ----------
    explained : (n_sensors, n_samples) array
    criterion : float
        Akaike's: minus twice the log-likelihood, but for a constant, and twice the number of parameters.
    onset : int
        First sample that moves.
    """

    explained: np.ndarray
    criterion: float
    onset: int


def free_decays(signals: np.ndarray, modes: ModalModel, sampling_rate: float) -> FreeDecays | None:
    """Fit amplitudes and phases of free decays, and their onset, to real signals under white noise.

    Parameters
    ----------
    signals : (n_sensors, n_samples) array
    modes : ModalModel
        Frequencies, damping ratios and the real parts of shapes are taken from here.
    sampling_rate : float [Hz]

    Returns
    -------
    FreeDecays or None
        None where there are no modes.

    Notes
    -----
    The motion Σ φ_m Re(c_m e^{s_m t}), t ≥ onset, is linear in the c_m, and the sums of its normal equations
    over t ≥ onset are running sums, so that all onsets cost as much as one.  The shapes then move from those
    of the modes towards those that fit best, by as much as noise does not explain (James & Stein).
    """
    if modes.n_modes == 0:
        return None
    shapes = modes.mode_shapes.real / np.linalg.norm(modes.mode_shapes.real, axis=0)
    waves = _decaying(modes, signals.shape[1], sampling_rate)
    onset, amplitudes = _best_onset(shapes.T @ signals, shapes.T @ shapes, waves)
    waves[:, :onset] = 0.0
    courses = np.add.reduceat(amplitudes[:, None] * waves, np.arange(0, len(waves), 2), axis=0)
    fixed = shapes @ courses
    noise = float(np.mean((signals - fixed) ** 2))
    moved, n_moved = _moved(signals, shapes, courses, noise)
    explained = moved @ courses
    size, left = signals.size, max(float(np.sum((signals - explained) ** 2)), np.finfo(float).tiny)
    criterion = size * (np.log(left / size) + 1) + 2 * (PER_MODE * modes.n_modes + 1 + n_moved)
    return FreeDecays(explained, float(criterion), onset)


def _decaying(modes: ModalModel, n_samples: int, sampling_rate: float) -> np.ndarray:
    """Return real and imaginary part of each e^{st}, one after the other, (2 n_modes, n_samples)."""
    poles = continuous_poles(modes.frequencies, modes.damping_ratios)
    waves = np.exp(poles[:, None] * np.arange(n_samples) / sampling_rate)
    return np.stack([waves.real, waves.imag], axis=1).reshape(-1, n_samples)


def _best_onset(projected: np.ndarray, likeness: np.ndarray, waves: np.ndarray) -> tuple[int, np.ndarray]:
    """Return the onset that explains most, and the amplitudes of the waves from there on."""
    owner = np.arange(len(waves)) // 2
    last = max(1, waves.shape[1] // LATEST)
    targets = _tails(projected[owner] * waves, last)
    best, onset, amplitudes = -np.inf, 0, np.zeros(len(waves))
    products = _tails(waves[:, None] * waves, last) if last * len(waves) ** 2 < 2**24 else None
    for start in range(last if products is not None else 1):
        gram = waves @ waves.T if products is None else products[:, :, start]
        solved = np.linalg.lstsq(likeness[np.ix_(owner, owner)] * gram, targets[:, start], rcond=None)[0]
        gain = float(solved @ targets[:, start])
        if gain > best:
            best, onset, amplitudes = gain, start, solved
    return onset, amplitudes


def _tails(values: np.ndarray, last: int) -> np.ndarray:
    """Return sums over the last axis from each of the first `last` samples to the end."""
    whole = np.sum(values, axis=-1, keepdims=True)
    before = np.cumsum(values[..., :last], axis=-1) - values[..., :last]
    return np.asarray(whole - before)


def _moved(
    signals: np.ndarray, shapes: np.ndarray, courses: np.ndarray, noise: float
) -> tuple[np.ndarray, float]:
    """Return shapes between those given and those of least squares, and how many parameters that took."""
    inverse = np.linalg.pinv(courses @ courses.T)
    change = signals @ courses.T @ inverse - shapes
    by_chance = (len(signals) - 2) * noise * np.diagonal(inverse)
    share = np.maximum(1 - by_chance / np.maximum(np.sum(change**2, axis=0), np.finfo(float).tiny), 0.0)
    return shapes + share * change, float(np.sum(share) * len(signals))
