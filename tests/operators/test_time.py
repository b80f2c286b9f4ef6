"""The time axis: frequencies, bandwidths, fast transforms in every array library."""

from __future__ import annotations

import numpy as np
import pytest

import wavefact as wf


def test_eigenvalues_are_the_squares_of_true_frequencies_up_to_nyquist():
    time = wf.Time(400, 100.0)
    np.testing.assert_allclose(time.frequency(time.eigenvalues), np.arange(400) / 8.0, atol=1e-12)
    one_way = wf.Time(400, 100.0, order=1)
    np.testing.assert_allclose(one_way.eigenvalues**2, time.eigenvalues, rtol=1e-12)
    np.testing.assert_allclose(one_way.frequency(one_way.eigenvalues), np.arange(400) / 8.0, atol=1e-12)


def test_a_cosine_of_an_eigenvector_is_one_coefficient():
    time = wf.Time(64, 64.0)
    coefficients = time.analyze(np.cos(2 * np.pi * 5.0 * (time.positions + 0.5 / 64.0)))
    assert np.argmax(np.abs(coefficients)) == 10
    assert np.sum(np.abs(coefficients) > 1e-9) == 1


def test_bandwidth_is_the_distance_of_half_power_points():
    time = wf.Time(2000, 200.0, order=1)
    weight = time.weight(2.0)
    assert time.bandwidth(weight) == pytest.approx(2.0)
    offsets = 2 * np.pi * np.array([0.0, 1.0])  # half of 2 Hz away
    np.testing.assert_allclose(1.0 / (1.0 + weight * offsets**2), [1.0, 0.5])
    assert time.bandwidth(0.0) == float("inf")


@pytest.mark.parametrize("n", [2, 9, 64])
@pytest.mark.parametrize("is_complex", [False, True])
def test_every_library_transforms_alike(xp, n, is_complex, rng):
    time, values = wf.Time(n), rng.normal(size=(n, 3))
    values = values + 1j * rng.normal(size=(n, 3)) if is_complex else values
    expected = time.basis.T @ values
    found = time.analyze(xp.asarray(values))
    np.testing.assert_allclose(xp.to_numpy(found), expected, atol=1e-12)
    np.testing.assert_allclose(xp.to_numpy(time.synthesize(found)), values, atol=1e-12)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: wf.Time(10, 0.0), "sampling_rate"),
        (lambda: wf.Time(10, float("nan")), "sampling_rate"),
        (lambda: wf.Time(10, 1.0, order=3), "order"),
        (lambda: wf.Time(10, 1.0, order=2).weight(1.0), "order=1"),
        (lambda: wf.Time(10, 1.0, order=1).weight(0.0), "bandwidth"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(wf.InputError, match=message):
        call()
