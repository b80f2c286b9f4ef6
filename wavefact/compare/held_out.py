"""Scores without truth: predict sensors that are left out, in the half of the recording that was not seen.

What a method calls signal in the first half says how the sensors move together.  In the second half every
fourth sensor is hidden and predicted from the others by that relation alone, so that a method which keeps
noise, or loses a wave, predicts worse.
"""

from __future__ import annotations

import math

import numpy as np

from wavefact._arrays import to_numpy
from wavefact.modal import ModalModel
from wavefact.recording import Recording

__all__ = ["explained_by", "halves", "held_out_error"]

N_FOLDS = 4
LEAST_NOISE = 1e-6  # of the mean power, so that what keeps everything can be inverted


def halves(recording: Recording) -> tuple[Recording, Recording]:
    """Return the first and the second half of a recording."""
    middle = recording.n_samples // 2
    return recording.window(0, middle), recording.window(middle, 2 * middle)


def explained_by(model: ModalModel, recording: Recording) -> np.ndarray:
    """Return the part of the signals that a model's shapes can make, (n_sensors, n_samples)."""
    shapes, signals = model.mode_shapes, to_numpy(recording.load().signals)
    if model.n_modes == 0:
        return np.zeros_like(signals)
    both = np.concatenate([shapes.real, shapes.imag], axis=1) if np.iscomplexobj(shapes) else shapes
    vectors, sizes, _ = np.linalg.svd(both, full_matrices=False)
    basis = vectors[:, sizes > 1e-6 * sizes[0]]
    return np.asarray(basis @ (basis.T @ signals))


def held_out_error(explained: np.ndarray, seen: Recording, unseen: Recording) -> float:
    """Return the error of predicting hidden sensors of `unseen`, over their root mean square.

    NaN where a half is silent.

    Parameters
    ----------
    explained : (n_sensors, n_samples) array
        What the method calls signal in `seen`.
    seen, unseen : Recording

    Notes
    -----
    With S the covariance of what is explained and σ² the mean power of what is not, hidden sensors h are
    predicted as S_hk (S_kk + σ² I)⁻¹ y_k from the others k, the best linear prediction if both were right.
    Each of four interleaved sets of sensors is hidden once.
    """
    first, second = (to_numpy(half.load().signals).astype(float) for half in (seen, unseen))
    scale = float(np.max(np.abs(first)))
    if scale == 0.0 or not np.any(second):
        return math.nan
    explained, first, second = explained.astype(float) / scale, first / scale, second / scale
    covariance = explained @ explained.T / explained.shape[1]
    noise = float(np.mean((first - explained) ** 2)) + LEAST_NOISE * float(np.mean(first**2))
    folds = np.arange(len(first)) % min(N_FOLDS, len(first))
    missed = 0.0
    for fold in np.unique(folds):
        hidden, others = folds == fold, folds != fold
        known = covariance[np.ix_(others, others)] + noise * np.eye(int(np.sum(others)))
        predicted = covariance[np.ix_(hidden, others)] @ np.linalg.solve(known, second[others])
        missed += float(np.sum((second[hidden] - predicted) ** 2))
    return float(np.sqrt(missed / np.sum(second**2)))
