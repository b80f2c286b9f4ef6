"""What goes wrong with sensors: strengths as asked, and what stays true."""

from __future__ import annotations

import numpy as np
import pytest

from wavefact.errors import InputError
from wavefact.metrics import snr_db
from wavefact.simulate import (
    scenario_s2,
    with_clipping,
    with_coloured_noise,
    with_impulsive_noise,
    without_sensors,
)


def noise_of(simulation):
    return np.asarray(simulation.recording.signals) - simulation.clean


@pytest.mark.parametrize("disturb", [with_coloured_noise, with_impulsive_noise])
def test_noise_has_the_strength_that_was_asked_for(disturb):
    result = disturb(scenario_s2(), -5.0, rng=2)
    assert snr_db(result.clean, noise_of(result)) == pytest.approx(-5.0, abs=0.3)
    np.testing.assert_array_equal(result.clean, scenario_s2().clean)


def test_coloured_noise_is_correlated_in_time_and_not_between_sensors():
    noise = noise_of(with_coloured_noise(scenario_s2(), 0.0, correlation=0.8, rng=1))
    noise /= np.std(noise)
    for lag in (1, 2, 5):
        assert np.mean(noise[:, lag:] * noise[:, :-lag]) == pytest.approx(0.8**lag, abs=0.03)
    assert np.mean(noise[1:] * noise[:-1]) == pytest.approx(0.0, abs=0.03)
    assert np.std(noise[:, 0]) == pytest.approx(1.0, abs=0.25)  # stationary from the first sample on


def test_spikes_are_as_many_and_as_high_as_asked():
    noise = noise_of(with_impulsive_noise(scenario_s2(), 0.0, share=0.02, ratio=30.0, rng=1))
    usual = np.median(np.abs(noise)) / 0.6745
    spikes = np.abs(noise) > 6 * usual
    assert np.mean(spikes) == pytest.approx(0.02 * 0.84, abs=0.002)  # of these some are small
    assert np.std(noise[spikes]) == pytest.approx(30 * usual * 1.09, rel=0.1)


def test_clipped_channels_stay_within_their_limits_and_the_others_as_they_were():
    whole = scenario_s2(10.0)
    clipped = with_clipping(whole, share=0.3, level=0.8, rng=4)
    before, after = np.asarray(whole.recording.signals), np.asarray(clipped.recording.signals)
    changed = np.any(before != after, axis=1)
    assert np.sum(changed) == 30
    limits = 0.8 * np.sqrt(np.mean(before[changed] ** 2, axis=1, keepdims=True))
    np.testing.assert_allclose(after[changed], np.clip(before[changed], -limits, limits))


def test_dropped_sensors_are_missing_everywhere():
    whole = scenario_s2(10.0)
    left = without_sensors(whole, share=0.4, rng=1)
    kept = np.searchsorted(whole.recording.positions, left.recording.positions)
    assert left.recording.n_sensors == 60
    np.testing.assert_array_equal(left.clean, whole.clean[kept])
    np.testing.assert_array_equal(left.truth.mode_shapes, whole.truth.mode_shapes[kept])


@pytest.mark.parametrize(
    "wrong",
    [
        lambda s: with_coloured_noise(s, 0.0, correlation=1.0),
        lambda s: with_coloured_noise(s, np.nan),
        lambda s: with_impulsive_noise(s, 0.0, share=1.5),
        lambda s: with_clipping(s, share=-0.1),
        lambda s: without_sensors(s, share=1.0),
    ],
)
def test_impossible_disturbances_are_refused(wrong):
    with pytest.raises(InputError):
        wrong(scenario_s2())
