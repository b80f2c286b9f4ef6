"""What drifts is taken off at both ends; decays, and what is neither, stay as they are."""

from __future__ import annotations

import numpy as np
import pytest

from wavefact.modal.drift import without_drift

N = 4000
POLES = np.array([-0.002 + 0.2j, -0.004 + 0.7j])


def decays() -> np.ndarray:
    shapes = np.array([[1.0, 0.5], [-0.3, 2.0]])
    return np.asarray(shapes @ np.exp(POLES[:, None] * np.arange(N)).imag)


def drift() -> np.ndarray:
    share = np.linspace(0, 1, N)
    return np.stack([5 * share**2 - 2 * share + 1, np.exp(2 * share)])


def test_a_smooth_drift_ends_where_it_began_and_as_steep() -> None:
    left = without_drift(decays() + drift(), POLES) - decays()
    edges = left[:, [0, -1]]
    slopes = np.stack([left[:, 1] - left[:, 0], left[:, -1] - left[:, -2]])
    assert np.max(np.abs(edges)) < 1e-3
    assert np.max(np.abs(slopes)) < 2e-5  # of some 1e-3


def test_decays_without_drift_stay() -> None:
    assert np.allclose(without_drift(decays(), POLES), decays(), atol=1e-9)


def test_slow_motion_that_is_no_parabola_stays() -> None:
    slow = np.sin(0.08 * np.arange(N)) * np.ones((2, 1))  # a mode that nobody named
    assert np.array_equal(without_drift(decays() + slow, POLES), decays() + slow)


@pytest.mark.parametrize("poles", [np.zeros(0, dtype=complex), np.array([-1e-5 + 2e-3j])])
def test_signals_stay_where_nothing_says_what_is_slow(poles: np.ndarray) -> None:
    assert np.array_equal(without_drift(drift(), poles), drift())


def test_noise_hides_no_drift_and_grows_none() -> None:
    noise = 0.1 * np.random.default_rng(0).standard_normal((2, N))
    left = without_drift(decays() + drift() + noise, POLES) - decays() - noise
    assert np.max(np.abs(left[:, [0, -1]])) < 0.1
    alone = without_drift(decays() + noise, POLES) - decays() - noise
    assert np.max(np.abs(alone)) < 0.1
