"""FastICA on sources that are independent and not Gaussian."""

from __future__ import annotations

import numpy as np
import pytest

from wavefact.baselines import FastICA, TruncatedSVD
from wavefact.errors import InputError
from wavefact.modal.similarity import mac
from wavefact.operators import String
from wavefact.recording import Recording

pytest.importorskip("sklearn", reason="FastICA is scikit-learn's")

N, M, RATE = 8, 4000, 100.0
STRING = String(N)


def mixed() -> tuple[np.ndarray, Recording]:
    """Return two shapes that are far from orthogonal, moving as a square wave and as Laplacian noise."""
    rng = np.random.default_rng(2)
    shapes = np.stack([np.ones(N), 1.0 + np.linspace(-1.0, 1.0, N)], axis=1)
    sources = np.stack([np.sign(np.sin(2 * np.pi * 3.1 * np.arange(M) / RATE)), rng.laplace(size=M)])
    return shapes, Recording(shapes @ sources + 0.02 * rng.standard_normal((N, M)), RATE)


def test_two_sources_are_separated() -> None:
    shapes, recording = mixed()
    model = FastICA().identify(recording, STRING)
    likeness = mac(shapes, model.mode_shapes)
    assert model.n_modes == 2
    assert sorted(np.argmax(likeness, axis=1)) == [0, 1]
    assert np.min(np.max(likeness, axis=1)) > 0.99
    assert np.max(mac(shapes, TruncatedSVD(2).identify(recording, STRING).mode_shapes)[1]) < 0.99
    assert np.min(np.abs(model.frequencies - 3.1)) < 0.02


def test_cleaned_is_what_principal_components_clean() -> None:
    _, recording = mixed()
    signals = np.asarray(recording.signals)
    means = signals.mean(axis=1, keepdims=True)
    left, values, right = np.linalg.svd(signals - means, full_matrices=False)
    expected = (left[:, :2] * values[:2]) @ right[:2] + means
    np.testing.assert_allclose(FastICA(2).denoise(recording, STRING).signals, expected, atol=1e-9)


def test_noise_alone_has_no_components() -> None:
    noise = Recording(np.random.default_rng(1).standard_normal((N, M)), RATE)
    assert FastICA().identify(noise, STRING).n_modes == 0


def test_an_unknown_contrast_is_refused() -> None:
    with pytest.raises(InputError, match=r"'tanh'.*'logcosh'"):
        FastICA(contrast="tanh")
