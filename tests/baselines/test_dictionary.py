"""Dictionary learning on data of low rank."""

from __future__ import annotations

import numpy as np
import pytest

from wavefact.baselines import DictionaryLearning
from wavefact.metrics import relative_error
from wavefact.modal.similarity import mac
from wavefact.operators import String
from wavefact.recording import Recording

pytest.importorskip("sklearn", reason="dictionary learning is scikit-learn's")

N, M = 12, 300
STRING = String(N)


def low_rank(noise: float) -> tuple[np.ndarray, np.ndarray, Recording]:
    """Return three orthonormal shapes of which one moves at a time, the clean signals and the recording."""
    rng = np.random.default_rng(5)
    shapes = np.linalg.qr(rng.standard_normal((N, 3)))[0]
    courses = np.where(np.arange(M) % 3 == np.arange(3)[:, None], rng.standard_normal((3, M)), 0.0)
    clean = shapes @ courses
    return shapes, clean, Recording(clean + noise * rng.standard_normal((N, M)), 100.0)


def test_data_of_low_rank_are_reproduced() -> None:
    _, clean, recording = low_rank(0.0)
    assert relative_error(DictionaryLearning().denoise(recording, STRING).signals, clean) < 1e-4


def test_shapes_that_move_one_at_a_time_are_found() -> None:
    shapes, clean, recording = low_rank(0.05)
    model = DictionaryLearning(penalty=2.0).identify(recording, STRING)
    assert model.n_modes == 3
    assert np.min(np.max(mac(shapes, model.mode_shapes), axis=1)) > 0.98
    result = DictionaryLearning(penalty=2.0).denoise(recording, STRING)
    assert relative_error(result.signals, clean) < 0.7 * relative_error(recording.signals, clean)


def test_a_large_penalty_leaves_nothing() -> None:
    _, _, recording = low_rank(0.05)
    result = DictionaryLearning(3, penalty=1e3).denoise(recording, STRING)
    assert not np.any(result.signals)
