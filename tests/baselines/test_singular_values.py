"""Truncation, shrinkage and soft thresholding of singular values against what defines them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq

from wavefact.baselines import NuclearNorm, OptimalShrinkage, TruncatedSVD
from wavefact.baselines.svd import hard_threshold
from wavefact.errors import InputError
from wavefact.operators import String
from wavefact.recording import Recording

N, M = 60, 300
STRING = String(N)


def spiked(noise: float, seed: int = 0) -> tuple[np.ndarray, Recording]:
    """Return a matrix of rank 4 with singular values around √m, and a recording of it in noise."""
    rng = np.random.default_rng(seed)
    left, right = (np.linalg.qr(rng.standard_normal((size, 4)))[0] for size in (N, M))
    clean = (left * (np.sqrt(M) * np.array([4.0, 2.5, 1.6, 1.1]))) @ right.T
    return clean, Recording(clean + noise * rng.standard_normal((N, M)), 100.0)


@pytest.mark.parametrize("noise", [0.3, 1.0])
@pytest.mark.parametrize("regularization", [None, 5.0])
def test_nuclear_norm_satisfies_the_conditions_of_its_optimum(
    noise: float, regularization: float | None
) -> None:
    _, recording = spiked(noise)
    result = np.asarray(NuclearNorm(regularization).denoise(recording, STRING).signals)
    rest = np.asarray(recording.signals) - result
    weight = float(np.linalg.norm(rest, 2))  # the largest singular value left is λ, where one is lowered
    if regularization is not None:
        assert weight == pytest.approx(regularization)
    assert np.linalg.matrix_rank(result, 1e-6) > 0
    assert np.sum(rest * result) == pytest.approx(weight * np.linalg.norm(result, "nuc"))


def test_nuclear_norm_finds_nothing_in_noise() -> None:
    noise = Recording(np.random.default_rng(1).standard_normal((N, M)), 100.0)
    assert NuclearNorm().identify(noise, STRING).n_modes <= 1


def test_nuclear_norm_tries_its_automatic_weight() -> None:
    _, recording = spiked(1.0)
    automatic = np.asarray(NuclearNorm().denoise(recording, STRING).signals)
    results = [
        setting.denoise(recording, STRING).signals for setting in NuclearNorm().candidates(recording, STRING)
    ]
    assert any(np.allclose(automatic, result, atol=1e-9) for result in results)


@pytest.mark.parametrize("seed", range(3))
def test_shrinkage_loses_little_more_than_the_best_singular_values(seed: int) -> None:
    clean, recording = spiked(1.0, seed)
    left, values, right = np.linalg.svd(np.asarray(recording.signals), full_matrices=False)
    truth = np.maximum(np.sum((left.T @ clean) * right, axis=1), 0.0)  # best for these singular vectors

    def loss(diagonal: np.ndarray) -> float:
        return float(np.sum((clean - (left * diagonal) @ right) ** 2))

    result = np.asarray(OptimalShrinkage().denoise(recording, STRING).signals)
    shrunk = float(np.sum((clean - result) ** 2))
    assert shrunk < 1.05 * loss(truth)
    soft, hard = np.maximum(values - np.sqrt(N) - np.sqrt(M), 0.0), np.where(np.arange(N) < 4, values, 0.0)
    assert shrunk < min(loss(soft), loss(hard))


def test_shrinkage_without_noise_keeps_the_recording() -> None:
    clean, recording = spiked(0.0)
    result = OptimalShrinkage(0.0).denoise(recording, STRING)
    np.testing.assert_allclose(result.signals, clean, atol=1e-12)


@pytest.mark.parametrize("ratio", [0.05, 0.3, 0.7, 1.0])
def test_hard_threshold_is_that_of_the_marchenko_pastur_law(ratio: float) -> None:
    low, high = (1 - np.sqrt(ratio)) ** 2, (1 + np.sqrt(ratio)) ** 2

    def mass(upper: float) -> float:
        return float(
            quad(lambda t: np.sqrt(max((high - t) * (t - low), 0.0)) / (2 * np.pi * ratio * t), low, upper)[0]
        )

    median = brentq(lambda upper: mass(upper) - 0.5, low + 1e-6, high)
    known = np.sqrt(2 * (ratio + 1) + 8 * ratio / (ratio + 1 + np.sqrt(ratio**2 + 14 * ratio + 1)))
    assert hard_threshold((int(100 * ratio), 100)) == pytest.approx(known / np.sqrt(median), abs=0.02)


def test_truncation_counts_no_rounding() -> None:
    clean, recording = spiked(0.0)
    assert TruncatedSVD().identify(recording, STRING).n_modes == 4
    np.testing.assert_allclose(TruncatedSVD().denoise(recording, STRING).signals, clean, atol=1e-12)


@pytest.mark.parametrize(
    ("baseline", "name"),
    [(OptimalShrinkage, "noise"), (NuclearNorm, "regularization"), (TruncatedSVD, "n_components")],
)
@pytest.mark.parametrize("value", [-1, np.nan])
def test_settings_out_of_range_are_refused(baseline: type, name: str, value: float) -> None:
    with pytest.raises(InputError, match=f"{name} is {value}"):
        baseline(**{name: value})
