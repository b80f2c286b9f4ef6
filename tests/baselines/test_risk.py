"""Estimates of the error are right where the truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wavefact.baselines._risk import (
    angles,
    best_run,
    cosine_coefficients,
    cosine_signals,
    linear_risk,
    noise_variance,
    spaced_integers,
    subtraction_gain,
    subtraction_risk,
)


@given(values=st.lists(st.integers(-9, 9), min_size=1, max_size=12))
def test_the_best_run_has_the_largest_sum(values: list[int]) -> None:
    first, last = best_run(np.array(values, dtype=float))
    runs = [sum(values[i : j + 1]) for i in range(len(values)) for j in range(i, len(values))]
    assert 0 <= first <= last < len(values)
    assert sum(values[first : last + 1]) == max(runs)


@pytest.mark.parametrize("n_channels", [1, 3, 60])
def test_the_noise_is_found_under_tones(n_channels: int) -> None:
    rng, times = np.random.default_rng(0), np.arange(60_000 // n_channels)
    tones = 30 * np.sin(0.2 * times) + 20 * np.sin(0.7 * times + 1) + 5 * np.sin(2.5 * times)
    signals = tones + 0.5 * rng.standard_normal((n_channels, times.size))
    assert noise_variance(signals) == pytest.approx(0.25, rel=0.04)


def test_the_cosine_transform_is_orthonormal_and_diagonalises_symmetric_filters() -> None:
    signals = np.random.default_rng(1).standard_normal((2, 31))
    coefficients = cosine_coefficients(signals)
    assert np.sum(coefficients**2) == pytest.approx(np.sum(signals**2))
    np.testing.assert_allclose(cosine_signals(coefficients), signals, atol=1e-12)
    mirrored = np.pad(signals, ((0, 0), (1, 1)), mode="symmetric")
    filtered = (mirrored[:, :-2] + mirrored[:, 1:-1] + mirrored[:, 2:]) / 3
    gain = (1 + 2 * np.cos(angles(31))) / 3
    np.testing.assert_allclose(cosine_coefficients(filtered), gain * coefficients, atol=1e-12)


def test_the_linear_risk_is_the_error_but_for_a_constant() -> None:
    rng, signal, gain = (
        np.random.default_rng(2),
        np.array([5.0, 2.0, 0.5, 0.0]),
        np.array([1.0, 0.9, 0.3, 0.1]),
    )
    noisy = signal + 0.7 * rng.standard_normal((200_000, 4))
    error = np.mean(np.sum((gain * noisy - signal) ** 2, axis=1))
    risk = linear_risk(np.mean(noisy**2, axis=0), gain, 0.49)
    assert risk - 4 * 0.49 == pytest.approx(error, rel=0.02)


def test_the_risk_of_subtraction_has_the_exact_divergence() -> None:
    values = np.random.default_rng(3).normal(scale=[[3.0], [0.5], [1.0]], size=(3, 4))
    subtracted, noise = 1.2, 0.8

    def shrunken(values: np.ndarray) -> np.ndarray:
        return values * subtraction_gain(np.mean(values**2, axis=1, keepdims=True), subtracted)

    step, divergence = 1e-6, 0.0
    for place in np.ndindex(values.shape):
        moved = np.zeros_like(values)
        moved[place] = step
        divergence += (shrunken(values + moved) - shrunken(values - moved))[place] / (2 * step)
    power = np.broadcast_to(np.mean(values**2, axis=1, keepdims=True), values.shape)
    expected = np.sum((shrunken(values) - values) ** 2) + 2 * noise * divergence
    assert subtraction_risk(values**2, power, subtracted, noise, 4) == pytest.approx(expected, rel=1e-6)


def test_nothing_is_divided_by_zero() -> None:
    nothing = np.zeros(3)
    np.testing.assert_array_equal(subtraction_gain(nothing, 0.0), 1.0)
    assert subtraction_risk(nothing, nothing, 0.0, 1.0, 1) == pytest.approx(6.0)


def test_spaced_integers_rise_in_steps_between_the_limits() -> None:
    widths = spaced_integers(3, 100, 6, step=2)
    assert (widths[0], widths[-1]) == (3, 99)
    assert set(np.diff(widths) % 2) == {0}
    assert spaced_integers(5, 2, 4) == [5]
