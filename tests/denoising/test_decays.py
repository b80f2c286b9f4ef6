"""Free decays: the closed form, the onset, and shapes between those given and those of the recording."""

from __future__ import annotations

import numpy as np
import pytest

from wavefact.denoising.decays import free_decays
from wavefact.modal import ModalModel

RATE, N_SENSORS, N_SAMPLES = 100.0, 12, 400
SHAPES = np.random.default_rng(1).normal(size=(N_SENSORS, 2))


def decays(onset=0):
    """Return two decays of uneven shapes, phases and damping that begin at one sample."""
    times = (np.arange(N_SAMPLES) - onset) / RATE
    courses = [
        np.exp(-decay * times) * np.cos(2 * np.pi * frequency * times + phase) * (times >= 0)
        for frequency, decay, phase in ((7.3, 0.9, 0.4), (19.1, 2.2, -1.1))
    ]
    return SHAPES @ np.array(courses)


def model(shapes=SHAPES):
    damped, decay = 2 * np.pi * np.array([7.3, 19.1]), np.array([0.9, 2.2])
    natural = np.hypot(damped, decay)
    return ModalModel(natural / (2 * np.pi), decay / natural, shapes)


@pytest.mark.parametrize("onset", [0, 1, 23])
def test_noise_free_decays_come_back_with_their_onset(onset):
    found = free_decays(decays(onset), model(), RATE)
    assert found is not None
    assert found.onset == onset
    np.testing.assert_allclose(found.explained, decays(onset), atol=1e-9)


def test_shapes_that_were_wrong_are_corrected_where_the_recording_is_clear():
    bent = SHAPES + 0.1 * np.random.default_rng(2).normal(size=SHAPES.shape)
    noise = 0.01 * np.random.default_rng(3).normal(size=(N_SENSORS, N_SAMPLES))
    found = free_decays(decays() + noise, model(bent), RATE)
    assert found is not None
    assert np.linalg.norm(found.explained - decays()) < 0.2 * np.linalg.norm(noise)


def test_good_shapes_are_kept_where_it_is_not():
    noise = 2.0 * np.random.default_rng(4).normal(size=(N_SENSORS, N_SAMPLES))
    found = free_decays(decays() + noise, model(), RATE)
    assert found is not None
    free = decays() + noise  # the shapes of least squares on the same waves
    waves = np.linalg.svd(decays(), full_matrices=False)[2][:2]
    free = free @ waves.T @ waves
    assert np.linalg.norm(found.explained - decays()) < 0.7 * np.linalg.norm(free - decays())


def test_the_criterion_is_that_of_akaike():
    noise = 0.3 * np.random.default_rng(5).normal(size=(N_SENSORS, N_SAMPLES))
    signals = decays() + noise
    found = free_decays(signals, model(), RATE)
    assert found is not None
    left = np.mean((signals - found.explained) ** 2)
    likelihood = signals.size * (np.log(left) + 1)
    assert 2 * 9 <= found.criterion - likelihood <= 2 * (9 + 2 * N_SENSORS)


def test_there_are_none_without_modes():
    assert free_decays(decays(), model().select([]), RATE) is None


def test_complex_shapes_count_by_their_real_parts():
    signals, turned = decays(), model(SHAPES * (1 + 0.2j * SHAPES))
    found, real = free_decays(signals, turned, RATE), free_decays(signals, model(), RATE)
    assert found is not None
    assert real is not None
    np.testing.assert_allclose(found.explained, real.explained)
