"""`factorize` with a weight on time: settings, units, results, files."""

from __future__ import annotations

import numpy as np
import pytest

import wavefact as wf
from wavefact.joint_selection import candidate_bandwidths, candidate_wave_weights
from wavefact.simulate import scenario_s2

RATE, N_POINTS, N_SAMPLES = 100.0, 12, 300
OPERATOR = wf.String(N_POINTS, 0.5)


def make_recording(noise=1.0, seed=0):
    """Return two decaying standing waves in noise: 1st mode at 7 Hz, 3rd at 21 Hz."""
    points, times = np.arange(1, N_POINTS + 1) / (N_POINTS + 1), np.arange(N_SAMPLES) / RATE
    clean = np.outer(np.sin(np.pi * points), np.exp(-0.5 * times) * np.sin(2 * np.pi * 7 * times))
    clean += 0.7 * np.outer(np.sin(3 * np.pi * points), np.exp(-0.8 * times) * np.cos(2 * np.pi * 21 * times))
    signals = clean + noise * np.random.default_rng(seed).normal(size=clean.shape)
    return wf.Recording(signals, RATE, OPERATOR.positions, unit="m", quantity="displacement"), clean


@pytest.fixture(scope="module")
def fitted():
    return wf.factorize(make_recording()[0], OPERATOR)


def objective(fit, signals):
    """Return the objective from dense matrices of both operators."""
    space, time = fit.operator.matrix(), fit.time_operator.matrix()
    value = 0.5 * np.linalg.norm(signals - fit.spatial_factors @ fit.time_courses.T) ** 2
    for i in range(fit.n_components):
        d, x = fit.spatial_factors[:, i], fit.time_courses[:, i]
        value += 0.5 * fit.regularization * (d @ d + x @ x)
        helmholtz = np.sum((space @ d - fit.eigenvalues[i] * d) ** 2)
        oscillator = np.sum((time @ x - fit.time_eigenvalues[i] * x) ** 2)
        value += 0.5 * fit.regularization * (fit.wave_weight * helmholtz + fit.time_weight * oscillator)
    return float(value)


def test_everything_automatic_finds_both_waves(fitted):
    recording, clean = make_recording()
    assert fitted.status is wf.Status.CERTIFIED
    assert fitted.certificate.gap <= 1e-3
    assert fitted.n_components == 2
    np.testing.assert_allclose(fitted.frequencies, [7.0, 21.0], rtol=0.02)
    assert fitted.time_bandwidth == pytest.approx(fitted.choice.bandwidth)
    assert fitted.noise == pytest.approx(1.0, rel=0.1)
    debiased = wf.factorize(recording, OPERATOR, debias=True)
    errors = [wf.relative_error(fit.reconstruct(), clean) for fit in (debiased, fitted)]
    assert errors[0] < errors[1] < wf.relative_error(np.asarray(recording.signals), clean)


def test_where_all_is_seen_without_time_the_choice_says_so():
    recording, _ = make_recording(noise=0.05)
    fit = wf.factorize(recording, OPERATOR)
    assert fit.time_weight == 0
    assert fit.time_operator is None
    assert fit.choice is not None
    assert not fit.choice.helps
    assert fit.wave_weight == fit.choice.wave_weight
    assert wf.factorize(recording, OPERATOR, time_weight=0.0).choice is None


@pytest.mark.parametrize("time_weight", ["3 Hz", 1e-6])
def test_the_certificate_is_about_the_objective_of_the_documentation(time_weight):
    recording, _ = make_recording()
    fit = wf.factorize(recording, OPERATOR, wave_weight=2.0, time_weight=time_weight, regularization=6.0)
    assert fit.time_operator.order == (1 if time_weight == "3 Hz" else 2)
    assert objective(fit, np.asarray(recording.signals)) == pytest.approx(fit.certificate.primal, rel=1e-9)
    sizes = np.linalg.norm(fit.spatial_factors, axis=0) * np.linalg.norm(fit.time_courses, axis=0)
    strongest = np.sort(fit.frequencies[np.argsort(-sizes)[:2]])
    np.testing.assert_allclose(strongest, [7.0, 21.0], rtol=0.03)


@pytest.mark.parametrize("scale", [1e-120, 1e7, 1e140])
def test_units_do_not_matter(fitted, scale):
    recording, _ = make_recording()
    fit = wf.factorize(recording.replace(signals=recording.signals * scale), OPERATOR)
    assert fit.n_components == fitted.n_components
    np.testing.assert_allclose(fit.frequencies, fitted.frequencies, rtol=1e-6)
    np.testing.assert_allclose(fit.time_courses, fitted.time_courses * scale**0.5, rtol=1e-5, atol=1e-6)
    assert fit.regularization == pytest.approx(fitted.regularization * scale, rel=1e-6)


def test_a_file_keeps_the_time_axis(fitted, tmp_path):
    fitted.save(tmp_path / "fit.h5")
    loaded = wf.Factorization.load(tmp_path / "fit.h5")
    np.testing.assert_array_equal(loaded.frequencies, fitted.frequencies)
    np.testing.assert_array_equal(loaded.projected_courses, fitted.projected_courses)
    assert loaded.time_operator == fitted.time_operator
    assert loaded.time_bandwidth == fitted.time_bandwidth


def test_projected_courses_are_the_least_squares_ones(fitted):
    signals = np.asarray(make_recording()[0].signals)
    expected = np.linalg.lstsq(fitted.spatial_factors, signals, rcond=None)[0].T
    np.testing.assert_allclose(fitted.projected_courses, expected, rtol=1e-8, atol=1e-10)


def test_time_stays_free_where_a_weight_is_not_worth_its_cost():
    loud = wf.factorize(make_recording(noise=0.1)[0], OPERATOR)
    assert loud.frequencies is None  # everything is seen without
    assert wf.factorize(make_recording(noise=0.1)[0], OPERATOR, time_weight="3 Hz").frequencies is not None
    recording, _ = make_recording()
    fit = wf.factorize(recording, OPERATOR, wave_weight=2.0, regularization=3.0)
    assert fit.frequencies is None
    assert fit.time_bandwidth is None
    assert fit.projected_courses is None
    assert wf.factorize(recording, OPERATOR, time_weight=0.0).time_weight == 0.0


def test_time_alone_has_the_same_answer_as_a_space_without_a_wave_equation():
    recording, _ = make_recording()
    fit = wf.factorize(recording, OPERATOR, wave_weight=0.0, time_weight="3 Hz", regularization=9.0)
    assert fit.status is wf.Status.CERTIFIED
    assert objective(fit, np.asarray(recording.signals)) == pytest.approx(fit.certificate.primal, rel=1e-9)


def test_a_known_wave_speed_ties_frequencies_to_wavenumbers():
    recording, _ = make_recording()
    speed = 2 * np.pi * 7.0 / float(OPERATOR.wavenumber(OPERATOR.eigenvalues[0]))
    fit = wf.factorize(recording, OPERATOR, dispersion=speed, regularization=7.0)
    assert fit.status is wf.Status.CERTIFIED
    assert fit.n_components >= 2
    np.testing.assert_allclose(2 * np.pi * fit.frequencies, speed * fit.wavenumbers, rtol=2e-3)
    free = wf.factorize(recording, OPERATOR, time_weight=f"{fit.time_bandwidth} Hz",
                        wave_weight=fit.wave_weight, regularization=7.0)  # fmt: skip
    assert fit.certificate.primal >= free.certificate.dual


def test_a_warm_start_needs_tones(fitted):
    recording, _ = make_recording()
    again = wf.factorize(recording, OPERATOR, start=fitted)
    assert again.certificate.primal == pytest.approx(fitted.certificate.primal, rel=2e-3)
    alone = wf.factorize(recording, OPERATOR, time_weight=0.0)
    with pytest.raises(wf.InputError, match="tones"):
        wf.factorize(recording, OPERATOR, start=alone)


def test_the_callback_stops_it_cleanly():
    recording, _ = make_recording()
    steps = []
    fit = wf.factorize(
        recording, OPERATOR, wave_weight=2.0, time_weight="3 Hz", regularization=6.0,
        callback=lambda step: steps.append(step) or True,
    )  # fmt: skip
    assert fit.status is wf.Status.STOPPED
    assert fit.history[0] == steps[0]


def test_noise_alone_gives_nothing():
    signals = np.random.default_rng(5).normal(size=(20, 500))
    fit = wf.factorize(wf.Recording(signals, 50.0))
    assert fit.n_components == 0
    assert fit.status is wf.Status.CERTIFIED
    assert fit.reconstruct().shape == (20, 500)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"time_weight": -1.0}, "time_weight is -1.0"),
        ({"time_weight": "fast"}, "time_weight is 'fast'"),
        ({"time_weight": "-2 Hz"}, "time_weight is '-2 Hz'"),
        ({"time_weight": 1e300}, "time_weight 1.0e\\+300"),
        ({"time_weight": 0.0, "dispersion": 3.0}, "time needs a weight"),
        ({"dispersion": -3.0}, "dispersion is -3.0"),
    ],
)
def test_bad_settings_are_refused(settings, message):
    with pytest.raises(wf.InputError, match=message):
        wf.factorize(make_recording()[0], OPERATOR, wave_weight=1.0, regularization=1.0, **settings)


def test_candidates_span_what_the_recording_resolves():
    bandwidths = candidate_bandwidths(wf.Time(1000, 100.0, order=1))
    np.testing.assert_allclose(bandwidths[:2], [0.2, 0.4])
    assert 6.25 < bandwidths[-1] <= 12.5
    weights = candidate_wave_weights(OPERATOR.eigenvalues)
    assert np.all(np.diff(weights) > 0)
    assert weights[0] == pytest.approx(np.ptp(OPERATOR.eigenvalues) ** -2)


@pytest.mark.parametrize("snr", [-10.0, -20.0])
def test_far_below_the_noise_modes_are_found_with_nothing_given(snr):
    simulation = scenario_s2(snr, rng=3)
    fit = wf.factorize(simulation.recording, wf.String(100), debias=True)
    likeness = wf.mac(simulation.truth.mode_shapes, fit.spatial_factors).max(axis=1)
    assert fit.status is wf.Status.CERTIFIED
    if snr == -10.0:
        assert np.all(likeness >= 0.99)
        assert wf.relative_error(fit.reconstruct(), simulation.clean) <= 0.17
    else:
        assert np.sum(likeness >= 0.9) >= 3


def test_every_library_gives_the_same_fit(xp, fitted):
    signals = xp.asarray(np.asarray(make_recording()[0].signals))
    fit = wf.factorize(wf.Recording(signals, RATE, OPERATOR.positions), OPERATOR)
    np.testing.assert_allclose(fit.frequencies, fitted.frequencies, rtol=1e-4)
    np.testing.assert_allclose(fit.reconstruct(), fitted.reconstruct(), atol=2e-2)


def test_weights_of_a_long_recording_are_chosen_on_its_loudest_stretch(monkeypatch, fitted):
    recording, _ = make_recording()
    quiet = np.random.default_rng(9).normal(size=(N_POINTS, N_SAMPLES))
    longer = recording.replace(signals=np.concatenate([quiet, np.asarray(recording.signals)], axis=1))
    monkeypatch.setattr("wavefact._joint_task.LONG", N_SAMPLES)
    monkeypatch.setattr("wavefact.survey.STRETCH", N_SAMPLES // 2)
    fit = wf.factorize(longer, OPERATOR)
    assert fit.status is wf.Status.CERTIFIED
    assert fit.time_courses.shape[0] == 2 * N_SAMPLES
    assert fit.time_bandwidth == pytest.approx(fitted.time_bandwidth)
    for frequency in fitted.frequencies:
        assert np.min(np.abs(fit.frequencies / frequency - 1)) < 0.02


def test_a_level_that_is_exceeded_by_a_millionth_is_not_halved_for_ever():
    fit = wf.factorize(scenario_s2(0.0, rng=62).recording, wf.String(100))
    assert fit.status is wf.Status.CERTIFIED
    assert fit.n_components == 5
