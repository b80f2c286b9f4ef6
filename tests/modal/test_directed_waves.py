"""directed_waves: exact without noise, honest in noise, standing waves told, complex signals, bad input."""

from __future__ import annotations

import numpy as np
import pytest

import wavefact as wf
from wavefact.errors import InputError
from wavefact.modal.directed_waves import DirectedWaves, directed_waves
from wavefact.simulate import travelling

POINTS, TIMES = np.arange(40.0), np.arange(1000) / 200.0


def waves_of(signals: np.ndarray, noise: float, **settings: object) -> DirectedWaves:
    rng = np.random.default_rng(1)
    draws = rng.standard_normal(signals.shape)
    if np.iscomplexobj(signals):
        draws = (draws + 1j * rng.standard_normal(signals.shape)) / 2**0.5
    recording = wf.Recording(signals + noise * draws, sampling_rate=200.0, positions=POINTS)
    settings = {"time_weight": 0.0, "wave_weight": 10.0} | settings
    return directed_waves(wf.factorize(recording, **settings), recording)  # type: ignore[arg-type]


def wave(frequency: float, speed: float, amplitude: float = 1.0) -> np.ndarray:
    phase = 2 * np.pi * frequency * (TIMES - POINTS[:, None] / speed)
    return amplitude * np.cos(phase + 0.4)


@pytest.mark.parametrize("speed", [90.0, -90.0])
def test_a_wave_without_noise(speed: float) -> None:
    found = waves_of(wave(7.3, speed, 2.0), 1e-4)
    np.testing.assert_allclose(found.frequencies, [7.3], rtol=1e-5)
    np.testing.assert_allclose(found.speeds, [speed], rtol=1e-4)
    np.testing.assert_allclose(found.wavenumbers, [2 * np.pi * 7.3 / speed], rtol=1e-4)
    assert found.directions.tolist() == [np.sign(speed)]
    powers = [found.forward_powers[0], found.backward_powers[0]]
    assert max(powers) == pytest.approx(2.0, rel=1e-2)
    assert min(powers) < 1e-4
    assert (powers[0] > powers[1]) == (speed > 0)
    assert found.standing_wave_ratios[0] == pytest.approx(1.0, abs=0.02)
    assert found.explained[0] > 0.999


def test_a_reflected_wave_has_its_standing_wave_ratio() -> None:
    found = waves_of(wave(7.3, 90.0) + wave(7.3, -90.0, 0.5), 0.5)
    assert found.directions.tolist() == [1]
    assert abs(found.speeds[0] - 90.0) < 4 * found.speed_errors[0]
    assert found.standing_wave_ratios[0] == pytest.approx(3.0, rel=0.1)  # (1 + ½) / (1 − ½)
    assert abs(found.backward_powers[0] - 0.125) < 4 * found.power_errors[0]


def test_a_standing_wave_has_no_direction() -> None:
    found = waves_of(wave(7.3, 90.0) + wave(7.3, -90.0), 0.5)
    assert found.directions.tolist() == [0]
    assert abs(found.speeds[0]) == pytest.approx(90.0, rel=0.01)
    assert found.standing_wave_ratios[0] > 10


def test_two_tones_of_one_wavenumber_and_opposite_ways() -> None:
    found = waves_of(wave(7.3, 90.0) + wave(14.6, -180.0), 0.3)
    assert found.directions.tolist() == [1, -1]
    np.testing.assert_allclose(found.speeds, [90.0, -180.0], rtol=0.01)


@pytest.mark.parametrize("sign", [1, -1])
def test_complex_signals_have_signed_frequencies(sign: int) -> None:
    signals = np.exp(2j * np.pi * sign * 7.3 * (TIMES - POINTS[:, None] / 90.0))
    found = waves_of(signals, 0.3)
    np.testing.assert_allclose(found.frequencies, [sign * 7.3], rtol=1e-3)
    np.testing.assert_allclose(found.speeds, [90.0], rtol=0.01)
    assert found.directions.tolist() == [1]
    assert found.forward_powers[0] == pytest.approx(1.0, rel=0.05)


@pytest.mark.parametrize("rng", range(3))
def test_five_waves_at_the_power_of_the_noise(rng: int) -> None:
    simulation = travelling(0.0, rng=rng)
    found = directed_waves(wf.factorize(simulation.recording), simulation.recording)
    truth = simulation.truth.phase_velocities
    np.testing.assert_array_equal(found.directions, np.sign(truth))
    np.testing.assert_allclose(found.speeds, truth, rtol=0.01)
    assert np.all(np.abs(found.wavenumbers - simulation.truth.wavenumbers) < 5 * found.wavenumber_errors)
    assert np.all(np.abs(found.frequencies - simulation.truth.frequencies) < 5 * found.frequency_errors)


def test_the_errors_are_those_of_fishers_information() -> None:
    # plane wave of amplitude 1: var(k) = 24 σ² / (N n (n² − 1)), and likewise var(ω); Hann's costs more
    n, count, noise = POINTS.size, TIMES.size, 0.5
    found = waves_of(wave(7.3, 90.0), noise)
    plain = np.sqrt(24 * noise**2 / (count * n * (n**2 - 1)))
    assert found.wavenumber_errors[0] == pytest.approx(plain, rel=0.1)
    alone = np.sqrt(24 * noise**2 / (n * count * (count**2 - 1))) * 200.0 / (2 * np.pi)
    assert alone <= found.frequency_errors[0] < 1.7 * alone


def test_bad_input_is_refused_in_clear_words() -> None:
    recording = wf.Recording(wave(7.3, 90.0), sampling_rate=200.0)
    fit = wf.factorize(recording, wave_weight=10.0, regularization=1.0)
    with pytest.raises(InputError, match="recording that the fit came from"):
        directed_waves(fit, recording.window(0, 900))
    with pytest.raises(InputError, match="recording that the fit came from"):
        directed_waves(fit, recording.replace(signals=1j * np.asarray(recording.signals)))
    plane = wf.factorize(recording, wf.Membrane((8, 5), 1.0), wave_weight=10.0, regularization=1.0)
    with pytest.raises(InputError, match="no line"):
        directed_waves(plane, recording)
    nothing = wf.factorize(recording, wave_weight=10.0, regularization=1e6)
    with pytest.raises(InputError, match="no wave to tell"):
        directed_waves(nothing, recording)


def test_waves_far_above_the_noise_are_told_apart_though_each_reaches_all_over_the_spectrum() -> None:
    simulation = travelling(20.0)
    fit = wf.factorize(simulation.recording, wave_weight=10.0, time_weight=0.0, rtol=1e-2)
    waves = directed_waves(fit, simulation.recording)
    assert waves.speeds == pytest.approx(simulation.truth.phase_velocities, rel=1e-3)
