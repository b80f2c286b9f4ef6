"""Few sensors on a structure of many points: automatic weights take no alias, or say that they may have."""

import logging

import numpy as np
import pytest
from independent import objective_of

import wavefact as wf
from wavefact.observed.low_eigenvectors import LowEigenvectors
from wavefact.observed.weights import eigenvector_counts

POINTS = np.arange(7, 63, 8)  # of 63: modes m, 16 − m, 16 + m … look alike
STRING = wf.String(63, spacing=1 / 64)


def decays(modes, points, speed=8.0, power=1, noise=0.1, seed=0):
    """Return a recording of a supported line of length 1 from closed forms, and its shapes at all points."""
    rng, x, t = np.random.default_rng(seed), np.arange(1, 64) / 64, np.arange(1000) / 200
    shapes = np.sin(np.pi * np.outer(x, modes))
    omega = np.pi * speed * np.asarray(modes, dtype=float)[:, None] ** power
    signals = shapes @ (np.exp(-0.01 * omega * t) * np.sin(omega * t + np.arange(len(modes))[:, None]))
    signals = signals + noise * np.std(signals) * rng.standard_normal(signals.shape)
    return wf.Recording(signals[points], sampling_rate=200.0), shapes


def least_mac(fit, shapes):
    return float(wf.mac(shapes, fit.spatial_factors).max(axis=1).min())


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("operator", [STRING, wf.Beam(63, spacing=1 / 64)])
def test_five_modes_of_seven_evenly_spaced_sensors(operator, seed, caplog):
    power, speed = (1, 8.0) if operator is STRING else (2, 2.0)
    recording, shapes = decays([1, 2, 3, 4, 5], POINTS, speed, power, seed=seed)
    with caplog.at_level(logging.WARNING, "wavefact"):
        fit = wf.factorize(recording, operator, sensors=POINTS, rtol=1e-2).require_certified()
    assert least_mac(fit, shapes) > 0.98
    assert fit.highest_wavenumber < 16 * np.pi
    assert not [record for record in caplog.records if "cannot tell" in record.message]


def test_five_modes_of_irregular_sensors():
    points = np.array([3, 11, 20, 27, 30, 41, 49, 58])
    recording, shapes = decays([1, 2, 3, 4, 5], points)
    fit = wf.factorize(recording, STRING, sensors=points, rtol=1e-2)
    assert least_mac(fit, shapes) > 0.98
    model = wf.identify(fit)
    assert wf.mac(shapes, model.mode_shapes).max(axis=1).min() > 0.98


@pytest.mark.parametrize("modes", [[13], [1, 2, 3, 4, 13]])
def test_an_alias_is_named_and_a_wave_speed_tells_it(modes, caplog):
    recording, shapes = decays(modes, POINTS)
    with caplog.at_level(logging.WARNING, "wavefact"):
        fit = wf.factorize(recording, STRING, sensors=POINTS, rtol=1e-2)
    assert least_mac(fit, shapes) < 0.1
    assert "9.42 rad/m from others, of 40.2" in caplog.text
    caplog.clear()
    known = {"time_weight": "2 Hz", "dispersion": 8.0}
    told = wf.factorize(recording, STRING, sensors=POINTS, rtol=1e-2, **known)
    assert least_mac(told, shapes) > 0.98
    assert "cannot tell" not in caplog.text


def test_sensors_in_one_place_are_said_to_tell_little(caplog):
    points = np.arange(2, 10)
    recording, _ = decays([1, 2, 3], points)
    with caplog.at_level(logging.WARNING, "wavefact"):
        wf.factorize(recording, STRING, sensors=points, wave_weight=1e-2, time_weight="2 Hz", rtol=1e-2)
    assert "hardly tell" in caplog.text


def test_gaps_and_few_sensors():
    recording, shapes = decays([1, 2, 3], POINTS)
    signals = np.array(recording.signals)
    signals[np.random.default_rng(1).uniform(size=signals.shape) < 0.2] = np.nan
    gapped = recording.replace(signals=signals)
    fit = wf.factorize(gapped, STRING, sensors=POINTS, missing="nan", rtol=1e-3).require_certified()
    assert fit.time_bandwidth is None
    assert least_mac(fit, shapes) > 0.98


def test_the_objective_is_that_of_slow_shapes(tmp_path):
    recording, _ = decays([1, 2, 3], POINTS)
    fit = wf.factorize(recording, STRING, sensors=POINTS, regularization=3.0, rtol=1e-8)
    above = STRING.wavenumber(STRING.eigenvalues) > fit.highest_wavenumber * (1 + 1e-9)
    np.testing.assert_allclose(STRING.analyze(fit.spatial_factors)[above], 0.0, atol=1e-12)
    left = recording.signals - fit.reconstruct()[POINTS]
    plain = fit.reconstruct()
    penalty = objective_of(fit, plain)  # which leaves nothing of the loss
    assert 0.5 * np.sum(left**2) + penalty == pytest.approx(fit.certificate.primal, rel=1e-7)
    fit.save(tmp_path / "fit.h5")
    assert wf.Factorization.load(tmp_path / "fit.h5").highest_wavenumber == fit.highest_wavenumber


def test_a_given_weight_limits_nothing():
    recording, _ = decays([1, 2, 3], POINTS)
    fit = wf.factorize(recording, STRING, sensors=POINTS, wave_weight=1e-3, time_weight=0, rtol=1e-2)
    assert fit.highest_wavenumber is None


@pytest.mark.parametrize("is_complex", [False, True])
def test_low_eigenvectors_of_a_plate(rng, is_complex):
    plate = wf.Plate((5, 5), spacing=0.1)
    low = LowEigenvectors(plate, 2)
    assert low.eigenvalues.shape == (3,)  # the second and the third are one
    assert low.eigenvalues.max() < np.sort(plate.eigenvalues)[3]
    values = rng.standard_normal((25, 4)) * (1j if is_complex else 1.0)
    projected = low.synthesize(low.analyze(values))
    np.testing.assert_allclose(projected, low.basis @ low.basis.T @ values, atol=1e-12)
    assert "3 lowest" in repr(low)


def test_counts_double_where_half_of_the_points_have_no_sensor():
    assert eigenvector_counts(64, 8) == [8, 16, 32]
    assert eigenvector_counts(65, 8) == [8, 16, 32, 64]
    assert eigenvector_counts(15, 8) == []
