"""The steps of identification, each by itself: bands, correlations, poles, residues, grouping."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wavefact.errors import InputError
from wavefact.modal.bands import Band, plan_bands, restrict
from wavefact.modal.grouping import group_components, independent_channels
from wavefact.modal.poles import discrete_poles
from wavefact.modal.residues import fit_residues
from wavefact.modal.subspace import correlations, poles_by_order

RATE = 100.0
FREQUENCIES, DAMPING = np.array([4.0, 11.0]), np.array([0.02, 0.005])


def decays(n_samples: int = 400) -> np.ndarray:
    """Three channels of two decaying modes, without noise."""
    times = np.arange(n_samples)
    poles = discrete_poles(FREQUENCIES, DAMPING, RATE)
    courses = np.imag(poles[:, None] ** times * np.array([[1.0], [0.6j]]))
    return np.array([[1.0, 0.5], [-0.7, 1.0], [0.2, 0.9]]) @ courses


def test_correlations_of_a_decay_hold_its_own_exponentials_exactly() -> None:
    # however short: after 60 samples the slow mode has not even decayed to a half
    lagged = correlations(decays(60), 20)
    poles = discrete_poles(FREQUENCIES, DAMPING, RATE)
    powers = poles ** np.arange(1, 21)[:, None]
    design = np.concatenate([powers.real, powers.imag], axis=1)
    data = lagged[1:].reshape(20, -1)
    rest = data - design @ np.linalg.lstsq(design, data, rcond=None)[0]
    assert np.max(np.abs(rest)) < 1e-12 * np.max(np.abs(data))


def test_correlations_by_the_definition() -> None:
    signals = np.random.default_rng(0).standard_normal((2, 12))
    lagged = correlations(signals, 3)
    expected = sum(signals[1, t + 2] * signals[0, t] for t in range(9)) / 9
    assert lagged[2, 1, 0] == pytest.approx(expected)


def test_poles_of_clean_decays_are_exact() -> None:
    poles = poles_by_order(correlations(decays(), 40), 24, RATE, 10)[1]
    order = np.argsort(poles.frequencies)
    assert poles.order == 4
    assert np.allclose(poles.frequencies[order], FREQUENCIES, rtol=1e-8)
    assert np.allclose(poles.damping_ratios[order], DAMPING, rtol=1e-6)


def test_residues_tell_power_shape_and_noise() -> None:
    noise = 0.02 * np.random.default_rng(1).standard_normal((3, 400))
    lagged = correlations(decays() + noise, 50)
    false = np.array([30.0]), np.array([0.01])
    frequencies, damping = np.concatenate([FREQUENCIES, false[0]]), np.concatenate([DAMPING, false[1]])
    residues = fit_residues(lagged, frequencies, damping, RATE)
    verdicts = residues.verdicts(75.0, 0.5)
    assert verdicts == ["", "", "within the noise"]
    assert residues.select(np.array([True, True, False])).frequencies.tolist() == FREQUENCIES.tolist()
    shape = residues.shapes[:, 0] / residues.shapes[0, 0]
    assert np.allclose(shape, [1.0, -0.7, 0.2], atol=0.02)
    assert np.all((residues.purity[:2] > 0.9) & (residues.purity[:2] <= 1))


def test_bands_cover_the_range_once() -> None:
    bands = plan_bands(5, 60_000, 256.0, None)
    assert (bands[0].high, bands[-1].low) == (128.0, 0.0)
    assert all(upper.low == lower.high for upper, lower in pairwise(bands))
    assert all(band.high <= 128.0 / band.factor for band in bands)
    assert len(bands) > 1


def test_a_band_is_slowed_down_without_harm_and_without_drift() -> None:
    times = np.arange(8000) / 200.0
    wave, drift = np.sin(2 * np.pi * 3.0 * times), 50 * np.sin(2 * np.pi * 0.05 * times) + 7
    slow = restrict((wave + drift)[None, :], 200.0, Band(1.0, 8.0, 10))
    assert slow.shape == (1, 800)
    assert np.allclose(slow[0, 100:700], wave[::10][100:700], atol=0.02)


@pytest.mark.parametrize("limits", [(5.0, 2.0), (-1.0, 4.0), (3.0, 3.0), (60.0, 70.0), (np.nan, 4.0)])
def test_impossible_ranges_are_refused(limits: tuple[float, float]) -> None:
    with pytest.raises(InputError, match="range"):
        plan_bands(2, 1000, 100.0, limits)


def test_grouping_needs_both_wavenumber_and_shape() -> None:
    shapes = np.array([[1.0, 1.0, 1.0, 0.99], [1.0, 1.01, -1.0, 1.0]])
    assert group_components(shapes, np.array([0.2, 0.201, 0.2, 0.4])).tolist() == [0, 0, 1, 2]
    assert group_components(np.zeros((3, 0)), np.zeros(0)).size == 0


@given(st.integers(0, 10_000), st.integers(1, 4))
def test_channels_of_a_group_lose_nothing(seed: int, n_components: int) -> None:
    rng = np.random.default_rng(seed)
    factors, courses = rng.standard_normal((9, n_components)), rng.standard_normal((50, n_components))
    doubled = (
        np.concatenate([factors, factors[:, :1]], axis=1),
        np.concatenate([courses, courses[:, :1]], axis=1),
    )
    shapes, signals = independent_channels(*doubled)
    assert shapes.shape[1] == n_components  # the doubled component is no new channel
    assert np.allclose(shapes @ signals, doubled[0] @ doubled[1].T)
    assert np.allclose(shapes.T @ shapes, np.eye(n_components))
