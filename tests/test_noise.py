"""The noise floor and the regularization that follows from it."""

from __future__ import annotations

import numpy as np
import pytest

from wavefact.fit import factorize
from wavefact.noise import FLOOR, noise_floor, noise_mixing
from wavefact.noise_polar import noise_threshold
from wavefact.operators import Beam, String
from wavefact.polar import polar
from wavefact.problem import Axis
from wavefact.recording import Recording
from wavefact.ritz import ritz


def noise(shape, deviation, seed, complex_noise=False):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=shape)
    return deviation * ((values + 1j * rng.normal(size=shape)) / np.sqrt(2) if complex_noise else values)


@pytest.mark.parametrize("shape", [(40, 600), (12, 5000), (60, 45)])
@pytest.mark.parametrize("n_components", [0, 3])
def test_white_noise_under_components_is_measured(shape, n_components):
    rng = np.random.default_rng(7)
    signals = noise(shape, 0.3, 1)
    for _ in range(n_components):
        signals = signals + 5 * np.outer(rng.normal(size=shape[0]), rng.normal(size=shape[1]))
    floor = noise_floor(signals @ signals.T, shape[1])
    assert floor.deviation == pytest.approx(0.3, rel=0.06)
    assert floor.n_effective > 0.5 * shape[1]


def test_coloured_noise_is_worth_fewer_samples():
    white = noise((30, 8000), 1.0, 2)
    smooth = sum(np.roll(white, lag, axis=1) for lag in range(8)) / np.sqrt(8)
    floor = noise_floor(smooth @ smooth.T, 8000)
    assert floor.deviation == pytest.approx(1.0, rel=0.05)
    assert 600 < floor.n_effective < 3000
    axis = Axis(String(30).eigenvalues, 100.0)
    rng = np.random.default_rng(0)
    threshold = noise_threshold(axis, floor.n_effective, False, rng)
    regularization = floor.regularization(8000, threshold)
    gram = String(30).analyze(String(30).analyze(smooth @ smooth.T).T)
    assert polar(gram, axis, rtol=1e-3).upper < regularization


def test_eigenvalues_without_a_bulk_are_called_so():
    rng = np.random.default_rng(0)
    left, right = np.linalg.qr(rng.normal(size=(40, 40)))[0], np.linalg.qr(rng.normal(size=(300, 40)))[0]
    falling = left * np.geomspace(1.0, 1e-4, 40) @ right.T
    floor = noise_floor(falling @ falling.T, 300)
    assert not floor.is_visible
    assert 1e-4 < floor.deviation * np.sqrt(300) < 0.1
    white = noise((40, 300), 1.0, 1)
    assert noise_floor(white @ white.T, 300).is_visible


@pytest.mark.parametrize("n_sensors", [2, 3, 7, 15])
def test_any_eigenvalues_have_a_floor(n_sensors):
    rng = np.random.default_rng(n_sensors)
    for _ in range(100):
        powers = 10.0 ** rng.uniform(-6, 0, n_sensors)
        floor = noise_floor(np.diag(powers), 1875)
        assert 0 < floor.deviation <= np.sqrt(powers.max())
        assert 0 < floor.n_effective <= 1875


def test_leaving_out_ends_where_a_tighter_match_admits_more():
    powers = [0.69, 0.89, 1.16, 1.16, 1.19, 1.2, 1.25, 1.48, 1.55, 1.8, 1.89, 2.87]
    floor = noise_floor(np.diag(powers), 1875)
    assert floor.is_visible
    assert powers[0] < 1875 * floor.deviation**2 < powers[-1]


def test_noise_free_signals_have_the_floor_of_rounding():
    signals = np.outer(np.arange(1.0, 9.0), np.sin(np.arange(500)))
    floor = noise_floor(signals @ signals.T, 500)
    assert floor.deviation == pytest.approx(FLOOR * np.sqrt(np.mean(signals**2)))
    assert floor.n_effective == 500


@pytest.mark.parametrize("complex_noise", [False, True])
@pytest.mark.parametrize(
    ("operator", "weight"), [(String(25, ends="fixed-free"), 1e3), (Beam(20), 10.0), (String(15), 0.0)]
)
def test_noise_rarely_exceeds_its_threshold(operator, weight, complex_noise):
    axis, n = Axis(operator.eigenvalues, weight), operator.n_points
    threshold = noise_threshold(axis, 300, complex_noise, np.random.default_rng(0))
    polars = []
    for seed in range(40):
        values = noise((n, 300), 1.0, seed, complex_noise)
        polars.append(polar(values @ values.conj().T, axis, rtol=1e-3).attained)
    assert sum(value > threshold for value in polars) <= 1  # one in a thousand is meant
    assert threshold < 1.15 * np.mean(polars)


def test_ritz_values_are_lower_estimates_and_close(rng):
    axis = Axis(String(30, ends="fixed-free").eigenvalues, 50.0)
    values = rng.normal(size=(30, 60)) + 1j * rng.normal(size=(30, 60))
    gram, centres = values @ values.conj().T, np.linspace(0.0, 4.0, 23)
    gains = 1 / np.sqrt(1 + 50.0 * (axis.eigenvalues[:, None] - centres) ** 2)
    exact = np.asarray([np.linalg.norm(gain[:, None] * values, 2) for gain in gains.T])
    estimate = ritz(gram, axis, centres)
    assert np.all(estimate <= exact * (1 + 1e-12))
    assert np.all(estimate >= 0.98 * exact)
    assert ritz(gram, axis, centres, n_steps=30) == pytest.approx(exact, rel=1e-9)


def test_ritz_values_are_the_same_in_every_library(xp, rng):
    eigenvalues, values = String(12).eigenvalues, rng.normal(size=(12, 30))
    gram, centres = values @ values.T, np.linspace(0.0, 4.0, 5)
    expected = ritz(gram, Axis(eigenvalues, 20.0), centres)
    found = ritz(xp.asarray(gram), Axis(xp.asarray(eigenvalues), 20.0), centres)
    assert found == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("scale", [1e-150, 1.0, 1e150])
def test_ritz_values_of_large_arrays_in_single_precision_stay_below(rng, scale):
    axis = Axis(String(401, ends="fixed-free").eigenvalues, 50.0)
    values = rng.normal(size=(401, 500))
    centres = np.linspace(0.0, 4.0, 5)
    gains = 1 / np.sqrt(1 + 50.0 * (axis.eigenvalues[:, None] - centres) ** 2)
    exact = np.asarray([np.linalg.norm(gain[:, None] * values, 2) for gain in gains.T])
    estimate = ritz(scale**2 * (values @ values.T), axis, centres, n_steps=60) / scale
    assert np.all(estimate <= exact)
    assert np.all(estimate >= (1 - 1e-4) * exact)


def test_ritz_of_nothing():
    axis = Axis(String(5).eigenvalues, 1.0)
    assert ritz(np.zeros((5, 5)), axis, np.asarray([1.0])).tolist() == [0.0]
    assert ritz(np.eye(5), axis, np.zeros(0)).shape == (0,)
    large = Axis(String(450).eigenvalues, 1.0)
    assert ritz(np.zeros((450, 450)), large, np.asarray([1.0])).tolist() == [0.0]


UNEVEN = String(positions=[0.3, 0.7, 2.2, 2.6, 2.9, 4.4, 6.5, 6.8, 7.0, 8.1, 8.3, 9.6], span=(0.0, 10.0))


def test_white_noise_of_sensors_is_mixed_where_points_have_uneven_shares(rng):
    assert noise_mixing(String(12)) is None
    mixing, signals = noise_mixing(UNEVEN), rng.normal(size=(12, 7))
    np.testing.assert_allclose(mixing @ signals, UNEVEN.analyze(signals), atol=1e-12)
    gram = mixing @ mixing.T
    assert np.max(np.abs(gram - np.eye(12))) > 0.3  # it does not stay white


@pytest.mark.parametrize("weight", [0.0, 10.0, 1e4])
def test_the_threshold_of_mixed_noise_is_that_of_noise_at_the_sensors(weight):
    axis, rng = Axis(UNEVEN.eigenvalues, weight), np.random.default_rng(2)
    threshold = noise_threshold(axis, 300, False, np.random.default_rng(0), mixing=noise_mixing(UNEVEN))
    polars = []
    for _ in range(60):
        values = UNEVEN.analyze(rng.normal(size=(12, 300)))
        polars.append(polar(values @ values.T, axis, rtol=1e-3).attained)
    assert sum(value > threshold for value in polars) <= 1
    assert threshold < 1.25 * np.mean(polars)
    unmixed = noise_threshold(axis, 300, False, np.random.default_rng(0))
    assert sum(value > unmixed for value in polars) > 30  # where the mixing is forgotten, noise gives waves


@pytest.mark.parametrize("deviation", [1e-3, 5.0])
def test_the_floor_of_mixed_noise_is_that_of_the_sensors(deviation, rng):
    signals = UNEVEN.analyze(deviation * rng.normal(size=(12, 4000)))
    floor = noise_floor(signals @ signals.T, 4000, noise_mixing(UNEVEN))
    assert floor.deviation == pytest.approx(deviation, rel=0.03)
    assert floor.n_effective > 2000


@pytest.mark.parametrize("time_weight", ["auto", 0.0])
@pytest.mark.parametrize("seed", range(3))
def test_noise_at_uneven_sensors_has_no_components(seed, time_weight):
    signals = np.random.default_rng(seed).normal(size=(12, 600))
    assert factorize(Recording(signals), UNEVEN, time_weight=time_weight).n_components == 0
