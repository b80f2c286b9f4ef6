"""The automatic wave weight, by prediction of held-out sensors."""

import numpy as np
import pytest
from independent import line_eigenvalues, noise

from wavefact.operators import String
from wavefact.selection import candidate_weights, choose_weight


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
    return coefficients[:, :middle], coefficients[:, middle : 2 * middle]


def weight_for(signals, operator):
    halves, n_samples = halves_of(signals, operator), signals.shape[1] // 2
    return choose_weight(halves, n_samples, operator)


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
