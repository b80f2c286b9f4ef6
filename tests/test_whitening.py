"""Whitening: the noise's spectrum is found under the waves, and white noise is left alone."""

from __future__ import annotations

import h5py
import numpy as np
import pytest
from scipy.fft import dct
from scipy.stats import norm

from wavefact.errors import InputError
from wavefact.operators import FiniteElement, String
from wavefact.recording import Recording
from wavefact.simulate import frame_operator, scenario_s2, shear_frame, with_coloured_noise
from wavefact.whitening import _log_order_statistic, whiten

STRING = String(100)


def red(snr=-5.0, correlation=0.7):
    return with_coloured_noise(scenario_s2(), snr, correlation=correlation, rng=3)


@pytest.mark.parametrize("snr", [20.0, 0.0, -15.0])
def test_the_spectrum_of_red_noise_is_found_under_the_waves(snr):
    simulation = red(snr)
    whitening = whiten(simulation.recording, STRING)
    assert whitening.frequencies[[0, -1]] == pytest.approx([0.0, 499.5])
    phase = np.exp(-2j * np.pi * whitening.frequencies / 1000.0)
    exact = simulation.noise * np.sqrt(1 - 0.7**2) / np.abs(1 - 0.7 * phase)  # of an AR(1) process
    assert np.max(np.abs(whitening.deviations / exact - 1)) < 0.2


def test_red_noise_comes_out_white():
    noise = red().recording.replace(signals=np.asarray(red().recording.signals) - red().clean)
    white = np.asarray(whiten(noise, STRING).recording.signals)
    power = np.mean(dct(white, axis=1, norm="ortho") ** 2, axis=0)
    bands = [band.mean() for band in np.array_split(power, 10)]
    assert max(bands) < 1.2 * min(bands)
    before = np.mean(dct(np.asarray(noise.signals), axis=1, norm="ortho") ** 2, axis=0)
    assert before[:100].mean() > 10 * before[-100:].mean()


@pytest.mark.parametrize("is_complex", [False, True])
@pytest.mark.parametrize("shape", [(100, 1000), (6, 4000), (3, 500)])
def test_white_noise_is_left_nearly_alone(shape, is_complex, rng):
    signals = rng.normal(size=shape) + (1j * rng.normal(size=shape) if is_complex else 0)
    whitening = whiten(Recording(signals), String(shape[0]))
    assert np.max(np.abs(np.log(whitening.gains))) < 0.15
    deviation = np.sqrt(1 + is_complex)
    assert np.exp(np.mean(np.log(whitening.deviations))) == pytest.approx(deviation, rel=0.05)


def test_white_noise_under_waves_is_left_nearly_alone():
    gains = whiten(scenario_s2(0.0).recording, STRING).gains
    assert np.max(np.abs(np.log(gains))) < 0.05
    gains = whiten(shear_frame(-10.0).recording, frame_operator()).gains
    assert np.max(np.abs(np.log(gains))) < 0.1


@pytest.mark.parametrize("is_complex", [False, True])
@pytest.mark.parametrize(("rank", "n"), [(1, 2), (2, 6), (25, 100)])
def test_the_quiet_magnitude_of_normal_variables(rank, n, is_complex, rng):
    drawn = rng.normal(size=(40_000, n))
    if is_complex:
        drawn = (drawn + 1j * rng.normal(size=drawn.shape)) / np.sqrt(2)
    logs = np.log(np.sort(np.abs(drawn), axis=1)[:, rank - 1])
    mean, variance = _log_order_statistic(rank, n, is_complex)
    assert mean == pytest.approx(np.mean(logs), abs=0.03)
    assert variance == pytest.approx(np.var(logs), rel=0.05)


def test_the_quiet_magnitude_of_many_is_the_quantile():
    mean, variance = _log_order_statistic(2500, 10_000, False)
    assert mean == pytest.approx(np.log(norm.ppf(0.625)), abs=1e-3)
    assert variance < 1e-3


def test_what_was_whitened_can_be_restored():
    whitening = whiten(red().recording, STRING)
    restored = whitening.restore(np.asarray(whitening.recording.signals))
    np.testing.assert_allclose(restored, red().recording.signals, rtol=0, atol=1e-12)
    assert np.mean(np.log(whitening.gains)) == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("scale", [1e-150, 1e150])
def test_the_unit_does_not_matter(scale):
    plain, signals = whiten(red().recording, STRING), np.asarray(red().recording.signals)
    scaled = whiten(red().recording.replace(signals=scale * signals), STRING)
    np.testing.assert_allclose(scaled.gains, plain.gains, rtol=1e-9)
    np.testing.assert_allclose(scaled.deviations / scale, plain.deviations, rtol=1e-9)
    expected = np.asarray(plain.recording.signals)
    np.testing.assert_allclose(np.asarray(scaled.recording.signals) / scale, expected, rtol=1e-6, atol=1e-9)


def test_a_noise_free_recording_is_left_alone():
    points, times = np.arange(1, 21) / 21, np.arange(400)
    whitening = whiten(Recording(np.outer(np.sin(np.pi * points), np.cos(0.3 * times))), String(20))
    assert np.all(np.isfinite(whitening.recording.signals))
    np.testing.assert_allclose(whitening.gains, 1.0, rtol=1e-6)


def test_signals_in_a_file_and_counts(tmp_path):
    counts = np.round(1000 * np.asarray(red().recording.signals)).astype(np.int16)
    expected = whiten(Recording(counts.astype(float)), STRING).deviations
    np.testing.assert_array_equal(whiten(Recording(counts), STRING).deviations, expected)
    with h5py.File(tmp_path / "counts.h5", "w") as file:
        file["signals"] = counts
        np.testing.assert_array_equal(whiten(Recording(file["signals"]), STRING).deviations, expected)


def test_what_is_known_of_a_recording_is_kept():
    given = red().recording
    result = whiten(given, STRING).recording
    assert (result.sampling_rate, result.metadata) == (given.sampling_rate, given.metadata)
    np.testing.assert_array_equal(result.positions, given.positions)
    assert whiten(Recording(given.signals), STRING).frequencies[1] == pytest.approx(0.5 / 1000)


def test_what_cannot_be_whitened_is_refused():
    with pytest.raises(InputError, match="100 sensors and the operator 2 points"):
        whiten(red().recording, FiniteElement(np.eye(2)))
    with pytest.raises(InputError, match="constant"):
        whiten(Recording(np.ones((3, 50))), String(3))
