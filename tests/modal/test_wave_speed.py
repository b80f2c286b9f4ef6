"""wave_speed: exact without noise, honest in noise, ends known and unknown, bending, and bad input."""

from __future__ import annotations

import numpy as np
import pytest

import wavefact as wf
from wavefact.errors import InputError
from wavefact.modal.wave_speed import WaveSpeed, wave_speed
from wavefact.operators import Beam, Membrane, String, WaveOperator
from wavefact.recording import Recording
from wavefact.simulate import Structure, scenario_s2, simulate

MODES, AMPLITUDES = np.array([1, 2, 3, 5, 8]), np.array([1.0, 0.7, 0.8, 0.5, 0.4])
STRING = String(n_points=100)
SPEED = 2 * np.pi * 12.0 / np.sqrt(STRING.eigenvalues[0])
ANGULAR = SPEED * np.sqrt(STRING.eigenvalues[MODES - 1])
SHAPES = np.sqrt(50.5) * STRING.basis[:, MODES - 1]


def decays(angular: np.ndarray, n_samples: int = 1000, damping: float = 0.01) -> np.ndarray:
    """Return viscously damped decays at 1 kHz, (n_modes, n_samples), of undamped frequencies [rad/s]."""
    times, phases = np.arange(n_samples) / 1000.0, np.arange(1, angular.size + 1)[:, None]
    oscillations = np.sin(np.outer(angular * np.sqrt(1 - damping**2), times) + phases)
    return AMPLITUDES[: angular.size, None] * np.exp(-damping * np.outer(angular, times)) * oscillations


def noisy(clean: np.ndarray, snr_db: float, seed: int = 0) -> Recording:
    noise = np.sqrt(np.mean(clean**2) / 10 ** (snr_db / 10))
    signals = clean + noise * np.random.default_rng(seed).standard_normal(clean.shape)
    return Recording(signals, sampling_rate=1000.0)


def estimate(recording: Recording, operator: WaveOperator, **settings: object) -> WaveSpeed:
    settings = {"wave_weight": 1e5, "time_weight": 0.0, "rtol": 1e-4} | settings
    return wave_speed(wf.factorize(recording, operator, **settings), recording)  # type: ignore[arg-type]


def simulated(
    operator: WaveOperator, n_modes: int, excitation: str, speed: float, **settings: float
) -> Recording:
    name = "wave_speed" if operator.dispersion_power == 2 else "bending_speed"
    structure = Structure.of(operator, n_modes, **{name: speed})  # type: ignore[arg-type]
    return simulate(structure, excitation, snr_db=0.0, **settings).recording  # type: ignore[arg-type]


def agrees(speed: WaveSpeed, truth: float, relative_error: float) -> bool:
    """Say whether an estimate lies within four standard errors, and these are small enough."""
    return (
        abs(speed.value - truth) < 4 * speed.standard_error and speed.standard_error < relative_error * truth
    )


@pytest.mark.parametrize("damping", [0.0, 0.01, 0.1])
def test_without_noise_the_undamped_frequencies_give_the_speed(damping: float) -> None:
    speed = estimate(noisy(SHAPES @ decays(ANGULAR, damping=damping), 200.0), STRING, regularization=1e-3)
    assert speed.value == pytest.approx(SPEED, rel=1e-8)
    assert speed.standard_error < 1e-6 * SPEED
    np.testing.assert_allclose(speed.frequencies, ANGULAR / (2 * np.pi), rtol=1e-7)
    np.testing.assert_allclose(speed.eigenvalues, STRING.eigenvalues[MODES - 1], rtol=1e-7)


def test_intervals_cover_the_truth_as_often_as_they_say() -> None:
    clean = SHAPES @ decays(ANGULAR)
    settings = {"regularization": 36 * np.sqrt(np.mean(clean**2) * 10**0.5)}
    speeds = [estimate(noisy(clean, -5.0, seed), STRING, **settings) for seed in range(40)]
    assert all(speed.ends_known and speed.speeds.size >= 4 for speed in speeds)
    assert max(abs(speed.value / SPEED - 1) for speed in speeds) < 1e-3
    covered = [low < SPEED < high for low, high in (speed.interval(0.95) for speed in speeds)]
    assert sum(covered) >= 33  # of 40 at 95 %: fewer have a chance of 0.07 %
    halves = [low < SPEED < high for low, high in (speed.interval(0.5) for speed in speeds)]
    assert 9 <= sum(halves) <= 31  # beyond, 0.01 % on either side
    assert sum(speed.p_value < 0.05 for speed in speeds) <= 7


def test_components_of_noise_do_no_harm() -> None:
    recording = noisy(SHAPES @ decays(ANGULAR), 0.0)
    few = wf.factorize(recording, STRING, wave_weight=1e5, time_weight=0.0, rtol=1e-4)
    many = wf.factorize(
        recording,
        STRING,
        wave_weight=1e5,
        time_weight=0.0,
        rtol=1e-3,
        regularization=0.9 * few.regularization,
    )
    assert many.n_components > few.n_components == 5
    assert wave_speed(many, recording).value == pytest.approx(wave_speed(few, recording).value, rel=1e-5)


def test_the_standard_error_is_the_cramer_rao_bound_of_a_damped_tone() -> None:
    # fully decayed, with amplitude, phase and damping unknown: sd(ω) = 2 δ σ / √energy
    clean = SHAPES[:, [2]] @ decays(ANGULAR[[2]], 4000, damping=0.015)
    speed = estimate(noisy(clean, 0.0), STRING)
    bound = 2 * 0.015 * np.sqrt(np.mean(clean**2) / np.sum(clean**2))
    assert speed.standard_error / speed.value == pytest.approx(bound, rel=0.03)


@pytest.mark.parametrize("ends", ["free", "fixed"])
@pytest.mark.parametrize("wave_weight", [1e2, 1e5])  # a wide filter, and one that forces wrong ends on shapes
def test_sensors_in_the_middle_of_a_structure_need_not_know_its_ends(ends: str, wave_weight: float) -> None:
    wavenumbers, phases = (
        np.array([0.0391, 0.0823, 0.1217, 0.187, 0.262]),
        np.array([0.3, 1.1, 2.0, -0.5, 0.9]),
    )
    shapes = np.cos(np.outer(np.arange(100), wavenumbers) + phases)
    clean = shapes @ decays(2000.0 * 2 * np.sin(wavenumbers / 2))
    speeds = [
        estimate(noisy(clean, 0.0, s), String(100, ends=ends), wave_weight=wave_weight) for s in range(4)
    ]
    assert not any(speed.ends_known for speed in speeds)
    assert all(agrees(speed, 2000.0, 2e-3) and speed.speeds.size == 5 for speed in speeds)


def test_a_beam_of_unknown_ends_has_near_fields() -> None:
    wavenumbers, points = np.array([0.0823, 0.1217, 0.187, 0.262]), np.arange(100)
    turns = np.outer(points, wavenumbers)
    shapes = np.cos(turns + np.array([1.1, 2.0, -0.5, 0.9])) + 0.5 * np.exp(-turns)
    angular = 5000.0 * np.sqrt(3 * (2 - 2 * np.cos(wavenumbers)) ** 2 / (2 + np.cos(wavenumbers)))
    speed = estimate(noisy(shapes @ decays(angular, 2000), 10.0), Beam(100, ends="free"), wave_weight=1e4)
    assert not speed.ends_known
    assert speed.speeds.size == 4
    assert agrees(speed, 5000.0, 2e-3)


@pytest.mark.parametrize(
    ("operator", "n_modes", "speed", "rate", "weight"),
    [
        (Beam(40, ends="clamped", span=(0.0, 10.0)), 4, 20.0, 400.0, 1e-2),
        (Beam(40, ends="free", span=(0.0, 10.0)), 4, 20.0, 400.0, 1e-2),
        (Membrane((12, 7), spacing=0.5), 6, 20.0, 100.0, 10.0),
        (String(40, ends="periodic"), 6, 50.0, 40.0, 500.0),
        (String(positions=40 * np.linspace(0.02, 0.96, 30) ** 1.3, span=(0.0, 40.0)), 5, 50.0, 40.0, 500.0),
    ],
    ids=["clamped beam", "free beam", "membrane", "ring", "uneven string"],
)
def test_every_structure_that_is_hit(
    operator: WaveOperator, n_modes: int, speed: float, rate: float, weight: float
) -> None:
    recording = simulated(operator, n_modes, "impact", speed, sampling_rate=rate, duration=2400 / rate)
    found = estimate(recording, operator, wave_weight=weight)
    assert agrees(found, speed, 1e-3)
    assert found.ends_known
    assert found.p_value > 1e-3
    assert np.all(np.diff(found.frequencies) > 0)


def test_rigid_motion_is_no_wave_but_does_not_disturb() -> None:
    beam = Beam(20, ends="free", span=(0.0, 10.0))
    structure = Structure.of(beam, 2, bending_speed=20.0)
    rigid = np.stack([np.ones(20), beam.positions - 5.0], axis=1)
    times = np.arange(2000) / 1000.0
    shaking = np.exp(-times) * np.cos(2 * np.pi * np.outer([7.0, 11.0], times))
    elastic = structure.mode_shapes @ decays(100 * 2 * np.pi * structure.frequencies, 2000)
    recording = noisy(rigid @ shaking + elastic, 10.0)
    speed = estimate(recording, beam, wave_weight=1.0)
    assert speed.speeds.size == 2
    assert agrees(speed, 2000.0, 1e-3)
    with pytest.raises(InputError, match="no speed to tell"):
        estimate(noisy(rigid @ shaking, 10.0), beam, wave_weight=1.0)


def test_modes_that_share_no_speed_widen_the_interval() -> None:
    recording = scenario_s2(20.0).recording  # at 12, 25, 37, 61 and 96 Hz: off by up to 4 %
    speed = estimate(recording, STRING)
    assert speed.p_value < 1e-10
    assert speed.inflation == pytest.approx(np.sqrt(speed.chi_square / 4))
    low, high = speed.interval(0.95)
    assert low < np.median(speed.speeds) < high
    assert np.log(high / low) / 2 == pytest.approx(2.776 * speed.standard_error / speed.value, rel=1e-3)


def test_a_fit_over_time_and_space_gives_the_same_speed() -> None:
    operator, angular = String(30), 400.0 * np.sqrt(String(30).eigenvalues[:3])
    recording = noisy(operator.basis[:, :3] @ decays(angular), 0.0)
    both = estimate(recording, operator, wave_weight=100.0, time_weight="5 Hz", rtol=1e-3)
    space = estimate(recording, operator, wave_weight=100.0)
    assert both.speeds.size == space.speeds.size == 3
    assert both.value == pytest.approx(space.value, rel=1e-5)
    assert both.standard_error == pytest.approx(space.standard_error, rel=0.05)


@pytest.mark.parametrize("scale", [1e-140, 1e140])
def test_units_do_not_matter(scale: float) -> None:
    recording = noisy(SHAPES @ decays(ANGULAR), 0.0)
    scaled = recording.replace(signals=np.asarray(recording.signals) * scale)
    first, second = estimate(recording, STRING), estimate(scaled, STRING)
    assert second.value == pytest.approx(first.value, rel=1e-6)
    assert second.standard_error == pytest.approx(first.standard_error, rel=1e-3)


def test_random_forces_give_no_tones() -> None:
    operator = String(40)
    recording = simulated(operator, 5, "random", 50.0, sampling_rate=40.0, duration=200.0)
    with pytest.raises(InputError, match="no speed to tell"):
        estimate(recording, operator, wave_weight=500.0)


def test_bad_input_is_refused_in_clear_words() -> None:
    recording = noisy(SHAPES @ decays(ANGULAR), 0.0)
    fit = wf.factorize(recording, STRING, wave_weight=1e5, time_weight=0.0)
    with pytest.raises(InputError, match="give the real recording that the fit came from"):
        wave_speed(fit, recording.window(0, 900))
    with pytest.raises(InputError, match="give the real recording that the fit came from"):
        wave_speed(fit, recording.replace(signals=1j * np.asarray(recording.signals)))
    with pytest.raises(InputError, match="probability"):
        wave_speed(fit, recording).interval(95.0)
    with pytest.raises(InputError, match="sampling rate"):
        estimate(recording.replace(sampling_rate=None), STRING)
    with pytest.raises(InputError, match="no speed to tell"):
        estimate(recording, STRING, regularization=1e6)
