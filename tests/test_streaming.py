"""A running fit is the fit of the windows seen, faded, and starts at the one before."""

import numpy as np
import pytest
from independent import noise

import wavefact as wf
from wavefact.noise_polar import DrawnThreshold, noise_threshold
from wavefact.problem import Axis

N_SENSORS, LENGTH = 15, 300
OPERATOR = wf.String(N_SENSORS)


def windows(rng, is_complex=False, n=4):
    points, times = np.arange(1, N_SENSORS + 1) / (N_SENSORS + 1), np.arange(n * LENGTH) / 100
    signals = np.outer(np.sin(np.pi * points), np.cos(2 * np.pi * 3 * times))
    signals += 0.5 * np.outer(np.sin(3 * np.pi * points), np.sin(2 * np.pi * 8 * times))
    return np.split(signals + 0.3 * noise(rng, N_SENSORS, n * LENGTH, is_complex), n, axis=1)


@pytest.mark.parametrize("is_complex", [False, True])
@pytest.mark.parametrize("half_life", [np.inf, 500.0, 1.0])
def test_each_fit_is_that_of_the_faded_windows(rng, half_life, is_complex):
    running = wf.RunningFit(OPERATOR, wave_weight=10.0, regularization=6.0, half_life=half_life, rtol=1e-9)
    share, seen = 0.5 ** (LENGTH / half_life), []
    for window in windows(rng, is_complex):
        running = running.update(wf.Recording(window, sampling_rate=100.0))
        seen = [part * share**0.5 for part in seen] + [window]
        expected = wf.factorize(np.concatenate(seen, axis=1), OPERATOR, wave_weight=10.0, time_weight=0.0,
                                regularization=6.0, rtol=1e-9)  # fmt: skip
        assert running.fit.status is wf.Status.CERTIFIED
        assert running.fit.certificate.gap <= 1e-9
        assert running.fit.certificate.primal == pytest.approx(expected.certificate.primal, rel=2e-9)
        last = expected.reconstruct()[:, -LENGTH:]
        np.testing.assert_allclose(running.fit.reconstruct(), last, atol=2e-4 * np.abs(last).max())
        assert running.fit.sampling_rate == 100.0


def test_automatic_weights_are_those_of_a_fit(rng):
    parts = windows(rng)
    running = wf.RunningFit(OPERATOR).update(parts[0])
    expected = wf.factorize(parts[0], OPERATOR, time_weight=0.0)
    assert running.wave_weight == expected.wave_weight
    assert running.fit.regularization == expected.regularization
    for part in parts[1:]:
        running = running.update(part)
    expected = wf.factorize(
        np.concatenate(parts, axis=1), OPERATOR, wave_weight=running.wave_weight, time_weight=0.0
    )
    assert running.fit.regularization == pytest.approx(expected.regularization, rel=0.02)
    assert running.fit.n_components == expected.n_components == 2


def test_an_update_changes_nothing_but_returns_another(rng):
    first, second = windows(rng, n=2)
    begun = wf.RunningFit(OPERATOR, wave_weight=10.0).update(first)
    before = begun.fit
    updates = [begun.update(second) for _ in range(2)]
    assert begun.fit is before
    assert np.array_equal(updates[0].fit.time_courses, updates[1].fit.time_courses)


def test_an_update_starts_at_the_fit_before(rng):
    """Once the stream is steady the old shapes nearly close the gap; a fit from nothing has far to go."""
    settings = {"wave_weight": 10.0, "regularization": 6.0}
    running = wf.RunningFit(OPERATOR, **settings, half_life=3 * LENGTH)
    for window in windows(rng, n=12):
        running = running.update(window)
    cold = wf.factorize(window, OPERATOR, **settings, time_weight=0.0)
    assert running.fit.history[0].gap < 0.1 * cold.history[0].gap
    assert running.fit.certificate.gap <= 1e-6


def test_a_threshold_serves_for_about_as_many_samples(rng):
    axis = Axis(OPERATOR.eigenvalues, 10.0)
    drawn = DrawnThreshold(1000.0, noise_threshold(axis, 1000.0, False, rng))
    for n_samples in (600.0, 1900.0):
        expected = noise_threshold(axis, n_samples, False, np.random.default_rng(5))
        assert drawn.at(n_samples) == pytest.approx(expected, rel=0.01)
    assert drawn.at(400.0) is None
    assert drawn.at(2100.0) is None


def test_what_cannot_be_used_is_refused(rng):
    with pytest.raises(wf.InputError, match="half_life"):
        wf.RunningFit(OPERATOR, half_life=0.0)
    with pytest.raises(wf.InputError, match="wave_weight"):
        wf.RunningFit(OPERATOR, wave_weight=-1.0)
    running = wf.RunningFit(OPERATOR, wave_weight=1.0)
    with pytest.raises(wf.InputError, match="15 points and the recording 3 sensors"):
        running.update(rng.normal(size=(3, 50)))
    bad = windows(rng, n=1)[0]
    bad[2, 7] = np.nan
    with pytest.raises(wf.InputError, match="sensor 2 has NaN at sample 7"):
        running.update(bad)
