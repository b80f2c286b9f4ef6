"""Ready-made structures against closed forms: a cantilever, a storey frame, a burst in a plate."""

from __future__ import annotations

import numpy as np
import pytest

from wavefact.errors import InputError
from wavefact.operators import String
from wavefact.simulate import Burst, Structure, cantilever, plate_burst, plate_operator, shear_frame, simulate


def test_a_cantilever_has_the_frequencies_of_its_characteristic_equation():
    roots = np.array([1.8751, 4.6941, 7.8548])  # cosh(x) cos(x) = −1
    frequencies = cantilever(None).truth.frequencies
    assert frequencies[:3] / frequencies[0] == pytest.approx((roots / roots[0]) ** 2, rel=0.03)


def test_a_storey_frame_has_the_frequencies_of_a_chain_held_at_one_end():
    angles = (2 * np.arange(1, 7) - 1) * np.pi / 26
    assert shear_frame(None).truth.frequencies == pytest.approx(np.sin(angles) / np.sin(angles[0]), rel=1e-9)


def test_a_burst_moves_nothing_before_it_comes_and_the_driven_point_first():
    clean, positions = plate_burst(None).clean, plate_operator().positions
    distances = np.linalg.norm(positions - np.array([0.17, 0.13]), axis=1)
    near, far = np.argmin(distances), np.argmax(distances)
    loudest = np.max(np.abs(clean))
    first = [int(np.argmax(np.abs(clean[point]) > 0.05 * loudest)) for point in (near, far)]
    assert np.all(clean[:, 0] == 0)
    assert first[0] < first[1] - 5
    assert plate_burst(None).truth.n_modes == 0


def test_a_driven_mode_follows_the_convolution_with_its_impulse_response():
    string = String(3, 1.0)
    structure = Structure.of(string, 1, wave_speed=20.0, damping_ratios=0.05)
    burst = Burst(frequency=3.0, n_cycles=2.0, position=1.0, time=0.2)
    rate, n_samples = 2000.0, 2000
    found = simulate(structure, burst, sampling_rate=rate, duration=1.0, quantity="displacement").clean[0]
    times = np.arange(n_samples) / rate
    pole = structure.poles[0]
    since = times + 0.5 / rate  # each force lasts for a sample: its middle is half a sample ago
    response = np.exp(pole.real * since) * np.sin(pole.imag * since) / pole.imag
    force = burst.force(times) * structure.mode_shapes[0, 0] ** 2
    expected = np.concatenate([[0.0], np.convolve(force, response)[: n_samples - 1] / rate])
    assert found == pytest.approx(expected, abs=1e-5 * np.max(np.abs(found)))


def test_a_burst_without_cycles_is_refused():
    with pytest.raises(InputError, match="must be positive"):
        Burst(frequency=3.0, n_cycles=0.0).force(np.zeros(3))
