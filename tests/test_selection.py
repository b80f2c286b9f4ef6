"""The automatic weights: noise level, threshold of pure noise, wave weight."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from independent import dense_polar, line_eigenvalues, noise

from wavefact import selection
from wavefact.operators import String
from wavefact.problem import Axis
from wavefact.selection import candidate_weights, choose_weight, noise_level, noise_threshold


def gram(signals):
    return signals @ signals.conj().T


@pytest.mark.parametrize("n_components", [0, 1, 5])
@pytest.mark.parametrize("shape", [(40, 400), (40, 40), (60, 25), (30, 10_000)])
@pytest.mark.parametrize("is_complex", [False, True])
def test_noise_level_under_strong_components(rng, shape, n_components, is_complex):
    sigma = 0.37
    quiet = sigma * noise(rng, *shape, is_complex) / (2**0.5 if is_complex else 1.0)
    loud = noise(rng, shape[0], n_components) @ noise(rng, n_components, shape[1])
    assert noise_level(gram(quiet + 5 * loud), shape[1]) == pytest.approx(sigma, rel=0.05)


@given(st.integers(0, 10**6), st.floats(-3, 3))
def test_noise_level_scales_with_the_signals(seed, log_size):
    signals = noise(np.random.default_rng(seed), 8, 30)
    size = 10.0**log_size
    expected = size * noise_level(gram(signals), 30)
    assert noise_level(gram(size * signals), 30) == pytest.approx(expected, rel=1e-9)


def test_noise_level_of_silence_is_zero():
    assert noise_level(np.zeros((5, 5)), 9) == 0.0
    assert noise_level(np.ones((2, 2)), 1) > 0.0


@pytest.mark.parametrize("weight", [0.0, 10.0, 1e4])
@pytest.mark.parametrize("is_complex", [False, True])
def test_threshold_is_above_pure_noise_but_not_far(weight, is_complex):
    eigenvalues, n_samples, rng = line_eigenvalues(20), 60, np.random.default_rng(11)
    threshold = noise_threshold(Axis(eigenvalues, weight), n_samples, is_complex, rng)
    root = 2**-0.5 if is_complex else 1.0
    polars = [
        dense_polar(root * noise(rng, 20, n_samples, is_complex), eigenvalues, weight, 200) for _ in range(60)
    ]
    assert np.mean(polars < threshold) >= 58 / 60
    assert threshold < 1.25 * np.mean(polars)


def test_threshold_repeats_with_the_generator():
    axis = Axis(line_eigenvalues(12), 50.0)
    first, second, other = (noise_threshold(axis, 40, False, np.random.default_rng(s)) for s in (3, 3, 4))
    assert first == second != other


@pytest.mark.parametrize("n_samples", [1, 4, 12, 50])
@pytest.mark.parametrize("is_complex", [False, True])
def test_bartlett_factors_have_the_mean_gram_matrix_of_noise(n_samples, is_complex):
    rng = np.random.default_rng(5)
    factors = [selection._bartlett(6, n_samples, is_complex, rng) for _ in range(4000)]
    mean = sum(gram(factor) for factor in factors) / len(factors)
    np.testing.assert_allclose(mean, n_samples * np.eye(6), atol=0.1 * n_samples**0.5 + 0.02 * n_samples)
    spread = np.std([gram(factor)[1, 1].real for factor in factors])
    assert spread == pytest.approx((n_samples * (1 if is_complex else 2)) ** 0.5, rel=0.1)


@pytest.mark.parametrize("ratio", [0.01, 0.3, 0.99])
def test_marchenko_pastur_median(ratio):
    rng = np.random.default_rng(1)
    n_samples = 1200
    n = round(ratio * n_samples)
    values = np.linalg.eigvalsh(gram(noise(rng, n, n_samples))) / n_samples
    assert selection._marchenko_pastur_median(n / n_samples) == pytest.approx(np.median(values), rel=0.03)


def test_candidates_go_from_all_of_the_spectrum_to_one_eigenvalue():
    eigenvalues = line_eigenvalues(30)
    candidates = candidate_weights(eigenvalues)
    assert np.all(np.diff(candidates) > 0)
    assert candidates[0] == pytest.approx((eigenvalues[-1] - eigenvalues[0]) ** -2.0)
    assert candidates[-1] ** -0.5 < np.diff(eigenvalues).max()
    np.testing.assert_allclose(candidate_weights(10 * eigenvalues[::-1]), candidates / 100, rtol=1e-9)
    assert candidate_weights(np.full(4, 2.0)).tolist() == [0.0]
    assert np.all(np.isfinite(candidate_weights(np.array([0.0, 0.0, 1.0, 1.0]))))


def halves_of(signals, operator):
    middle = signals.shape[1] // 2
    coefficients = operator.analyze(signals)
    return gram(coefficients[:, :middle]), gram(coefficients[:, middle : 2 * middle])


def weight_for(signals, operator):
    halves, n_samples = halves_of(signals, operator), signals.shape[1] // 2
    return choose_weight(halves, n_samples, operator.eigenvalues, operator.basis)


def test_waves_under_noise_take_a_narrow_filter_and_other_shapes_a_wide_one(rng):
    operator = String(24)
    points, times = np.arange(1, 25) / 25, np.arange(300)
    waves = np.outer(np.sin(3 * np.pi * points), np.cos(0.31 * times))
    waves += np.outer(np.sin(5 * np.pi * points), np.sin(0.83 * times))
    others = noise(rng, 24, 2) @ noise(rng, 2, 300)
    candidates = candidate_weights(operator.eigenvalues)
    quiet = 0.5 * noise(rng, 24, 300)
    assert weight_for(waves + quiet, operator) > candidates[2]
    assert weight_for(2 * others + quiet, operator) == candidates[0]


def test_silent_or_noiseless_halves_are_no_obstacle(rng):
    operator = String(8)
    signals = np.outer(np.arange(8.0), np.sin(0.4 * np.arange(60)))
    candidates = candidate_weights(operator.eigenvalues)
    assert weight_for(signals, operator) in candidates
    signals[:, :30] = 0
    assert weight_for(signals, operator) in candidates
    assert weight_for(noise(rng, 8, 60, True), operator) in candidates
