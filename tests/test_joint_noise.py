"""The threshold that noise alone reaches on both axes once in a thousand recordings."""

from __future__ import annotations

import numpy as np
import pytest
from independent import line_eigenvalues

from wavefact.joint import Curve, Plane, ResidualMap, peaks
from wavefact.joint_noise import _stretches, expected_threshold, joint_threshold
from wavefact.noise import noise_mixing
from wavefact.operators import String
from wavefact.problem import Axis


def make_axes(n=20, n_samples=400, weights=(1e3, 1e3)):
    time = np.pi * np.arange(n_samples) / n_samples
    return Axis(line_eigenvalues(n), weights[0]), Axis(time, weights[1])


def test_noise_stays_below_the_threshold_and_comes_near(rng):
    space, time = make_axes()
    threshold = joint_threshold(Plane(space, time), False, np.random.default_rng(1))
    tops = []
    for _ in range(60):
        residual = ResidualMap(rng.standard_normal((20, 400)), space, time)
        tops.append(peaks(residual, Plane(space, time), 0.0, 10)[0].value)
    assert max(tops) < threshold
    assert threshold < 1.35 * np.mean(tops)


def test_it_is_about_the_closed_form():
    for weights in ((1e3, 1e3), (1.0, 1e4), (1e5, 30.0)):
        space, time = make_axes(weights=weights)
        drawn = joint_threshold(Plane(space, time), False, np.random.default_rng(0))
        assert drawn == pytest.approx(expected_threshold(space, time), rel=0.3)


def test_a_long_recording_costs_a_few_stretches_and_raises_the_threshold_slowly():
    space, short = make_axes(n=6, n_samples=1000, weights=(10.0, 2e5))
    n_long = 64_000
    long = Axis(np.pi * np.arange(n_long) / 1000, short.weight)  # the same filters, 64 times the noise
    stretches = _stretches(long)
    assert len(stretches) <= 4
    assert sum(s.stop - s.start for s in stretches) < n_long / 10
    assert sum(s.count for s in stretches) >= n_long // 512
    few = joint_threshold(Plane(space, short), False, np.random.default_rng(0))
    many = joint_threshold(Plane(space, long), False, np.random.default_rng(0))
    assert few < many < 1.4 * few


def test_complex_noise_of_unit_variance_is_quieter_at_its_peak():
    space, time = make_axes()
    found = [joint_threshold(Plane(space, time), kind, np.random.default_rng(0)) for kind in (False, True)]
    assert found[1] < found[0]


def test_on_a_curve_there_is_less_room_for_noise():
    space, time = make_axes()
    tones = np.linspace(*time.bounds, 300)
    curve = Curve(space, time, np.linspace(*space.bounds, 300), tones)
    plane = joint_threshold(Plane(space, time), False, np.random.default_rng(0))
    assert joint_threshold(curve, False, np.random.default_rng(0)) < plane


def test_the_same_generator_gives_the_same_threshold():
    plane = Plane(*make_axes())
    assert joint_threshold(plane, False, np.random.default_rng(3)) == joint_threshold(
        plane, False, np.random.default_rng(3)
    )


def test_the_threshold_of_mixed_noise_is_that_of_noise_at_the_sensors(rng):
    positions = [0.3, 0.7, 2.2, 2.6, 2.9, 4.4, 6.5, 6.8, 7.0, 8.1, 8.3, 9.6]
    operator, (_, time) = String(positions=positions, span=(0.0, 10.0)), make_axes(n=12)
    space, mixing = Axis(operator.eigenvalues, 100.0), noise_mixing(operator)
    plane = Plane(space, time)
    threshold = joint_threshold(plane, False, np.random.default_rng(1), mixing)
    tops = []
    for _ in range(40):
        residual = ResidualMap(operator.analyze(rng.standard_normal((12, 400))), space, time)
        tops.append(peaks(residual, plane, 0.0, 10)[0].value)
    assert max(tops) < threshold
    assert threshold < 1.35 * np.mean(tops)
    unmixed = joint_threshold(plane, False, np.random.default_rng(1))
    assert sum(top > unmixed for top in tops) > 2  # where the mixing is forgotten, noise gives waves
