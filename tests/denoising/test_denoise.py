"""Denoising: the processes behind the components against brute force, the whole against the truth."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.fft import idct
from scipy.signal import freqz, hilbert
from scipy.stats import multivariate_normal

from wavefact.denoising import denoise
from wavefact.denoising.processes import Processes, autoregressive
from wavefact.errors import InputError
from wavefact.fit import factorize
from wavefact.metrics import relative_error
from wavefact.operators import String
from wavefact.recording import Recording
from wavefact.simulate import (
    cantilever,
    cantilever_operator,
    frame_operator,
    scenario_s2,
    shear_frame,
    with_coloured_noise,
)

STRING = String(100)


def error(simulation, operator):
    return relative_error(denoise(simulation.recording, operator).signals, simulation.clean)


def truncated(simulation, rank):
    left, values, right = np.linalg.svd(np.asarray(simulation.recording.signals), full_matrices=False)
    return relative_error((left[:, :rank] * values[:rank]) @ right[:rank], simulation.clean)


def posterior(is_complex=False, n_samples=24):
    rng = np.random.default_rng(5)

    def normal(*shape):
        return rng.normal(size=shape) + (1j * rng.normal(size=shape) if is_complex else 0)

    shapes, courses = normal(4, 2), 3.0 * normal(2, n_samples)
    return Processes.begun(shapes @ courses + normal(4, n_samples), shapes, courses), rng


def test_an_autoregressive_spectrum_is_that_of_its_process():
    n_samples, coefficients = 4000, [1.0, -1.2, 0.8]
    angles = np.pi * np.arange(n_samples) / n_samples
    exact = np.abs(freqz(2.0, coefficients, angles)[1][None]) ** 2
    np.testing.assert_allclose(autoregressive(exact, 2), exact, rtol=1e-2)
    drawn = exact * np.random.default_rng(0).chisquare(1, exact.shape)
    assert np.max(np.abs(np.log(autoregressive(drawn, 2) / exact))) < 0.3


def test_a_spectrum_is_the_likeliest_of_its_order(rng):
    moments = np.geomspace(10.0, 0.1, 500)[None] * rng.chisquare(1, (1, 500))

    def deviance(spectrum):
        return float(np.sum(np.log(spectrum) + moments / spectrum))

    found, angles = autoregressive(moments, 2), np.pi * np.arange(500) / 500
    for radius, angle in ((0.3, 0.4), (0.6, 0.2), (0.5, 1.0)):
        other = 1 / np.abs(freqz([1, -2 * radius * np.cos(angle), radius**2], 1, angles)[1]) ** 2
        other *= np.mean(moments / other)
        assert deviance(found) < deviance(other)


@pytest.mark.parametrize("is_complex", [False, True])
def test_a_step_is_the_conditional_mean_of_normal_variables(is_complex):
    begun, _ = posterior(is_complex)
    state = begun.learned(2).step()
    after = state.step()
    spectra = autoregressive(state.moments, 2)
    gram = begun.shapes.conj().T @ begun.shapes
    for k in (0, 7, 23):
        # The mean of the courses given Dᴴ y, whose covariance is G S G + N G.
        joint = gram @ np.diag(spectra[:, k]) @ gram + state.noise * gram
        gain = np.diag(spectra[:, k]) @ gram @ np.linalg.inv(joint)
        np.testing.assert_allclose(after.courses[:, k], gain @ begun.data[:, k], rtol=1e-8)
        left = np.diag(spectra[:, k]) - gain @ gram @ np.diag(spectra[:, k])
        expected = np.abs(after.courses[:, k]) ** 2 + np.real(np.diag(left))
        np.testing.assert_allclose(after.moments[:, k], expected, rtol=1e-8)


def test_the_deviance_is_that_of_normal_variables():
    begun, rng = posterior()
    values = rng.normal(size=(4, 24))
    state = Processes.begun(idct(values, axis=1, norm="ortho"), begun.shapes, begun.courses).learned(2)
    spectra, after = autoregressive(state.moments, 2), state.step()
    total = 0.0
    for k in range(24):
        covariance = state.shapes @ np.diag(spectra[:, k]) @ state.shapes.T + state.noise * np.eye(4)
        total -= 2 * multivariate_normal(np.zeros(4), covariance).logpdf(values[:, k])
    assert after.deviance + values.size * np.log(2 * np.pi) == pytest.approx(total, rel=1e-9)


@pytest.mark.parametrize("is_complex", [False, True])
def test_every_step_makes_the_recording_likelier(is_complex):
    state, values = posterior(is_complex, 300)[0].learned(2), []
    for _ in range(15):
        state = state.step()
        values.append(state.deviance)
    assert np.all(np.diff(values) < 1e-2)
    assert 0.5 < state.noise / (1 + is_complex) < 1.5


def test_many_samples_are_taken_in_parts(monkeypatch):
    begun, _ = posterior(n_samples=90)
    whole = begun.learned(2)
    monkeypatch.setattr("wavefact.denoising.processes.MOST_ENTRIES", 100)
    parts = begun.learned(2)
    np.testing.assert_allclose(parts.courses, whole.courses, rtol=1e-10)
    assert parts.deviance == pytest.approx(whole.deviance)


@pytest.mark.parametrize(("snr", "share"), [(20, 0.6), (10, 0.5), (0, 0.35), (-10, 0.3), (-15, 0.3)])
def test_less_error_is_left_than_by_the_best_rank(snr, share):
    simulation = scenario_s2(snr, rng=1)
    assert error(simulation, STRING) < share * truncated(simulation, 5)


@pytest.mark.parametrize(
    ("simulation", "operator", "most"),
    [
        (with_coloured_noise(scenario_s2(), -10.0), STRING, 0.26),
        (cantilever(-10.0), cantilever_operator(), 0.27),
        (shear_frame(20.0), frame_operator(), 0.09),  # the noise is 0.1, and six modes fill six sensors
    ],
    ids=["coloured", "beam", "frame"],
)
def test_the_errors_of_scenarios(simulation, operator, most):
    assert error(simulation, operator) < most


def test_all_modes_of_a_frame_with_few_sensors_are_components():
    assert factorize(shear_frame(20.0).recording, frame_operator()).n_components == 6


@pytest.mark.parametrize(
    ("simulation", "operator"),
    [
        (scenario_s2(300.0), STRING),
        (scenario_s2(300.0), String(100, ends="free")),
        (cantilever(None), cantilever_operator()),
        (shear_frame(None), frame_operator()),
    ],
    ids=["string", "string-wrong-ends", "beam", "frame"],
)
def test_noise_free_recordings_come_back(simulation, operator):
    assert error(simulation, operator) < 1e-3


def test_noise_alone_leaves_nothing(rng):
    result = denoise(Recording(rng.normal(size=(30, 500))), String(30))
    assert result.signals.shape == (30, 500)
    assert not np.any(result.signals)


def test_analytic_signals(rng):
    clean = hilbert(scenario_s2().clean, axis=1)
    noise = rng.normal(size=clean.shape) + 1j * rng.normal(size=clean.shape)
    noise *= np.sqrt(np.mean(np.abs(clean) ** 2) / 20)
    result = denoise(Recording(clean + noise, sampling_rate=1000.0), STRING)
    assert relative_error(result.signals, clean) < 0.06  # the noise is 0.316


@pytest.mark.parametrize("scale", [1e-150, 1e150])
def test_the_unit_does_not_matter(scale):
    recording, beam = cantilever(0.0).recording, cantilever_operator()
    scaled = recording.replace(signals=scale * np.asarray(recording.signals))
    expected = denoise(recording, beam).signals
    assert relative_error(np.asarray(denoise(scaled, beam).signals) / scale, expected) < 1e-6


def test_what_is_known_of_a_recording_is_kept():
    given = scenario_s2(10.0).recording.replace(
        names=[f"s{i}" for i in range(100)], unit="m", quantity="displacement"
    )
    before = np.array(given.signals)
    result = denoise(given, STRING)
    assert (result.names, result.unit, result.quantity) == (given.names, "m", "displacement")
    assert (result.sampling_rate, result.metadata) == (given.sampling_rate, given.metadata)
    np.testing.assert_array_equal(result.positions, given.positions)
    np.testing.assert_array_equal(given.signals, before)


@pytest.mark.parametrize("length", [16, 20, 70])
def test_short_recordings(length):
    simulation = scenario_s2(10.0)
    result = denoise(simulation.recording.window(0, length), STRING)
    assert relative_error(result.signals, simulation.clean[:, :length]) < 0.15


def test_a_callback_stops_cleanly():
    result = denoise(scenario_s2(0.0).recording, STRING, callback=lambda step: True)
    assert np.all(np.isfinite(result.signals))


def test_an_operator_of_another_size_is_refused():
    with pytest.raises(InputError, match="7 points"):
        denoise(scenario_s2(0.0).recording, String(7))
